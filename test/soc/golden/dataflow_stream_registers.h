/* registers of a dataflow accelerator, samples as a stream. Written by Heddle from its register table: do not edit. */
#ifndef DATAFLOW_STREAM_REGISTERS_H
#define DATAFLOW_STREAM_REGISTERS_H

#define DATAFLOW_STREAM_REGISTER_BYTES 0x1000u

/* CTRL: control, as in ap_ctrl_hs */
#define DATAFLOW_STREAM_CTRL_OFFSET 0x000u
#define DATAFLOW_STREAM_CTRL_DEFAULT 0x00000000u
/* starts a frame; 0 again when it is done, unless AUTO_RESTART (writing 1 sets it, hardware clears it) */
#define DATAFLOW_STREAM_CTRL_START_SHIFT 0u
#define DATAFLOW_STREAM_CTRL_START_MASK 0x00000001u
/* a frame is done; cleared by reading (hardware sets it, reading clears it) */
#define DATAFLOW_STREAM_CTRL_DONE_SHIFT 1u
#define DATAFLOW_STREAM_CTRL_DONE_MASK 0x00000002u
/* no frame runs (read-only) */
#define DATAFLOW_STREAM_CTRL_IDLE_SHIFT 2u
#define DATAFLOW_STREAM_CTRL_IDLE_MASK 0x00000004u
/* a frame may be started; cleared by reading (hardware sets it, reading clears it) */
#define DATAFLOW_STREAM_CTRL_READY_SHIFT 3u
#define DATAFLOW_STREAM_CTRL_READY_MASK 0x00000008u
/* the next frame starts when one is done (read and write) */
#define DATAFLOW_STREAM_CTRL_AUTO_RESTART_SHIFT 7u
#define DATAFLOW_STREAM_CTRL_AUTO_RESTART_MASK 0x00000080u
/* the interrupt line (read-only) */
#define DATAFLOW_STREAM_CTRL_INTERRUPT_SHIFT 9u
#define DATAFLOW_STREAM_CTRL_INTERRUPT_MASK 0x00000200u

/* GIE: global interrupt enable */
#define DATAFLOW_STREAM_GIE_OFFSET 0x004u
#define DATAFLOW_STREAM_GIE_DEFAULT 0x00000000u
/* the interrupt line follows ISR (read and write) */
#define DATAFLOW_STREAM_GIE_ENABLE_SHIFT 0u
#define DATAFLOW_STREAM_GIE_ENABLE_MASK 0x00000001u

/* IER: interrupt enable */
#define DATAFLOW_STREAM_IER_OFFSET 0x008u
#define DATAFLOW_STREAM_IER_DEFAULT 0x00000000u
/* ISR.DONE is set when a frame is done (read and write) */
#define DATAFLOW_STREAM_IER_DONE_SHIFT 0u
#define DATAFLOW_STREAM_IER_DONE_MASK 0x00000001u
/* ISR.READY is set when a frame may be started (read and write) */
#define DATAFLOW_STREAM_IER_READY_SHIFT 1u
#define DATAFLOW_STREAM_IER_READY_MASK 0x00000002u
/* ISR.ERROR is set when the accelerator stops with an error (read and write) */
#define DATAFLOW_STREAM_IER_ERROR_SHIFT 2u
#define DATAFLOW_STREAM_IER_ERROR_MASK 0x00000004u

/* ISR: interrupt status; writing 1 toggles a bit */
#define DATAFLOW_STREAM_ISR_OFFSET 0x00cu
#define DATAFLOW_STREAM_ISR_DEFAULT 0x00000000u
/* a frame was done (hardware sets it, writing 1 toggles it) */
#define DATAFLOW_STREAM_ISR_DONE_SHIFT 0u
#define DATAFLOW_STREAM_ISR_DONE_MASK 0x00000001u
/* a frame could be started (hardware sets it, writing 1 toggles it) */
#define DATAFLOW_STREAM_ISR_READY_SHIFT 1u
#define DATAFLOW_STREAM_ISR_READY_MASK 0x00000002u
/* the accelerator stopped with an error (hardware sets it, writing 1 toggles it) */
#define DATAFLOW_STREAM_ISR_ERROR_SHIFT 2u
#define DATAFLOW_STREAM_ISR_ERROR_MASK 0x00000004u

/* ID: what this is */
#define DATAFLOW_STREAM_ID_OFFSET 0x010u
#define DATAFLOW_STREAM_ID_DEFAULT 0x48444c44u
/* HDLD in ASCII (read-only, a constant) */
#define DATAFLOW_STREAM_ID_ID_SHIFT 0u
#define DATAFLOW_STREAM_ID_ID_MASK 0xffffffffu

/* VERSION: version of the register map */
#define DATAFLOW_STREAM_VERSION_OFFSET 0x014u
#define DATAFLOW_STREAM_VERSION_DEFAULT 0x00010000u
/* major in the upper half, minor in the lower (read-only, a constant) */
#define DATAFLOW_STREAM_VERSION_VERSION_SHIFT 0u
#define DATAFLOW_STREAM_VERSION_VERSION_MASK 0xffffffffu

/* BUILD: build */
#define DATAFLOW_STREAM_BUILD_OFFSET 0x018u
/* hash of the build, a parameter (read-only) */
#define DATAFLOW_STREAM_BUILD_HASH_SHIFT 0u
#define DATAFLOW_STREAM_BUILD_HASH_MASK 0xffffffffu

/* SCRATCH: scratch */
#define DATAFLOW_STREAM_SCRATCH_OFFSET 0x01cu
#define DATAFLOW_STREAM_SCRATCH_DEFAULT 0x00000000u
/* hardware does not look at it (read and write) */
#define DATAFLOW_STREAM_SCRATCH_SCRATCH_SHIFT 0u
#define DATAFLOW_STREAM_SCRATCH_SCRATCH_MASK 0xffffffffu

/* COMMAND: commands */
#define DATAFLOW_STREAM_COMMAND_OFFSET 0x020u
#define DATAFLOW_STREAM_COMMAND_DEFAULT 0x00000000u
/* while 1 nothing runs: the sample that is half in is filled up with zeros, results are dropped (read and write) */
#define DATAFLOW_STREAM_COMMAND_RESET_SHIFT 0u
#define DATAFLOW_STREAM_COMMAND_RESET_MASK 0x00000001u
/* copies the counters for reading (writing 1 does it once; reads as 0) */
#define DATAFLOW_STREAM_COMMAND_SNAPSHOT_SHIFT 1u
#define DATAFLOW_STREAM_COMMAND_SNAPSHOT_MASK 0x00000002u
/* sets the counters to 0, behind a snapshot of the same write (writing 1 does it once; reads as 0) */
#define DATAFLOW_STREAM_COMMAND_CLEAR_SHIFT 2u
#define DATAFLOW_STREAM_COMMAND_CLEAR_MASK 0x00000004u

/* STATUS: status */
#define DATAFLOW_STREAM_STATUS_OFFSET 0x024u
/* 0 idle, 2 run, 3 failed, 4 in reset (read-only) */
#define DATAFLOW_STREAM_STATUS_STATE_SHIFT 0u
#define DATAFLOW_STREAM_STATUS_STATE_MASK 0x00000007u
#define DATAFLOW_STREAM_STATUS_STATE_IDLE 0u
#define DATAFLOW_STREAM_STATUS_STATE_RUN 2u
#define DATAFLOW_STREAM_STATUS_STATE_FAILED 3u
#define DATAFLOW_STREAM_STATUS_STATE_RESET 4u
/* a sample is half in (read-only) */
#define DATAFLOW_STREAM_STATUS_INPUT_OPEN_SHIFT 3u
#define DATAFLOW_STREAM_STATUS_INPUT_OPEN_MASK 0x00000008u
/* a sample is in, its result is not out (read-only) */
#define DATAFLOW_STREAM_STATUS_RESULTS_OPEN_SHIFT 4u
#define DATAFLOW_STREAM_STATUS_RESULTS_OPEN_MASK 0x00000010u
/* a burst is under way on an AXI master (read-only) */
#define DATAFLOW_STREAM_STATUS_BUS_BUSY_SHIFT 5u
#define DATAFLOW_STREAM_STATUS_BUS_BUSY_MASK 0x00000020u
/* a weight image is being read, or waits for the end of a sample (read-only) */
#define DATAFLOW_STREAM_STATUS_WEIGHTS_PENDING_SHIFT 6u
#define DATAFLOW_STREAM_STATUS_WEIGHTS_PENDING_MASK 0x00000040u

/* ERROR: first error since start or reset */
#define DATAFLOW_STREAM_ERROR_OFFSET 0x028u
/* 8 watchdog, 13 weight image (read-only) */
#define DATAFLOW_STREAM_ERROR_CODE_SHIFT 0u
#define DATAFLOW_STREAM_ERROR_CODE_MASK 0x0000000fu
#define DATAFLOW_STREAM_ERROR_CODE_NONE 0u
#define DATAFLOW_STREAM_ERROR_CODE_WATCHDOG 8u
#define DATAFLOW_STREAM_ERROR_CODE_LIST 13u
/* 0 the core, 1 weights, 2 input, 3 results (read-only) */
#define DATAFLOW_STREAM_ERROR_PORT_SHIFT 8u
#define DATAFLOW_STREAM_ERROR_PORT_MASK 0x00000300u
#define DATAFLOW_STREAM_ERROR_PORT_CORE 0u
#define DATAFLOW_STREAM_ERROR_PORT_WEIGHTS 1u
#define DATAFLOW_STREAM_ERROR_PORT_INPUT 2u
#define DATAFLOW_STREAM_ERROR_PORT_RESULTS 3u

/* ERROR_PLACE: how far the frame was */
#define DATAFLOW_STREAM_ERROR_PLACE_OFFSET 0x02cu
/* results that were complete (read-only) */
#define DATAFLOW_STREAM_ERROR_PLACE_RESULTS_SHIFT 0u
#define DATAFLOW_STREAM_ERROR_PLACE_RESULTS_MASK 0xffffffffu

/* WATCHDOG: watchdog */
#define DATAFLOW_STREAM_WATCHDOG_OFFSET 0x030u
#define DATAFLOW_STREAM_WATCHDOG_DEFAULT 0x00000000u
/* cycles of a frame without any progress that are an error; 0: none (read and write) */
#define DATAFLOW_STREAM_WATCHDOG_CYCLES_SHIFT 0u
#define DATAFLOW_STREAM_WATCHDOG_CYCLES_MASK 0xffffffffu

/* FRAMES: samples of a start */
#define DATAFLOW_STREAM_FRAMES_OFFSET 0x034u
#define DATAFLOW_STREAM_FRAMES_DEFAULT 0x00000001u
/* samples that are computed; 0: the start is done at once (read and write) */
#define DATAFLOW_STREAM_FRAMES_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_FRAMES_COUNT_MASK 0xffffffffu

/* SAMPLE_BYTES: bytes of a sample */
#define DATAFLOW_STREAM_SAMPLE_BYTES_OFFSET 0x038u
/* all its beats; samples follow each other without gaps (read-only) */
#define DATAFLOW_STREAM_SAMPLE_BYTES_INPUT_SHIFT 0u
#define DATAFLOW_STREAM_SAMPLE_BYTES_INPUT_MASK 0xffffffffu

/* RESULT_BYTES: bytes of a result */
#define DATAFLOW_STREAM_RESULT_BYTES_OFFSET 0x03cu
/* all its beats; results follow each other without gaps (read-only) */
#define DATAFLOW_STREAM_RESULT_BYTES_OUTPUT_SHIFT 0u
#define DATAFLOW_STREAM_RESULT_BYTES_OUTPUT_MASK 0xffffffffu

/* CYCLES_LO: cycles of frames: lower half at the last snapshot */
#define DATAFLOW_STREAM_CYCLES_LO_OFFSET 0x080u
/* cycles of frames (read-only) */
#define DATAFLOW_STREAM_CYCLES_LO_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_CYCLES_LO_COUNT_MASK 0xffffffffu

/* CYCLES_HI: cycles of frames: upper half at the last snapshot */
#define DATAFLOW_STREAM_CYCLES_HI_OFFSET 0x084u
/* cycles of frames (read-only) */
#define DATAFLOW_STREAM_CYCLES_HI_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_CYCLES_HI_COUNT_MASK 0xffffffffu

/* FRAMES_LO: samples done: lower half at the last snapshot */
#define DATAFLOW_STREAM_FRAMES_LO_OFFSET 0x088u
/* samples done (read-only) */
#define DATAFLOW_STREAM_FRAMES_LO_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_FRAMES_LO_COUNT_MASK 0xffffffffu

/* FRAMES_HI: samples done: upper half at the last snapshot */
#define DATAFLOW_STREAM_FRAMES_HI_OFFSET 0x08cu
/* samples done (read-only) */
#define DATAFLOW_STREAM_FRAMES_HI_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_FRAMES_HI_COUNT_MASK 0xffffffffu

/* BEATS_INPUT_LO: beats of samples: lower half at the last snapshot */
#define DATAFLOW_STREAM_BEATS_INPUT_LO_OFFSET 0x090u
/* beats of samples (read-only) */
#define DATAFLOW_STREAM_BEATS_INPUT_LO_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_BEATS_INPUT_LO_COUNT_MASK 0xffffffffu

/* BEATS_INPUT_HI: beats of samples: upper half at the last snapshot */
#define DATAFLOW_STREAM_BEATS_INPUT_HI_OFFSET 0x094u
/* beats of samples (read-only) */
#define DATAFLOW_STREAM_BEATS_INPUT_HI_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_BEATS_INPUT_HI_COUNT_MASK 0xffffffffu

/* BEATS_RESULTS_LO: beats of results: lower half at the last snapshot */
#define DATAFLOW_STREAM_BEATS_RESULTS_LO_OFFSET 0x098u
/* beats of results (read-only) */
#define DATAFLOW_STREAM_BEATS_RESULTS_LO_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_BEATS_RESULTS_LO_COUNT_MASK 0xffffffffu

/* BEATS_RESULTS_HI: beats of results: upper half at the last snapshot */
#define DATAFLOW_STREAM_BEATS_RESULTS_HI_OFFSET 0x09cu
/* beats of results (read-only) */
#define DATAFLOW_STREAM_BEATS_RESULTS_HI_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_BEATS_RESULTS_HI_COUNT_MASK 0xffffffffu

/* WAIT_INPUT_LO: cycles in which the core would take a beat and none is there: lower half at the last snapshot */
#define DATAFLOW_STREAM_WAIT_INPUT_LO_OFFSET 0x0a0u
/* cycles in which the core would take a beat and none is there (read-only) */
#define DATAFLOW_STREAM_WAIT_INPUT_LO_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_WAIT_INPUT_LO_COUNT_MASK 0xffffffffu

/* WAIT_INPUT_HI: cycles in which the core would take a beat and none is there: upper half at the last snapshot */
#define DATAFLOW_STREAM_WAIT_INPUT_HI_OFFSET 0x0a4u
/* cycles in which the core would take a beat and none is there (read-only) */
#define DATAFLOW_STREAM_WAIT_INPUT_HI_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_WAIT_INPUT_HI_COUNT_MASK 0xffffffffu

/* WAIT_RESULTS_LO: cycles in which a result waits to be taken: lower half at the last snapshot */
#define DATAFLOW_STREAM_WAIT_RESULTS_LO_OFFSET 0x0a8u
/* cycles in which a result waits to be taken (read-only) */
#define DATAFLOW_STREAM_WAIT_RESULTS_LO_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_WAIT_RESULTS_LO_COUNT_MASK 0xffffffffu

/* WAIT_RESULTS_HI: cycles in which a result waits to be taken: upper half at the last snapshot */
#define DATAFLOW_STREAM_WAIT_RESULTS_HI_OFFSET 0x0acu
/* cycles in which a result waits to be taken (read-only) */
#define DATAFLOW_STREAM_WAIT_RESULTS_HI_COUNT_SHIFT 0u
#define DATAFLOW_STREAM_WAIT_RESULTS_HI_COUNT_MASK 0xffffffffu

#endif /* DATAFLOW_STREAM_REGISTERS_H */
