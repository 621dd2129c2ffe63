"registers of the engine with its data in memory. Written by Heddle from its register table: do not edit."

NAME = "engine_mapped"
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
                "doc": "ISR.ERROR is set when the engine stops with an error",
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
                "doc": "the engine stopped with an error",
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
                "low": 0, "width": 32, "access": "constant", "reset": 0x48444c45,
                "doc": "HDLE in ASCII",
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
                "doc": "while 1 the engine is held in reset and all beats that arrive are dropped",
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
                "doc": "0 idle, 1 clear, 2 run, 3 failed, 4 in reset",
                "values": {"idle": 0, "clear": 1, "run": 2, "failed": 3, "reset": 4},
            },
            "RUNNING": {
                "low": 3, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "a pass issues steps",
                "values": {},
            },
            "RESULTS_OPEN": {
                "low": 4, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "a packet of m_axis_y is under way",
                "values": {},
            },
            "WEIGHTS_DROPPED": {
                "low": 5, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "the rest of a packet of s_axis_w is being dropped",
                "values": {},
            },
            "PIXELS_DROPPED": {
                "low": 6, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "the rest of a packet of s_axis_x is being dropped",
                "values": {},
            },
            "WAITS": {
                "low": 8, "width": 6, "access": "ro", "reset": 0x0,
                "doc": "no step for want of: weights, rows, parameters, drain, residual, preparation",
                "values": {},
            },
            "PASSES": {
                "low": 16, "width": 16, "access": "ro", "reset": 0x0,
                "doc": "passes of the frame that are done",
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
                "doc": "1 magic, 2 limits, 3 tlast too early, 4 missing, 5 address, 6 bank, 7 row, 8 watchdog, 9 read SLVERR, 10 read DECERR, 11 write SLVERR, 12 write DECERR, 13 list or weight image",
                "values": {"none": 0, "magic": 1, "limits": 2, "early": 3, "missing": 4, "address": 5, "conflict": 6, "row": 7, "watchdog": 8, "read_slverr": 9, "read_decerr": 10, "write_slverr": 11, "write_decerr": 12, "list": 13},
            },
            "PORT": {
                "low": 8, "width": 2, "access": "ro", "reset": 0x0,
                "doc": "0 the engine itself, 1 weights, 2 pixels, 3 results",
                "values": {"engine": 0, "weights": 1, "pixels": 2, "results": 3},
            },
            "RULE": {
                "low": 16, "width": 7, "access": "ro", "reset": 0x0,
                "doc": "rule of header-rules.ts that a header breaks",
                "values": {},
            },
        },
    },
    "ERROR_PLACE": {
        "offset": 0x02c,
        "count": 1,
        "doc": "where s_axis_w stood at the error",
        "fields": {
            "BEAT": {
                "low": 0, "width": 16, "access": "ro", "reset": 0x0,
                "doc": "beats of the packet",
                "values": {},
            },
            "PASS": {
                "low": 16, "width": 16, "access": "ro", "reset": 0x0,
                "doc": "packets of the frame before",
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
    "PACKETS": {
        "offset": 0x034,
        "count": 1,
        "doc": "packets of a frame; more wait for the next start; 0: no limit",
        "fields": {
            "PIXELS": {
                "low": 0, "width": 16, "access": "rw", "reset": 0x0,
                "doc": "packets of s_axis_x",
                "values": {},
            },
            "WEIGHTS": {
                "low": 16, "width": 16, "access": "rw", "reset": 0x0,
                "doc": "of s_axis_w",
                "values": {},
            },
        },
    },
    "SHAPE": {
        "offset": 0x038,
        "count": 1,
        "doc": "static parameters",
        "fields": {
            "P": {
                "low": 0, "width": 7, "access": "ro", "reset": 0x0,
                "doc": "parameter P",
                "values": {},
            },
            "G": {
                "low": 7, "width": 5, "access": "ro", "reset": 0x0,
                "doc": "parameter G",
                "values": {},
            },
            "M": {
                "low": 12, "width": 9, "access": "ro", "reset": 0x0,
                "doc": "parameter M",
                "values": {},
            },
            "D": {
                "low": 21, "width": 7, "access": "ro", "reset": 0x0,
                "doc": "parameter D",
                "values": {},
            },
        },
    },
    "WIDTHS": {
        "offset": 0x03c,
        "count": 1,
        "doc": "static parameters",
        "fields": {
            "XB": {
                "low": 0, "width": 5, "access": "ro", "reset": 0x0,
                "doc": "parameter XB",
                "values": {},
            },
            "WB": {
                "low": 5, "width": 5, "access": "ro", "reset": 0x0,
                "doc": "parameter WB",
                "values": {},
            },
            "AB": {
                "low": 10, "width": 6, "access": "ro", "reset": 0x0,
                "doc": "parameter AB",
                "values": {},
            },
        },
    },
    "XRAM": {
        "offset": 0x040,
        "count": 1,
        "doc": "static parameters",
        "fields": {
            "XD": {
                "low": 0, "width": 17, "access": "ro", "reset": 0x0,
                "doc": "parameter XD",
                "values": {},
            },
        },
    },
    "RING": {
        "offset": 0x044,
        "count": 1,
        "doc": "static parameters",
        "fields": {
            "WD": {
                "low": 0, "width": 17, "access": "ro", "reset": 0x0,
                "doc": "parameter WD",
                "values": {},
            },
        },
    },
    "PSUMS": {
        "offset": 0x048,
        "count": 1,
        "doc": "static parameters",
        "fields": {
            "PD": {
                "low": 0, "width": 17, "access": "ro", "reset": 0x0,
                "doc": "parameter PD",
                "values": {},
            },
        },
    },
    "UNITS": {
        "offset": 0x04c,
        "count": 1,
        "doc": "static parameters",
        "fields": {
            "TMAX": {
                "low": 0, "width": 6, "access": "ro", "reset": 0x0,
                "doc": "parameter TMAX",
                "values": {},
            },
            "KMAX": {
                "low": 6, "width": 6, "access": "ro", "reset": 0x0,
                "doc": "parameter KMAX",
                "values": {},
            },
            "NTHR": {
                "low": 12, "width": 4, "access": "ro", "reset": 0x0,
                "doc": "parameter NTHR",
                "values": {},
            },
            "MUL": {
                "low": 16, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "parameter MUL",
                "values": {},
            },
            "FIXED": {
                "low": 17, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "parameter FIXED",
                "values": {},
            },
            "LUT": {
                "low": 18, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "parameter LUT",
                "values": {},
            },
            "ADD": {
                "low": 19, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "parameter ADD",
                "values": {},
            },
            "DW": {
                "low": 20, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "parameter DW",
                "values": {},
            },
            "XU": {
                "low": 21, "width": 1, "access": "ro", "reset": 0x0,
                "doc": "parameter XU",
                "values": {},
            },
        },
    },
    "PORTS": {
        "offset": 0x050,
        "count": 1,
        "doc": "static parameters",
        "fields": {
            "XP": {
                "low": 0, "width": 9, "access": "ro", "reset": 0x0,
                "doc": "parameter XP",
                "values": {},
            },
            "WP": {
                "low": 9, "width": 9, "access": "ro", "reset": 0x0,
                "doc": "parameter WP",
                "values": {},
            },
            "YP": {
                "low": 18, "width": 9, "access": "ro", "reset": 0x0,
                "doc": "parameter YP",
                "values": {},
            },
        },
    },
    "FIFO": {
        "offset": 0x054,
        "count": 1,
        "doc": "static parameters",
        "fields": {
            "YD": {
                "low": 0, "width": 13, "access": "ro", "reset": 0x0,
                "doc": "parameter YD",
                "values": {},
            },
            "HQ": {
                "low": 13, "width": 6, "access": "ro", "reset": 0x0,
                "doc": "parameter HQ",
                "values": {},
            },
            "PQ": {
                "low": 19, "width": 9, "access": "ro", "reset": 0x0,
                "doc": "parameter PQ",
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
    "STEPS_LO": {
        "offset": 0x088,
        "count": 1,
        "doc": "steps: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "steps",
                "values": {},
            },
        },
    },
    "STEPS_HI": {
        "offset": 0x08c,
        "count": 1,
        "doc": "steps: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "steps",
                "values": {},
            },
        },
    },
    "STALL_WEIGHTS_LO": {
        "offset": 0x090,
        "count": 1,
        "doc": "cycles without a step: its weights are not there: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles without a step: its weights are not there",
                "values": {},
            },
        },
    },
    "STALL_WEIGHTS_HI": {
        "offset": 0x094,
        "count": 1,
        "doc": "cycles without a step: its weights are not there: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles without a step: its weights are not there",
                "values": {},
            },
        },
    },
    "STALL_ROWS_LO": {
        "offset": 0x098,
        "count": 1,
        "doc": "rows of input are not there: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "rows of input are not there",
                "values": {},
            },
        },
    },
    "STALL_ROWS_HI": {
        "offset": 0x09c,
        "count": 1,
        "doc": "rows of input are not there: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "rows of input are not there",
                "values": {},
            },
        },
    },
    "STALL_PARAMETERS_LO": {
        "offset": 0x0a0,
        "count": 1,
        "doc": "parameters are not there: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "parameters are not there",
                "values": {},
            },
        },
    },
    "STALL_PARAMETERS_HI": {
        "offset": 0x0a4,
        "count": 1,
        "doc": "parameters are not there: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "parameters are not there",
                "values": {},
            },
        },
    },
    "STALL_DRAIN_LO": {
        "offset": 0x0a8,
        "count": 1,
        "doc": "the drain is busy, or the output is full: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "the drain is busy, or the output is full",
                "values": {},
            },
        },
    },
    "STALL_DRAIN_HI": {
        "offset": 0x0ac,
        "count": 1,
        "doc": "the drain is busy, or the output is full: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "the drain is busy, or the output is full",
                "values": {},
            },
        },
    },
    "STALL_RESIDUAL_LO": {
        "offset": 0x0b0,
        "count": 1,
        "doc": "residual rows are not there: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "residual rows are not there",
                "values": {},
            },
        },
    },
    "STALL_RESIDUAL_HI": {
        "offset": 0x0b4,
        "count": 1,
        "doc": "residual rows are not there: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "residual rows are not there",
                "values": {},
            },
        },
    },
    "STALL_PREPARATION_LO": {
        "offset": 0x0b8,
        "count": 1,
        "doc": "the next row is being prepared: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "the next row is being prepared",
                "values": {},
            },
        },
    },
    "STALL_PREPARATION_HI": {
        "offset": 0x0bc,
        "count": 1,
        "doc": "the next row is being prepared: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "the next row is being prepared",
                "values": {},
            },
        },
    },
    "PASSES_LO": {
        "offset": 0x0c0,
        "count": 1,
        "doc": "passes done: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "passes done",
                "values": {},
            },
        },
    },
    "PASSES_HI": {
        "offset": 0x0c4,
        "count": 1,
        "doc": "passes done: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "passes done",
                "values": {},
            },
        },
    },
    "FRAMES_LO": {
        "offset": 0x0c8,
        "count": 1,
        "doc": "frames done: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "frames done",
                "values": {},
            },
        },
    },
    "FRAMES_HI": {
        "offset": 0x0cc,
        "count": 1,
        "doc": "frames done: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "frames done",
                "values": {},
            },
        },
    },
    "BEATS_WEIGHTS_LO": {
        "offset": 0x0d0,
        "count": 1,
        "doc": "beats of s_axis_w: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats of s_axis_w",
                "values": {},
            },
        },
    },
    "BEATS_WEIGHTS_HI": {
        "offset": 0x0d4,
        "count": 1,
        "doc": "beats of s_axis_w: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats of s_axis_w",
                "values": {},
            },
        },
    },
    "BEATS_PIXELS_LO": {
        "offset": 0x0d8,
        "count": 1,
        "doc": "beats of s_axis_x: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats of s_axis_x",
                "values": {},
            },
        },
    },
    "BEATS_PIXELS_HI": {
        "offset": 0x0dc,
        "count": 1,
        "doc": "beats of s_axis_x: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats of s_axis_x",
                "values": {},
            },
        },
    },
    "BEATS_RESULTS_LO": {
        "offset": 0x0e0,
        "count": 1,
        "doc": "beats of m_axis_y: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats of m_axis_y",
                "values": {},
            },
        },
    },
    "BEATS_RESULTS_HI": {
        "offset": 0x0e4,
        "count": 1,
        "doc": "beats of m_axis_y: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "beats of m_axis_y",
                "values": {},
            },
        },
    },
    "WAIT_RESULTS_LO": {
        "offset": 0x0e8,
        "count": 1,
        "doc": "cycles in which m_axis_y waits to be taken: lower half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles in which m_axis_y waits to be taken",
                "values": {},
            },
        },
    },
    "WAIT_RESULTS_HI": {
        "offset": 0x0ec,
        "count": 1,
        "doc": "cycles in which m_axis_y waits to be taken: upper half at the last snapshot",
        "fields": {
            "COUNT": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "cycles in which m_axis_y waits to be taken",
                "values": {},
            },
        },
    },
    "HEADER": {
        "offset": 0x100,
        "count": 32,
        "doc": "the header that came last, word by word",
        "fields": {
            "HEADER": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "as in the weight stream",
                "values": {},
            },
        },
    },
    "MEMORY": {
        "offset": 0x180,
        "count": 1,
        "doc": "how the AXI masters ask",
        "fields": {
            "KIND": {
                "low": 0, "width": 2, "access": "constant", "reset": 0x2,
                "doc": "1 samples and results in memory, 2 lists of transfers in memory",
                "values": {},
            },
            "ARCACHE": {
                "low": 4, "width": 4, "access": "rw", "reset": 0x3,
                "doc": "of all reads; 15 on coherent ports",
                "values": {},
            },
            "AWCACHE": {
                "low": 8, "width": 4, "access": "rw", "reset": 0x3,
                "doc": "of all writes; 15 on coherent ports",
                "values": {},
            },
            "PROT": {
                "low": 12, "width": 3, "access": "rw", "reset": 0x0,
                "doc": "of reads and writes",
                "values": {},
            },
        },
    },
    "ERROR_ADDR_LO": {
        "offset": 0x184,
        "count": 1,
        "doc": "where memory refused, lower half of the byte address",
        "fields": {
            "VALUE": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "of the beat of a read, of the first beat of a written burst",
                "values": {},
            },
        },
    },
    "ERROR_ADDR_HI": {
        "offset": 0x188,
        "count": 1,
        "doc": "upper half",
        "fields": {
            "VALUE": {
                "low": 0, "width": 32, "access": "ro", "reset": 0x0,
                "doc": "upper half",
                "values": {},
            },
        },
    },
    "BUFFER_LO": {
        "offset": 0x190,
        "count": 1,
        "doc": "where byte 0 of dma.json lies: lower half of the byte address",
        "fields": {
            "VALUE": {
                "low": 0, "width": 32, "access": "rw", "reset": 0x0,
                "doc": "where byte 0 of dma.json lies: lower half of the byte address",
                "values": {},
            },
        },
    },
    "BUFFER_HI": {
        "offset": 0x194,
        "count": 1,
        "doc": "where byte 0 of dma.json lies: upper half",
        "fields": {
            "VALUE": {
                "low": 0, "width": 32, "access": "rw", "reset": 0x0,
                "doc": "where byte 0 of dma.json lies: upper half",
                "values": {},
            },
        },
    },
    "LIST_W": {
        "offset": 0x198,
        "count": 1,
        "doc": "list of the weight packets, bytes from BUFFER",
        "fields": {
            "VALUE": {
                "low": 0, "width": 32, "access": "rw", "reset": 0x0,
                "doc": "list of the weight packets, bytes from BUFFER",
                "values": {},
            },
        },
    },
    "LIST_X": {
        "offset": 0x19c,
        "count": 1,
        "doc": "list of the pixel packets, bytes from BUFFER",
        "fields": {
            "VALUE": {
                "low": 0, "width": 32, "access": "rw", "reset": 0x0,
                "doc": "list of the pixel packets, bytes from BUFFER",
                "values": {},
            },
        },
    },
    "LIST_Y": {
        "offset": 0x1a0,
        "count": 1,
        "doc": "list of the result packets, bytes from BUFFER",
        "fields": {
            "VALUE": {
                "low": 0, "width": 32, "access": "rw", "reset": 0x0,
                "doc": "list of the result packets, bytes from BUFFER",
                "values": {},
            },
        },
    },
}

# Offset of the lower half; the upper one is 4 bytes behind it.
COUNTERS = {
    "CYCLES": 0x080,
    "STEPS": 0x088,
    "STALL_WEIGHTS": 0x090,
    "STALL_ROWS": 0x098,
    "STALL_PARAMETERS": 0x0a0,
    "STALL_DRAIN": 0x0a8,
    "STALL_RESIDUAL": 0x0b0,
    "STALL_PREPARATION": 0x0b8,
    "PASSES": 0x0c0,
    "FRAMES": 0x0c8,
    "BEATS_WEIGHTS": 0x0d0,
    "BEATS_PIXELS": 0x0d8,
    "BEATS_RESULTS": 0x0e0,
    "WAIT_RESULTS": 0x0e8,
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
