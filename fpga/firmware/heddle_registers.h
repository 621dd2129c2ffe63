/* registers that every accelerator has. Written by Heddle from its register table: do not edit. */
#ifndef HEDDLE_REGISTERS_H
#define HEDDLE_REGISTERS_H

#define HEDDLE_REGISTER_BYTES 0x1000u

/* CTRL: control, as in ap_ctrl_hs */
#define HEDDLE_CTRL_OFFSET 0x000u
#define HEDDLE_CTRL_DEFAULT 0x00000000u
/* starts a frame; 0 again when it is done, unless AUTO_RESTART (writing 1 sets it, hardware clears it) */
#define HEDDLE_CTRL_START_SHIFT 0u
#define HEDDLE_CTRL_START_MASK 0x00000001u
/* a frame is done; cleared by reading (hardware sets it, reading clears it) */
#define HEDDLE_CTRL_DONE_SHIFT 1u
#define HEDDLE_CTRL_DONE_MASK 0x00000002u
/* no frame runs (read-only) */
#define HEDDLE_CTRL_IDLE_SHIFT 2u
#define HEDDLE_CTRL_IDLE_MASK 0x00000004u
/* a frame may be started; cleared by reading (hardware sets it, reading clears it) */
#define HEDDLE_CTRL_READY_SHIFT 3u
#define HEDDLE_CTRL_READY_MASK 0x00000008u
/* the next frame starts when one is done (read and write) */
#define HEDDLE_CTRL_AUTO_RESTART_SHIFT 7u
#define HEDDLE_CTRL_AUTO_RESTART_MASK 0x00000080u
/* the interrupt line (read-only) */
#define HEDDLE_CTRL_INTERRUPT_SHIFT 9u
#define HEDDLE_CTRL_INTERRUPT_MASK 0x00000200u

/* GIE: global interrupt enable */
#define HEDDLE_GIE_OFFSET 0x004u
#define HEDDLE_GIE_DEFAULT 0x00000000u
/* the interrupt line follows ISR (read and write) */
#define HEDDLE_GIE_ENABLE_SHIFT 0u
#define HEDDLE_GIE_ENABLE_MASK 0x00000001u

/* IER: interrupt enable */
#define HEDDLE_IER_OFFSET 0x008u
#define HEDDLE_IER_DEFAULT 0x00000000u
/* ISR.DONE is set when a frame is done (read and write) */
#define HEDDLE_IER_DONE_SHIFT 0u
#define HEDDLE_IER_DONE_MASK 0x00000001u
/* ISR.READY is set when a frame may be started (read and write) */
#define HEDDLE_IER_READY_SHIFT 1u
#define HEDDLE_IER_READY_MASK 0x00000002u
/* ISR.ERROR is set when the accelerator stops with an error (read and write) */
#define HEDDLE_IER_ERROR_SHIFT 2u
#define HEDDLE_IER_ERROR_MASK 0x00000004u

/* ISR: interrupt status; writing 1 toggles a bit */
#define HEDDLE_ISR_OFFSET 0x00cu
#define HEDDLE_ISR_DEFAULT 0x00000000u
/* a frame was done (hardware sets it, writing 1 toggles it) */
#define HEDDLE_ISR_DONE_SHIFT 0u
#define HEDDLE_ISR_DONE_MASK 0x00000001u
/* a frame could be started (hardware sets it, writing 1 toggles it) */
#define HEDDLE_ISR_READY_SHIFT 1u
#define HEDDLE_ISR_READY_MASK 0x00000002u
/* the accelerator stopped with an error (hardware sets it, writing 1 toggles it) */
#define HEDDLE_ISR_ERROR_SHIFT 2u
#define HEDDLE_ISR_ERROR_MASK 0x00000004u

/* ID: what this is */
#define HEDDLE_ID_OFFSET 0x010u
#define HEDDLE_ID_DEFAULT 0x00000000u
/* differs in ASCII (read-only, a constant) */
#define HEDDLE_ID_ID_SHIFT 0u
#define HEDDLE_ID_ID_MASK 0xffffffffu

/* VERSION: version of the register map */
#define HEDDLE_VERSION_OFFSET 0x014u
#define HEDDLE_VERSION_DEFAULT 0x00010000u
/* major in the upper half, minor in the lower (read-only, a constant) */
#define HEDDLE_VERSION_VERSION_SHIFT 0u
#define HEDDLE_VERSION_VERSION_MASK 0xffffffffu

/* BUILD: build */
#define HEDDLE_BUILD_OFFSET 0x018u
/* hash of the build, a parameter (read-only) */
#define HEDDLE_BUILD_HASH_SHIFT 0u
#define HEDDLE_BUILD_HASH_MASK 0xffffffffu

/* SCRATCH: scratch */
#define HEDDLE_SCRATCH_OFFSET 0x01cu
#define HEDDLE_SCRATCH_DEFAULT 0x00000000u
/* hardware does not look at it (read and write) */
#define HEDDLE_SCRATCH_SCRATCH_SHIFT 0u
#define HEDDLE_SCRATCH_SCRATCH_MASK 0xffffffffu

/* COMMAND: commands */
#define HEDDLE_COMMAND_OFFSET 0x020u
#define HEDDLE_COMMAND_DEFAULT 0x00000000u
/* while 1 nothing runs (read and write) */
#define HEDDLE_COMMAND_RESET_SHIFT 0u
#define HEDDLE_COMMAND_RESET_MASK 0x00000001u
/* copies the counters for reading (writing 1 does it once; reads as 0) */
#define HEDDLE_COMMAND_SNAPSHOT_SHIFT 1u
#define HEDDLE_COMMAND_SNAPSHOT_MASK 0x00000002u
/* sets the counters to 0, behind a snapshot of the same write (writing 1 does it once; reads as 0) */
#define HEDDLE_COMMAND_CLEAR_SHIFT 2u
#define HEDDLE_COMMAND_CLEAR_MASK 0x00000004u

/* STATUS: status */
#define HEDDLE_STATUS_OFFSET 0x024u
/* 0 idle, 2 run, 3 failed, 4 in reset (read-only) */
#define HEDDLE_STATUS_STATE_SHIFT 0u
#define HEDDLE_STATUS_STATE_MASK 0x00000007u

/* ERROR: first error since start or reset */
#define HEDDLE_ERROR_OFFSET 0x028u
/* 0: none (read-only) */
#define HEDDLE_ERROR_CODE_SHIFT 0u
#define HEDDLE_ERROR_CODE_MASK 0x0000000fu
/* where (read-only) */
#define HEDDLE_ERROR_PORT_SHIFT 8u
#define HEDDLE_ERROR_PORT_MASK 0x00000300u

/* ERROR_PLACE: how far it was */
#define HEDDLE_ERROR_PLACE_OFFSET 0x02cu
/* differs (read-only) */
#define HEDDLE_ERROR_PLACE_PLACE_SHIFT 0u
#define HEDDLE_ERROR_PLACE_PLACE_MASK 0xffffffffu

/* WATCHDOG: watchdog */
#define HEDDLE_WATCHDOG_OFFSET 0x030u
#define HEDDLE_WATCHDOG_DEFAULT 0x00000000u
/* cycles of a frame without any progress that are an error; 0: none (read and write) */
#define HEDDLE_WATCHDOG_CYCLES_SHIFT 0u
#define HEDDLE_WATCHDOG_CYCLES_MASK 0xffffffffu

#endif /* HEDDLE_REGISTERS_H */
