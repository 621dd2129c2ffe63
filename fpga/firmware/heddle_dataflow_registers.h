/* registers of a dataflow accelerator, samples in memory. Written by Heddle from its register table: do not edit. */
#ifndef HEDDLE_DATAFLOW_REGISTERS_H
#define HEDDLE_DATAFLOW_REGISTERS_H

#define HEDDLE_DATAFLOW_REGISTER_BYTES 0x1000u

/* CTRL: control, as in ap_ctrl_hs */
#define HEDDLE_DATAFLOW_CTRL_OFFSET 0x000u
#define HEDDLE_DATAFLOW_CTRL_DEFAULT 0x00000000u
/* starts a frame; 0 again when it is done, unless AUTO_RESTART (writing 1 sets it, hardware clears it) */
#define HEDDLE_DATAFLOW_CTRL_START_SHIFT 0u
#define HEDDLE_DATAFLOW_CTRL_START_MASK 0x00000001u
/* a frame is done; cleared by reading (hardware sets it, reading clears it) */
#define HEDDLE_DATAFLOW_CTRL_DONE_SHIFT 1u
#define HEDDLE_DATAFLOW_CTRL_DONE_MASK 0x00000002u
/* no frame runs (read-only) */
#define HEDDLE_DATAFLOW_CTRL_IDLE_SHIFT 2u
#define HEDDLE_DATAFLOW_CTRL_IDLE_MASK 0x00000004u
/* a frame may be started; cleared by reading (hardware sets it, reading clears it) */
#define HEDDLE_DATAFLOW_CTRL_READY_SHIFT 3u
#define HEDDLE_DATAFLOW_CTRL_READY_MASK 0x00000008u
/* the next frame starts when one is done (read and write) */
#define HEDDLE_DATAFLOW_CTRL_AUTO_RESTART_SHIFT 7u
#define HEDDLE_DATAFLOW_CTRL_AUTO_RESTART_MASK 0x00000080u
/* the interrupt line (read-only) */
#define HEDDLE_DATAFLOW_CTRL_INTERRUPT_SHIFT 9u
#define HEDDLE_DATAFLOW_CTRL_INTERRUPT_MASK 0x00000200u

/* GIE: global interrupt enable */
#define HEDDLE_DATAFLOW_GIE_OFFSET 0x004u
#define HEDDLE_DATAFLOW_GIE_DEFAULT 0x00000000u
/* the interrupt line follows ISR (read and write) */
#define HEDDLE_DATAFLOW_GIE_ENABLE_SHIFT 0u
#define HEDDLE_DATAFLOW_GIE_ENABLE_MASK 0x00000001u

/* IER: interrupt enable */
#define HEDDLE_DATAFLOW_IER_OFFSET 0x008u
#define HEDDLE_DATAFLOW_IER_DEFAULT 0x00000000u
/* ISR.DONE is set when a frame is done (read and write) */
#define HEDDLE_DATAFLOW_IER_DONE_SHIFT 0u
#define HEDDLE_DATAFLOW_IER_DONE_MASK 0x00000001u
/* ISR.READY is set when a frame may be started (read and write) */
#define HEDDLE_DATAFLOW_IER_READY_SHIFT 1u
#define HEDDLE_DATAFLOW_IER_READY_MASK 0x00000002u
/* ISR.ERROR is set when the accelerator stops with an error (read and write) */
#define HEDDLE_DATAFLOW_IER_ERROR_SHIFT 2u
#define HEDDLE_DATAFLOW_IER_ERROR_MASK 0x00000004u

/* ISR: interrupt status; writing 1 toggles a bit */
#define HEDDLE_DATAFLOW_ISR_OFFSET 0x00cu
#define HEDDLE_DATAFLOW_ISR_DEFAULT 0x00000000u
/* a frame was done (hardware sets it, writing 1 toggles it) */
#define HEDDLE_DATAFLOW_ISR_DONE_SHIFT 0u
#define HEDDLE_DATAFLOW_ISR_DONE_MASK 0x00000001u
/* a frame could be started (hardware sets it, writing 1 toggles it) */
#define HEDDLE_DATAFLOW_ISR_READY_SHIFT 1u
#define HEDDLE_DATAFLOW_ISR_READY_MASK 0x00000002u
/* the accelerator stopped with an error (hardware sets it, writing 1 toggles it) */
#define HEDDLE_DATAFLOW_ISR_ERROR_SHIFT 2u
#define HEDDLE_DATAFLOW_ISR_ERROR_MASK 0x00000004u

/* ID: what this is */
#define HEDDLE_DATAFLOW_ID_OFFSET 0x010u
#define HEDDLE_DATAFLOW_ID_DEFAULT 0x48444c44u
/* HDLD in ASCII (read-only, a constant) */
#define HEDDLE_DATAFLOW_ID_ID_SHIFT 0u
#define HEDDLE_DATAFLOW_ID_ID_MASK 0xffffffffu

/* VERSION: version of the register map */
#define HEDDLE_DATAFLOW_VERSION_OFFSET 0x014u
#define HEDDLE_DATAFLOW_VERSION_DEFAULT 0x00010000u
/* major in the upper half, minor in the lower (read-only, a constant) */
#define HEDDLE_DATAFLOW_VERSION_VERSION_SHIFT 0u
#define HEDDLE_DATAFLOW_VERSION_VERSION_MASK 0xffffffffu

/* BUILD: build */
#define HEDDLE_DATAFLOW_BUILD_OFFSET 0x018u
/* hash of the build, a parameter (read-only) */
#define HEDDLE_DATAFLOW_BUILD_HASH_SHIFT 0u
#define HEDDLE_DATAFLOW_BUILD_HASH_MASK 0xffffffffu

/* SCRATCH: scratch */
#define HEDDLE_DATAFLOW_SCRATCH_OFFSET 0x01cu
#define HEDDLE_DATAFLOW_SCRATCH_DEFAULT 0x00000000u
/* hardware does not look at it (read and write) */
#define HEDDLE_DATAFLOW_SCRATCH_SCRATCH_SHIFT 0u
#define HEDDLE_DATAFLOW_SCRATCH_SCRATCH_MASK 0xffffffffu

/* COMMAND: commands */
#define HEDDLE_DATAFLOW_COMMAND_OFFSET 0x020u
#define HEDDLE_DATAFLOW_COMMAND_DEFAULT 0x00000000u
/* while 1 nothing runs: the sample that is half in is filled up with zeros, results are dropped (read and write) */
#define HEDDLE_DATAFLOW_COMMAND_RESET_SHIFT 0u
#define HEDDLE_DATAFLOW_COMMAND_RESET_MASK 0x00000001u
/* copies the counters for reading (writing 1 does it once; reads as 0) */
#define HEDDLE_DATAFLOW_COMMAND_SNAPSHOT_SHIFT 1u
#define HEDDLE_DATAFLOW_COMMAND_SNAPSHOT_MASK 0x00000002u
/* sets the counters to 0, behind a snapshot of the same write (writing 1 does it once; reads as 0) */
#define HEDDLE_DATAFLOW_COMMAND_CLEAR_SHIFT 2u
#define HEDDLE_DATAFLOW_COMMAND_CLEAR_MASK 0x00000004u
/* reads a weight image; it counts from the next sample on that begins (writing 1 does it once; reads as 0) */
#define HEDDLE_DATAFLOW_COMMAND_LOAD_SHIFT 3u
#define HEDDLE_DATAFLOW_COMMAND_LOAD_MASK 0x00000008u

/* STATUS: status */
#define HEDDLE_DATAFLOW_STATUS_OFFSET 0x024u
/* 0 idle, 2 run, 3 failed, 4 in reset (read-only) */
#define HEDDLE_DATAFLOW_STATUS_STATE_SHIFT 0u
#define HEDDLE_DATAFLOW_STATUS_STATE_MASK 0x00000007u
#define HEDDLE_DATAFLOW_STATUS_STATE_IDLE 0u
#define HEDDLE_DATAFLOW_STATUS_STATE_RUN 2u
#define HEDDLE_DATAFLOW_STATUS_STATE_FAILED 3u
#define HEDDLE_DATAFLOW_STATUS_STATE_RESET 4u
/* a sample is half in (read-only) */
#define HEDDLE_DATAFLOW_STATUS_INPUT_OPEN_SHIFT 3u
#define HEDDLE_DATAFLOW_STATUS_INPUT_OPEN_MASK 0x00000008u
/* a sample is in, its result is not out (read-only) */
#define HEDDLE_DATAFLOW_STATUS_RESULTS_OPEN_SHIFT 4u
#define HEDDLE_DATAFLOW_STATUS_RESULTS_OPEN_MASK 0x00000010u
/* a burst is under way on an AXI master (read-only) */
#define HEDDLE_DATAFLOW_STATUS_BUS_BUSY_SHIFT 5u
#define HEDDLE_DATAFLOW_STATUS_BUS_BUSY_MASK 0x00000020u
/* a weight image is being read, or waits for the end of a sample (read-only) */
#define HEDDLE_DATAFLOW_STATUS_WEIGHTS_PENDING_SHIFT 6u
#define HEDDLE_DATAFLOW_STATUS_WEIGHTS_PENDING_MASK 0x00000040u

/* ERROR: first error since start or reset */
#define HEDDLE_DATAFLOW_ERROR_OFFSET 0x028u
/* 8 watchdog, 9 read SLVERR, 10 read DECERR, 11 write SLVERR, 12 write DECERR, 13 list or weight image (read-only) */
#define HEDDLE_DATAFLOW_ERROR_CODE_SHIFT 0u
#define HEDDLE_DATAFLOW_ERROR_CODE_MASK 0x0000000fu
#define HEDDLE_DATAFLOW_ERROR_CODE_NONE 0u
#define HEDDLE_DATAFLOW_ERROR_CODE_WATCHDOG 8u
#define HEDDLE_DATAFLOW_ERROR_CODE_READ_SLVERR 9u
#define HEDDLE_DATAFLOW_ERROR_CODE_READ_DECERR 10u
#define HEDDLE_DATAFLOW_ERROR_CODE_WRITE_SLVERR 11u
#define HEDDLE_DATAFLOW_ERROR_CODE_WRITE_DECERR 12u
#define HEDDLE_DATAFLOW_ERROR_CODE_LIST 13u
/* 0 the core, 1 weights, 2 input, 3 results (read-only) */
#define HEDDLE_DATAFLOW_ERROR_PORT_SHIFT 8u
#define HEDDLE_DATAFLOW_ERROR_PORT_MASK 0x00000300u
#define HEDDLE_DATAFLOW_ERROR_PORT_CORE 0u
#define HEDDLE_DATAFLOW_ERROR_PORT_WEIGHTS 1u
#define HEDDLE_DATAFLOW_ERROR_PORT_INPUT 2u
#define HEDDLE_DATAFLOW_ERROR_PORT_RESULTS 3u

/* ERROR_PLACE: how far the frame was */
#define HEDDLE_DATAFLOW_ERROR_PLACE_OFFSET 0x02cu
/* results that were complete (read-only) */
#define HEDDLE_DATAFLOW_ERROR_PLACE_RESULTS_SHIFT 0u
#define HEDDLE_DATAFLOW_ERROR_PLACE_RESULTS_MASK 0xffffffffu

/* WATCHDOG: watchdog */
#define HEDDLE_DATAFLOW_WATCHDOG_OFFSET 0x030u
#define HEDDLE_DATAFLOW_WATCHDOG_DEFAULT 0x00000000u
/* cycles of a frame without any progress that are an error; 0: none (read and write) */
#define HEDDLE_DATAFLOW_WATCHDOG_CYCLES_SHIFT 0u
#define HEDDLE_DATAFLOW_WATCHDOG_CYCLES_MASK 0xffffffffu

/* FRAMES: samples of a start */
#define HEDDLE_DATAFLOW_FRAMES_OFFSET 0x034u
#define HEDDLE_DATAFLOW_FRAMES_DEFAULT 0x00000001u
/* samples that are computed; 0: the start is done at once (read and write) */
#define HEDDLE_DATAFLOW_FRAMES_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_FRAMES_COUNT_MASK 0xffffffffu

/* SAMPLE_BYTES: bytes of a sample */
#define HEDDLE_DATAFLOW_SAMPLE_BYTES_OFFSET 0x038u
/* all its beats; samples follow each other without gaps (read-only) */
#define HEDDLE_DATAFLOW_SAMPLE_BYTES_INPUT_SHIFT 0u
#define HEDDLE_DATAFLOW_SAMPLE_BYTES_INPUT_MASK 0xffffffffu

/* RESULT_BYTES: bytes of a result */
#define HEDDLE_DATAFLOW_RESULT_BYTES_OFFSET 0x03cu
/* all its beats; results follow each other without gaps (read-only) */
#define HEDDLE_DATAFLOW_RESULT_BYTES_OUTPUT_SHIFT 0u
#define HEDDLE_DATAFLOW_RESULT_BYTES_OUTPUT_MASK 0xffffffffu

/* CYCLES_LO: cycles of frames: lower half at the last snapshot */
#define HEDDLE_DATAFLOW_CYCLES_LO_OFFSET 0x080u
/* cycles of frames (read-only) */
#define HEDDLE_DATAFLOW_CYCLES_LO_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_CYCLES_LO_COUNT_MASK 0xffffffffu

/* CYCLES_HI: cycles of frames: upper half at the last snapshot */
#define HEDDLE_DATAFLOW_CYCLES_HI_OFFSET 0x084u
/* cycles of frames (read-only) */
#define HEDDLE_DATAFLOW_CYCLES_HI_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_CYCLES_HI_COUNT_MASK 0xffffffffu

/* FRAMES_LO: samples done: lower half at the last snapshot */
#define HEDDLE_DATAFLOW_FRAMES_LO_OFFSET 0x088u
/* samples done (read-only) */
#define HEDDLE_DATAFLOW_FRAMES_LO_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_FRAMES_LO_COUNT_MASK 0xffffffffu

/* FRAMES_HI: samples done: upper half at the last snapshot */
#define HEDDLE_DATAFLOW_FRAMES_HI_OFFSET 0x08cu
/* samples done (read-only) */
#define HEDDLE_DATAFLOW_FRAMES_HI_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_FRAMES_HI_COUNT_MASK 0xffffffffu

/* BEATS_INPUT_LO: beats of samples: lower half at the last snapshot */
#define HEDDLE_DATAFLOW_BEATS_INPUT_LO_OFFSET 0x090u
/* beats of samples (read-only) */
#define HEDDLE_DATAFLOW_BEATS_INPUT_LO_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_BEATS_INPUT_LO_COUNT_MASK 0xffffffffu

/* BEATS_INPUT_HI: beats of samples: upper half at the last snapshot */
#define HEDDLE_DATAFLOW_BEATS_INPUT_HI_OFFSET 0x094u
/* beats of samples (read-only) */
#define HEDDLE_DATAFLOW_BEATS_INPUT_HI_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_BEATS_INPUT_HI_COUNT_MASK 0xffffffffu

/* BEATS_RESULTS_LO: beats of results: lower half at the last snapshot */
#define HEDDLE_DATAFLOW_BEATS_RESULTS_LO_OFFSET 0x098u
/* beats of results (read-only) */
#define HEDDLE_DATAFLOW_BEATS_RESULTS_LO_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_BEATS_RESULTS_LO_COUNT_MASK 0xffffffffu

/* BEATS_RESULTS_HI: beats of results: upper half at the last snapshot */
#define HEDDLE_DATAFLOW_BEATS_RESULTS_HI_OFFSET 0x09cu
/* beats of results (read-only) */
#define HEDDLE_DATAFLOW_BEATS_RESULTS_HI_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_BEATS_RESULTS_HI_COUNT_MASK 0xffffffffu

/* WAIT_INPUT_LO: cycles in which the core would take a beat and none is there: lower half at the last snapshot */
#define HEDDLE_DATAFLOW_WAIT_INPUT_LO_OFFSET 0x0a0u
/* cycles in which the core would take a beat and none is there (read-only) */
#define HEDDLE_DATAFLOW_WAIT_INPUT_LO_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_WAIT_INPUT_LO_COUNT_MASK 0xffffffffu

/* WAIT_INPUT_HI: cycles in which the core would take a beat and none is there: upper half at the last snapshot */
#define HEDDLE_DATAFLOW_WAIT_INPUT_HI_OFFSET 0x0a4u
/* cycles in which the core would take a beat and none is there (read-only) */
#define HEDDLE_DATAFLOW_WAIT_INPUT_HI_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_WAIT_INPUT_HI_COUNT_MASK 0xffffffffu

/* WAIT_RESULTS_LO: cycles in which a result waits to be taken: lower half at the last snapshot */
#define HEDDLE_DATAFLOW_WAIT_RESULTS_LO_OFFSET 0x0a8u
/* cycles in which a result waits to be taken (read-only) */
#define HEDDLE_DATAFLOW_WAIT_RESULTS_LO_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_WAIT_RESULTS_LO_COUNT_MASK 0xffffffffu

/* WAIT_RESULTS_HI: cycles in which a result waits to be taken: upper half at the last snapshot */
#define HEDDLE_DATAFLOW_WAIT_RESULTS_HI_OFFSET 0x0acu
/* cycles in which a result waits to be taken (read-only) */
#define HEDDLE_DATAFLOW_WAIT_RESULTS_HI_COUNT_SHIFT 0u
#define HEDDLE_DATAFLOW_WAIT_RESULTS_HI_COUNT_MASK 0xffffffffu

/* MEMORY: how the AXI masters ask */
#define HEDDLE_DATAFLOW_MEMORY_OFFSET 0x180u
#define HEDDLE_DATAFLOW_MEMORY_DEFAULT 0x00000331u
/* 1 samples and results in memory, 2 lists of transfers in memory (read-only, a constant) */
#define HEDDLE_DATAFLOW_MEMORY_KIND_SHIFT 0u
#define HEDDLE_DATAFLOW_MEMORY_KIND_MASK 0x00000003u
/* of all reads; 15 on coherent ports (read and write) */
#define HEDDLE_DATAFLOW_MEMORY_ARCACHE_SHIFT 4u
#define HEDDLE_DATAFLOW_MEMORY_ARCACHE_MASK 0x000000f0u
/* of all writes; 15 on coherent ports (read and write) */
#define HEDDLE_DATAFLOW_MEMORY_AWCACHE_SHIFT 8u
#define HEDDLE_DATAFLOW_MEMORY_AWCACHE_MASK 0x00000f00u
/* of reads and writes (read and write) */
#define HEDDLE_DATAFLOW_MEMORY_PROT_SHIFT 12u
#define HEDDLE_DATAFLOW_MEMORY_PROT_MASK 0x00007000u

/* ERROR_ADDR_LO: where memory refused, lower half of the byte address */
#define HEDDLE_DATAFLOW_ERROR_ADDR_LO_OFFSET 0x184u
/* of the beat of a read, of the first beat of a written burst (read-only) */
#define HEDDLE_DATAFLOW_ERROR_ADDR_LO_VALUE_SHIFT 0u
#define HEDDLE_DATAFLOW_ERROR_ADDR_LO_VALUE_MASK 0xffffffffu

/* ERROR_ADDR_HI: upper half */
#define HEDDLE_DATAFLOW_ERROR_ADDR_HI_OFFSET 0x188u
/* upper half (read-only) */
#define HEDDLE_DATAFLOW_ERROR_ADDR_HI_VALUE_SHIFT 0u
#define HEDDLE_DATAFLOW_ERROR_ADDR_HI_VALUE_MASK 0xffffffffu

/* INPUT_LO: the first sample: lower half of the byte address */
#define HEDDLE_DATAFLOW_INPUT_LO_OFFSET 0x190u
#define HEDDLE_DATAFLOW_INPUT_LO_DEFAULT 0x00000000u
/* the first sample: lower half of the byte address (read and write) */
#define HEDDLE_DATAFLOW_INPUT_LO_VALUE_SHIFT 0u
#define HEDDLE_DATAFLOW_INPUT_LO_VALUE_MASK 0xffffffffu

/* INPUT_HI: the first sample: upper half */
#define HEDDLE_DATAFLOW_INPUT_HI_OFFSET 0x194u
#define HEDDLE_DATAFLOW_INPUT_HI_DEFAULT 0x00000000u
/* the first sample: upper half (read and write) */
#define HEDDLE_DATAFLOW_INPUT_HI_VALUE_SHIFT 0u
#define HEDDLE_DATAFLOW_INPUT_HI_VALUE_MASK 0xffffffffu

/* OUTPUT_LO: place of the first result: lower half of the byte address */
#define HEDDLE_DATAFLOW_OUTPUT_LO_OFFSET 0x198u
#define HEDDLE_DATAFLOW_OUTPUT_LO_DEFAULT 0x00000000u
/* place of the first result: lower half of the byte address (read and write) */
#define HEDDLE_DATAFLOW_OUTPUT_LO_VALUE_SHIFT 0u
#define HEDDLE_DATAFLOW_OUTPUT_LO_VALUE_MASK 0xffffffffu

/* OUTPUT_HI: place of the first result: upper half */
#define HEDDLE_DATAFLOW_OUTPUT_HI_OFFSET 0x19cu
#define HEDDLE_DATAFLOW_OUTPUT_HI_DEFAULT 0x00000000u
/* place of the first result: upper half (read and write) */
#define HEDDLE_DATAFLOW_OUTPUT_HI_VALUE_SHIFT 0u
#define HEDDLE_DATAFLOW_OUTPUT_HI_VALUE_MASK 0xffffffffu

/* WEIGHTS_LO: weight image: lower half of the byte address */
#define HEDDLE_DATAFLOW_WEIGHTS_LO_OFFSET 0x1a0u
#define HEDDLE_DATAFLOW_WEIGHTS_LO_DEFAULT 0x00000000u
/* weight image: lower half of the byte address (read and write) */
#define HEDDLE_DATAFLOW_WEIGHTS_LO_VALUE_SHIFT 0u
#define HEDDLE_DATAFLOW_WEIGHTS_LO_VALUE_MASK 0xffffffffu

/* WEIGHTS_HI: weight image: upper half */
#define HEDDLE_DATAFLOW_WEIGHTS_HI_OFFSET 0x1a4u
#define HEDDLE_DATAFLOW_WEIGHTS_HI_DEFAULT 0x00000000u
/* weight image: upper half (read and write) */
#define HEDDLE_DATAFLOW_WEIGHTS_HI_VALUE_SHIFT 0u
#define HEDDLE_DATAFLOW_WEIGHTS_HI_VALUE_MASK 0xffffffffu

/* WEIGHTS_BYTES: bytes of the weight image */
#define HEDDLE_DATAFLOW_WEIGHTS_BYTES_OFFSET 0x1a8u
#define HEDDLE_DATAFLOW_WEIGHTS_BYTES_DEFAULT 0x00000000u
/* bytes of the weight image (read and write) */
#define HEDDLE_DATAFLOW_WEIGHTS_BYTES_VALUE_SHIFT 0u
#define HEDDLE_DATAFLOW_WEIGHTS_BYTES_VALUE_MASK 0xffffffffu

#endif /* HEDDLE_DATAFLOW_REGISTERS_H */
