/* a register of every kind. Written by Heddle from its register table: do not edit. */
#ifndef SAMPLE_REGISTERS_H
#define SAMPLE_REGISTERS_H

#define SAMPLE_REGISTER_BYTES 0x100u

/* CTRL: control */
#define SAMPLE_CTRL_OFFSET 0x000u
#define SAMPLE_CTRL_DEFAULT 0x00000240u
/* set by software, cleared by hardware (writing 1 sets it, hardware clears it) */
#define SAMPLE_CTRL_START_SHIFT 0u
#define SAMPLE_CTRL_START_MASK 0x00000001u
/* set by hardware, cleared by a read (hardware sets it, reading clears it) */
#define SAMPLE_CTRL_DONE_SHIFT 1u
#define SAMPLE_CTRL_DONE_MASK 0x00000002u
/* over two bytes (read and write) */
#define SAMPLE_CTRL_MODE_SHIFT 6u
#define SAMPLE_CTRL_MODE_MASK 0x000007c0u

/* EVENTS: what has happened */
#define SAMPLE_EVENTS_OFFSET 0x004u
#define SAMPLE_EVENTS_DEFAULT 0x00000000u
/* cleared by writing 1 (hardware sets it, writing 1 clears it) */
#define SAMPLE_EVENTS_FIRST_SHIFT 0u
#define SAMPLE_EVENTS_FIRST_MASK 0x00000001u
/* toggled by writing 1 (hardware sets it, writing 1 toggles it) */
#define SAMPLE_EVENTS_OTHER_SHIFT 31u
#define SAMPLE_EVENTS_OTHER_MASK 0x80000000u

/* ID: a constant */
#define SAMPLE_ID_OFFSET 0x008u
#define SAMPLE_ID_DEFAULT 0x48454444u
/* four letters (read-only, a constant) */
#define SAMPLE_ID_ID_SHIFT 0u
#define SAMPLE_ID_ID_MASK 0xffffffffu

/* SCRATCH: free */
#define SAMPLE_SCRATCH_OFFSET 0x00cu
#define SAMPLE_SCRATCH_DEFAULT 0x00000000u
/* nobody looks at it (read and write) */
#define SAMPLE_SCRATCH_SCRATCH_SHIFT 0u
#define SAMPLE_SCRATCH_SCRATCH_MASK 0xffffffffu

/* COMMAND: pulses */
#define SAMPLE_COMMAND_OFFSET 0x010u
#define SAMPLE_COMMAND_DEFAULT 0x00000000u
/* copies the counters (writing 1 does it once; reads as 0) */
#define SAMPLE_COMMAND_SNAPSHOT_SHIFT 0u
#define SAMPLE_COMMAND_SNAPSHOT_MASK 0x00000001u
/* sets them to 0 (writing 1 does it once; reads as 0) */
#define SAMPLE_COMMAND_CLEAR_SHIFT 9u
#define SAMPLE_COMMAND_CLEAR_MASK 0x00000200u

/* STATUS: state */
#define SAMPLE_STATUS_OFFSET 0x014u
/* some bits (read-only) */
#define SAMPLE_STATUS_LEVEL_SHIFT 3u
#define SAMPLE_STATUS_LEVEL_MASK 0x000000f8u
#define SAMPLE_STATUS_LEVEL_LOW 0u
#define SAMPLE_STATUS_LEVEL_HALF_FULL 16u
/* one bit (read-only) */
#define SAMPLE_STATUS_HIGH_SHIFT 30u
#define SAMPLE_STATUS_HIGH_MASK 0x40000000u

/* WINDOW: three words */
#define SAMPLE_WINDOW_OFFSET 0x018u
#define SAMPLE_WINDOW_COUNT 3u
/* of hardware (read-only) */
#define SAMPLE_WINDOW_WINDOW_SHIFT 0u
#define SAMPLE_WINDOW_WINDOW_MASK 0xffffffffu

/* CYCLES_LO: cycles: lower half at the last snapshot */
#define SAMPLE_CYCLES_LO_OFFSET 0x040u
/* cycles (read-only) */
#define SAMPLE_CYCLES_LO_COUNT_SHIFT 0u
#define SAMPLE_CYCLES_LO_COUNT_MASK 0xffffffffu

/* CYCLES_HI: cycles: upper half at the last snapshot */
#define SAMPLE_CYCLES_HI_OFFSET 0x044u
/* cycles (read-only) */
#define SAMPLE_CYCLES_HI_COUNT_SHIFT 0u
#define SAMPLE_CYCLES_HI_COUNT_MASK 0xffffffffu

/* BEATS_LO: beats: lower half at the last snapshot */
#define SAMPLE_BEATS_LO_OFFSET 0x048u
/* beats (read-only) */
#define SAMPLE_BEATS_LO_COUNT_SHIFT 0u
#define SAMPLE_BEATS_LO_COUNT_MASK 0xffffffffu

/* BEATS_HI: beats: upper half at the last snapshot */
#define SAMPLE_BEATS_HI_OFFSET 0x04cu
/* beats (read-only) */
#define SAMPLE_BEATS_HI_COUNT_SHIFT 0u
#define SAMPLE_BEATS_HI_COUNT_MASK 0xffffffffu

#endif /* SAMPLE_REGISTERS_H */
