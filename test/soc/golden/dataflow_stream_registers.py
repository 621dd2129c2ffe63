"registers of a dataflow accelerator, samples as a stream. Written by Heddle from its register table: do not edit."

NAME = "dataflow_stream"
BYTES = 0x1000

REGISTERS = {
    "CTRL": {
        "offset": 0x000,
        "count": 1,
        "doc": "control, as in ap_ctrl_hs",
        "fields": {
            "START": {
                "low": 0, "width": 1, "access": "w1s", "reset": 0x0,
                "doc": "starts a frame; 0 again when it is done, unless AUTO_RESTART",
                "values": {},
            },
            "DONE": {
                "low": 1, "width": 1, "access": "rc", "reset": 0x0,
                "doc": "a frame is done; cleared by reading",
                "values": {},
            },
            "IDLE": {
                "low": 2, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "no frame runs",
                "values": {},
            },
            "READY": {
                "low": 3, "width": 1, "access": "rc", "reset": 0x0,
                "doc": "a frame may be started; cleared by reading",
                "values": {},
            },
            "AUTO_RESTART": {
                "low": 7, "width": 1, "access": "rw", "reset": 0x0,
                "doc": "the next frame starts when one is done",
                "values": {},
            },
            "INTERRUPT": {
                "low": 9, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "the interrupt line",
                "values": {},
            },
        },
    },
    "GIE": {
        "offset": 0x004,
        "count": 1,
        "doc": "global interrupt enable",
        "fields": {
            "ENABLE": {
                "low": 0, "width": 1, "access": "rw", "reset": 0x0,
                "doc": "the interrupt line follows ISR",
                "values": {},
            },
        },
    },
    "IER": {
        "offset": 0x008,
        "count": 1,
        "doc": "interrupt enable",
        "fields": {
            "DONE": {
                "low": 0, "width": 1, "access": "rw", "reset": 0x0,
                "doc": "ISR.DONE is set when a frame is done",
                "values": {},
            },
            "READY": {
                "low": 1, "width": 1, "access": "rw", "reset": 0x0,
                "doc": "ISR.READY is set when a frame may be started",
                "values": {},
            },
            "ERROR": {
                "low": 2, "width": 1, "access": "rw", "reset": 0x0,
                "doc": "ISR.ERROR is set when the accelerator stops with an error",
                "values": {},
            },
        },
    },
    "ISR": {
        "offset": 0x00c,
        "count": 1,
        "doc": "interrupt status; writing 1 toggles a bit",
        "fields": {
            "DONE": {
                "low": 0, "width": 1, "access": "w1t", "reset": 0x0,
                "doc": "a frame was done",
                "values": {},
            },
            "READY": {
                "low": 1, "width": 1, "access": "w1t", "reset": 0x0,
                "doc": "a frame could be started",
                "values": {},
            },
            "ERROR": {
                "low": 2, "width": 1, "access": "w1t", "reset": 0x0,
                "doc": "the accelerator stopped with an error",
                "values": {},
            },
        },
    },
    "ID": {
        "offset": 0x010,
        "count": 1,
        "doc": "what this is",
        "fields": {
            "ID": {
                "low": 0, "width": 32, "access": "constant", "reset": 0x48444c44,
                "doc": "HDLD in ASCII",
                "values": {},
            },
        },
    },
    "VERSION": {
        "offset": 0x014,
        "count": 1,
        "doc": "version of the register map",
        "fields": {
            "VERSION": {
                "low": 0, "width": 32, "access": "constant", "reset": 0x10000,
                "doc": "major in the upper half, minor in the lower",
                "values": {},
            },
        },
    },
    "BUILD": {
        "offset": 0x018,
        "count": 1,
        "doc": "build",
        "fields": {
            "HASH": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "hash of the build, a parameter",
                "values": {},
            },
        },
    },
    "SCRATCH": {
        "offset": 0x01c,
        "count": 1,
        "doc": "scratch",
        "fields": {
            "SCRATCH": {
                "low": 0, "width": 32, "access": "rw", "reset": 0x0,
                "doc": "hardware does not look at it",
                "values": {},
            },
        },
    },
    "COMMAND": {
        "offset": 0x020,
        "count": 1,
        "doc": "commands",
        "fields": {
            "RESET": {
                "low": 0, "width": 1, "access": "rw", "reset": 0x0,
                "doc": "while 1 nothing runs: the sample that is half in is filled up with zeros, results are dropped",
                "values": {},
            },
            "SNAPSHOT": {
                "low": 1, "width": 1, "access": "pulse", "reset": 0x0,
                "doc": "copies the counters for reading",
                "values": {},
            },
            "CLEAR": {
                "low": 2, "width": 1, "access": "pulse", "reset": 0x0,
                "doc": "sets the counters to 0, behind a snapshot of the same write",
                "values": {},
            },
        },
    },
    "STATUS": {
        "offset": 0x024,
        "count": 1,
        "doc": "status",
        "fields": {
            "STATE": {
                "low": 0, "width": 3, "access": "ro", "reset": 0x0,
                "doc": "0 idle, 2 run, 3 failed, 4 in reset",
                "values": {"idle": 0, "run": 2, "failed": 3, "reset": 4},
            },
            "INPUT_OPEN": {
                "low": 3, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "a sample is half in",
                "values": {},
            },
            "RESULTS_OPEN": {
                "low": 4, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "a sample is in, its result is not out",
                "values": {},
            },
            "BUS_BUSY": {
                "low": 5, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "a burst is under way on an AXI master",
                "values": {},
            },
            "WEIGHTS_PENDING": {
                "low": 6, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "a weight image is being read, or waits for the end of a sample",
                "values": {},
            },
        },
    },
    "ERROR": {
        "offset": 0x028,
        "count": 1,
        "doc": "first error since start or reset",
        "fields": {
            "CODE": {
                "low": 0, "width": 4, "access": "ro", "reset": 0x0,
                "doc": "8 watchdog, 13 weight image",
                "values": {"none": 0, "watchdog": 8, "list": 13},
            },
            "PORT": {
                "low": 8, "width": 2, "access": "ro", "reset": 0x0,
                "doc": "0 the core, 1 weights, 2 input, 3 results",
                "values": {"core": 0, "weights": 1, "input": 2, "results": 3},
            },
        },
    },
    "ERROR_PLACE": {
        "offset": 0x02c,
        "count": 1,
        "doc": "how far the frame was",
        "fields": {
            "RESULTS": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "results that were complete",
                "values": {},
            },
        },
    },
    "WATCHDOG": {
        "offset": 0x030,
        "count": 1,
        "doc": "watchdog",
        "fields": {
            "CYCLES": {
                "low": 0, "width": 32, "access": "rw", "reset": 0x0,
                "doc": "cycles of a frame without any progress that are an error; 0: none",
                "values": {},
            },
        },
    },
    "FRAMES": {
        "offset": 0x034,
        "count": 1,
        "doc": "samples of a start",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "rw", "reset": 0x1,
                "doc": "samples that are computed; 0: the start is done at once",
                "values": {},
            },
        },
    },
    "SAMPLE_BYTES": {
        "offset": 0x038,
        "count": 1,
        "doc": "bytes of a sample",
        "fields": {
            "INPUT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "all its beats; samples follow each other without gaps",
                "values": {},
            },
        },
    },
    "RESULT_BYTES": {
        "offset": 0x03c,
        "count": 1,
        "doc": "bytes of a result",
        "fields": {
            "OUTPUT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "all its beats; results follow each other without gaps",
                "values": {},
            },
        },
    },
    "CYCLES_LO": {
        "offset": 0x080,
        "count": 1,
        "doc": "cycles of frames: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles of frames",
                "values": {},
            },
        },
    },
    "CYCLES_HI": {
        "offset": 0x084,
        "count": 1,
        "doc": "cycles of frames: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles of frames",
                "values": {},
            },
        },
    },
    "FRAMES_LO": {
        "offset": 0x088,
        "count": 1,
        "doc": "samples done: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "samples done",
                "values": {},
            },
        },
    },
    "FRAMES_HI": {
        "offset": 0x08c,
        "count": 1,
        "doc": "samples done: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "samples done",
                "values": {},
            },
        },
    },
    "BEATS_INPUT_LO": {
        "offset": 0x090,
        "count": 1,
        "doc": "beats of samples: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats of samples",
                "values": {},
            },
        },
    },
    "BEATS_INPUT_HI": {
        "offset": 0x094,
        "count": 1,
        "doc": "beats of samples: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats of samples",
                "values": {},
            },
        },
    },
    "BEATS_RESULTS_LO": {
        "offset": 0x098,
        "count": 1,
        "doc": "beats of results: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats of results",
                "values": {},
            },
        },
    },
    "BEATS_RESULTS_HI": {
        "offset": 0x09c,
        "count": 1,
        "doc": "beats of results: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats of results",
                "values": {},
            },
        },
    },
    "WAIT_INPUT_LO": {
        "offset": 0x0a0,
        "count": 1,
        "doc": "cycles in which the core would take a beat and none is there: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles in which the core would take a beat and none is there",
                "values": {},
            },
        },
    },
    "WAIT_INPUT_HI": {
        "offset": 0x0a4,
        "count": 1,
        "doc": "cycles in which the core would take a beat and none is there: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles in which the core would take a beat and none is there",
                "values": {},
            },
        },
    },
    "WAIT_RESULTS_LO": {
        "offset": 0x0a8,
        "count": 1,
        "doc": "cycles in which a result waits to be taken: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles in which a result waits to be taken",
                "values": {},
            },
        },
    },
    "WAIT_RESULTS_HI": {
        "offset": 0x0ac,
        "count": 1,
        "doc": "cycles in which a result waits to be taken: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles in which a result waits to be taken",
                "values": {},
            },
        },
    },
}

# Offset of the lower half; the upper one is 4 bytes behind it.
COUNTERS = {
    "CYCLES": 0x080,
    "FRAMES": 0x088,
    "BEATS_INPUT": 0x090,
    "BEATS_RESULTS": 0x098,
    "WAIT_INPUT": 0x0a0,
    "WAIT_RESULTS": 0x0a8,
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
