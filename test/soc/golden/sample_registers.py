"a register of every kind. Written by Heddle from its register table: do not edit."

NAME = "sample"
BYTES = 0x100

REGISTERS = {
    "CTRL": {
        "offset": 0x000,
        "count": 1,
        "doc": "control",
        "fields": {
            "START": {
                "low": 0, "width": 1, "access": "w1s", "reset": 0x0,
                "doc": "set by software, cleared by hardware",
                "values": {},
            },
            "DONE": {
                "low": 1, "width": 1, "access": "rc", "reset": 0x0,
                "doc": "set by hardware, cleared by a read",
                "values": {},
            },
            "MODE": {
                "low": 6, "width": 5, "access": "rw", "reset": 0x9,
                "doc": "over two bytes",
                "values": {},
            },
        },
    },
    "EVENTS": {
        "offset": 0x004,
        "count": 1,
        "doc": "what has happened",
        "fields": {
            "FIRST": {
                "low": 0, "width": 1, "access": "w1c", "reset": 0x0,
                "doc": "cleared by writing 1",
                "values": {},
            },
            "OTHER": {
                "low": 31, "width": 1, "access": "w1t", "reset": 0x0,
                "doc": "toggled by writing 1",
                "values": {},
            },
        },
    },
    "ID": {
        "offset": 0x008,
        "count": 1,
        "doc": "a constant",
        "fields": {
            "ID": {
                "low": 0, "width": 32, "access": "constant", "reset": 0x48454444,
                "doc": "four letters",
                "values": {},
            },
        },
    },
    "SCRATCH": {
        "offset": 0x00c,
        "count": 1,
        "doc": "free",
        "fields": {
            "SCRATCH": {
                "low": 0, "width": 32, "access": "rw", "reset": 0x0,
                "doc": "nobody looks at it",
                "values": {},
            },
        },
    },
    "COMMAND": {
        "offset": 0x010,
        "count": 1,
        "doc": "pulses",
        "fields": {
            "SNAPSHOT": {
                "low": 0, "width": 1, "access": "pulse", "reset": 0x0,
                "doc": "copies the counters",
                "values": {},
            },
            "CLEAR": {
                "low": 9, "width": 1, "access": "pulse", "reset": 0x0,
                "doc": "sets them to 0",
                "values": {},
            },
        },
    },
    "STATUS": {
        "offset": 0x014,
        "count": 1,
        "doc": "state",
        "fields": {
            "LEVEL": {
                "low": 3, "width": 5, "access": "ro", "reset": 0x0,
                "doc": "some bits",
                "values": {"low": 0, "half_full": 16},
            },
            "HIGH": {
                "low": 30, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "one bit",
                "values": {},
            },
        },
    },
    "WINDOW": {
        "offset": 0x018,
        "count": 3,
        "doc": "three words",
        "fields": {
            "WINDOW": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "of hardware",
                "values": {},
            },
        },
    },
    "CYCLES_LO": {
        "offset": 0x040,
        "count": 1,
        "doc": "cycles: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles",
                "values": {},
            },
        },
    },
    "CYCLES_HI": {
        "offset": 0x044,
        "count": 1,
        "doc": "cycles: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles",
                "values": {},
            },
        },
    },
    "BEATS_LO": {
        "offset": 0x048,
        "count": 1,
        "doc": "beats: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats",
                "values": {},
            },
        },
    },
    "BEATS_HI": {
        "offset": 0x04c,
        "count": 1,
        "doc": "beats: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats",
                "values": {},
            },
        },
    },
}

# Offset of the lower half; the upper one is 4 bytes behind it.
COUNTERS = {
    "CYCLES": 0x040,
    "BEATS": 0x048,
}


def get(register, field, word):
    """The value of a field in a word that was read."""
    place = REGISTERS[register]["fields"][field]
    return (word >> place["low"]) & ((1 << place["width"]) - 1)


def put(register, **values):
    """The word with these values in its fields, 0 in the others."""
    word = 0
    for name, value in values.items():
        place = REGISTERS[register]["fields"][name]
        if not 0 <= value < 1 << place["width"]:
            raise ValueError("%s.%s has %d bits, not %d" % (register, name, place["width"], value))
        word |= value << place["low"]
    return word
