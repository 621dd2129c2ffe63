/* registers of the engine with its data in memory. Written by Heddle from its register table: do not edit. */
#ifndef HEDDLE_ENGINE_REGISTERS_H
#define HEDDLE_ENGINE_REGISTERS_H

#define HEDDLE_ENGINE_REGISTER_BYTES 0x1000u

/* CTRL: control, as in ap_ctrl_hs */
#define HEDDLE_ENGINE_CTRL_OFFSET 0x000u
#define HEDDLE_ENGINE_CTRL_DEFAULT 0x00000000u
/* starts a frame; 0 again when it is done, unless AUTO_RESTART (writing 1 sets it, hardware clears it) */
#define HEDDLE_ENGINE_CTRL_START_SHIFT 0u
#define HEDDLE_ENGINE_CTRL_START_MASK 0x00000001u
/* a frame is done; cleared by reading (hardware sets it, reading clears it) */
#define HEDDLE_ENGINE_CTRL_DONE_SHIFT 1u
#define HEDDLE_ENGINE_CTRL_DONE_MASK 0x00000002u
/* no frame runs (read-only) */
#define HEDDLE_ENGINE_CTRL_IDLE_SHIFT 2u
#define HEDDLE_ENGINE_CTRL_IDLE_MASK 0x00000004u
/* a frame may be started; cleared by reading (hardware sets it, reading clears it) */
#define HEDDLE_ENGINE_CTRL_READY_SHIFT 3u
#define HEDDLE_ENGINE_CTRL_READY_MASK 0x00000008u
/* the next frame starts when one is done (read and write) */
#define HEDDLE_ENGINE_CTRL_AUTO_RESTART_SHIFT 7u
#define HEDDLE_ENGINE_CTRL_AUTO_RESTART_MASK 0x00000080u
/* the interrupt line (read-only) */
#define HEDDLE_ENGINE_CTRL_INTERRUPT_SHIFT 9u
#define HEDDLE_ENGINE_CTRL_INTERRUPT_MASK 0x00000200u

/* GIE: global interrupt enable */
#define HEDDLE_ENGINE_GIE_OFFSET 0x004u
#define HEDDLE_ENGINE_GIE_DEFAULT 0x00000000u
/* the interrupt line follows ISR (read and write) */
#define HEDDLE_ENGINE_GIE_ENABLE_SHIFT 0u
#define HEDDLE_ENGINE_GIE_ENABLE_MASK 0x00000001u

/* IER: interrupt enable */
#define HEDDLE_ENGINE_IER_OFFSET 0x008u
#define HEDDLE_ENGINE_IER_DEFAULT 0x00000000u
/* ISR.DONE is set when a frame is done (read and write) */
#define HEDDLE_ENGINE_IER_DONE_SHIFT 0u
#define HEDDLE_ENGINE_IER_DONE_MASK 0x00000001u
/* ISR.READY is set when a frame may be started (read and write) */
#define HEDDLE_ENGINE_IER_READY_SHIFT 1u
#define HEDDLE_ENGINE_IER_READY_MASK 0x00000002u
/* ISR.ERROR is set when the engine stops with an error (read and write) */
#define HEDDLE_ENGINE_IER_ERROR_SHIFT 2u
#define HEDDLE_ENGINE_IER_ERROR_MASK 0x00000004u

/* ISR: interrupt status; writing 1 toggles a bit */
#define HEDDLE_ENGINE_ISR_OFFSET 0x00cu
#define HEDDLE_ENGINE_ISR_DEFAULT 0x00000000u
/* a frame was done (hardware sets it, writing 1 toggles it) */
#define HEDDLE_ENGINE_ISR_DONE_SHIFT 0u
#define HEDDLE_ENGINE_ISR_DONE_MASK 0x00000001u
/* a frame could be started (hardware sets it, writing 1 toggles it) */
#define HEDDLE_ENGINE_ISR_READY_SHIFT 1u
#define HEDDLE_ENGINE_ISR_READY_MASK 0x00000002u
/* the engine stopped with an error (hardware sets it, writing 1 toggles it) */
#define HEDDLE_ENGINE_ISR_ERROR_SHIFT 2u
#define HEDDLE_ENGINE_ISR_ERROR_MASK 0x00000004u

/* ID: what this is */
#define HEDDLE_ENGINE_ID_OFFSET 0x010u
#define HEDDLE_ENGINE_ID_DEFAULT 0x48444c45u
/* HDLE in ASCII (read-only, a constant) */
#define HEDDLE_ENGINE_ID_ID_SHIFT 0u
#define HEDDLE_ENGINE_ID_ID_MASK 0xffffffffu

/* VERSION: version of the register map */
#define HEDDLE_ENGINE_VERSION_OFFSET 0x014u
#define HEDDLE_ENGINE_VERSION_DEFAULT 0x00010000u
/* major in the upper half, minor in the lower (read-only, a constant) */
#define HEDDLE_ENGINE_VERSION_VERSION_SHIFT 0u
#define HEDDLE_ENGINE_VERSION_VERSION_MASK 0xffffffffu

/* BUILD: build */
#define HEDDLE_ENGINE_BUILD_OFFSET 0x018u
/* hash of the build, a parameter (read-only) */
#define HEDDLE_ENGINE_BUILD_HASH_SHIFT 0u
#define HEDDLE_ENGINE_BUILD_HASH_MASK 0xffffffffu

/* SCRATCH: scratch */
#define HEDDLE_ENGINE_SCRATCH_OFFSET 0x01cu
#define HEDDLE_ENGINE_SCRATCH_DEFAULT 0x00000000u
/* hardware does not look at it (read and write) */
#define HEDDLE_ENGINE_SCRATCH_SCRATCH_SHIFT 0u
#define HEDDLE_ENGINE_SCRATCH_SCRATCH_MASK 0xffffffffu

/* COMMAND: commands */
#define HEDDLE_ENGINE_COMMAND_OFFSET 0x020u
#define HEDDLE_ENGINE_COMMAND_DEFAULT 0x00000000u
/* while 1 the engine is held in reset and all beats that arrive are dropped (read and write) */
#define HEDDLE_ENGINE_COMMAND_RESET_SHIFT 0u
#define HEDDLE_ENGINE_COMMAND_RESET_MASK 0x00000001u
/* copies the counters for reading (writing 1 does it once; reads as 0) */
#define HEDDLE_ENGINE_COMMAND_SNAPSHOT_SHIFT 1u
#define HEDDLE_ENGINE_COMMAND_SNAPSHOT_MASK 0x00000002u
/* sets the counters to 0, behind a snapshot of the same write (writing 1 does it once; reads as 0) */
#define HEDDLE_ENGINE_COMMAND_CLEAR_SHIFT 2u
#define HEDDLE_ENGINE_COMMAND_CLEAR_MASK 0x00000004u

/* STATUS: status */
#define HEDDLE_ENGINE_STATUS_OFFSET 0x024u
/* 0 idle, 1 clear, 2 run, 3 failed, 4 in reset (read-only) */
#define HEDDLE_ENGINE_STATUS_STATE_SHIFT 0u
#define HEDDLE_ENGINE_STATUS_STATE_MASK 0x00000007u
#define HEDDLE_ENGINE_STATUS_STATE_IDLE 0u
#define HEDDLE_ENGINE_STATUS_STATE_CLEAR 1u
#define HEDDLE_ENGINE_STATUS_STATE_RUN 2u
#define HEDDLE_ENGINE_STATUS_STATE_FAILED 3u
#define HEDDLE_ENGINE_STATUS_STATE_RESET 4u
/* a pass issues steps (read-only) */
#define HEDDLE_ENGINE_STATUS_RUNNING_SHIFT 3u
#define HEDDLE_ENGINE_STATUS_RUNNING_MASK 0x00000008u
/* a packet of m_axis_y is under way (read-only) */
#define HEDDLE_ENGINE_STATUS_RESULTS_OPEN_SHIFT 4u
#define HEDDLE_ENGINE_STATUS_RESULTS_OPEN_MASK 0x00000010u
/* the rest of a packet of s_axis_w is being dropped (read-only) */
#define HEDDLE_ENGINE_STATUS_WEIGHTS_DROPPED_SHIFT 5u
#define HEDDLE_ENGINE_STATUS_WEIGHTS_DROPPED_MASK 0x00000020u
/* the rest of a packet of s_axis_x is being dropped (read-only) */
#define HEDDLE_ENGINE_STATUS_PIXELS_DROPPED_SHIFT 6u
#define HEDDLE_ENGINE_STATUS_PIXELS_DROPPED_MASK 0x00000040u
/* no step for want of: weights, rows, parameters, drain, residual, preparation (read-only) */
#define HEDDLE_ENGINE_STATUS_WAITS_SHIFT 8u
#define HEDDLE_ENGINE_STATUS_WAITS_MASK 0x00003f00u
/* passes of the frame that are done (read-only) */
#define HEDDLE_ENGINE_STATUS_PASSES_SHIFT 16u
#define HEDDLE_ENGINE_STATUS_PASSES_MASK 0xffff0000u

/* ERROR: first error since start or reset */
#define HEDDLE_ENGINE_ERROR_OFFSET 0x028u
/* 1 magic, 2 limits, 3 tlast too early, 4 missing, 5 address, 6 bank, 7 row, 8 watchdog, 9 read SLVERR, 10 read DECERR, 11 write SLVERR, 12 write DECERR, 13 list or weight image (read-only) */
#define HEDDLE_ENGINE_ERROR_CODE_SHIFT 0u
#define HEDDLE_ENGINE_ERROR_CODE_MASK 0x0000000fu
#define HEDDLE_ENGINE_ERROR_CODE_NONE 0u
#define HEDDLE_ENGINE_ERROR_CODE_MAGIC 1u
#define HEDDLE_ENGINE_ERROR_CODE_LIMITS 2u
#define HEDDLE_ENGINE_ERROR_CODE_EARLY 3u
#define HEDDLE_ENGINE_ERROR_CODE_MISSING 4u
#define HEDDLE_ENGINE_ERROR_CODE_ADDRESS 5u
#define HEDDLE_ENGINE_ERROR_CODE_CONFLICT 6u
#define HEDDLE_ENGINE_ERROR_CODE_ROW 7u
#define HEDDLE_ENGINE_ERROR_CODE_WATCHDOG 8u
#define HEDDLE_ENGINE_ERROR_CODE_READ_SLVERR 9u
#define HEDDLE_ENGINE_ERROR_CODE_READ_DECERR 10u
#define HEDDLE_ENGINE_ERROR_CODE_WRITE_SLVERR 11u
#define HEDDLE_ENGINE_ERROR_CODE_WRITE_DECERR 12u
#define HEDDLE_ENGINE_ERROR_CODE_LIST 13u
/* 0 the engine itself, 1 weights, 2 pixels, 3 results (read-only) */
#define HEDDLE_ENGINE_ERROR_PORT_SHIFT 8u
#define HEDDLE_ENGINE_ERROR_PORT_MASK 0x00000300u
#define HEDDLE_ENGINE_ERROR_PORT_ENGINE 0u
#define HEDDLE_ENGINE_ERROR_PORT_WEIGHTS 1u
#define HEDDLE_ENGINE_ERROR_PORT_PIXELS 2u
#define HEDDLE_ENGINE_ERROR_PORT_RESULTS 3u
/* rule that a header breaks, as src/engine/header-rules.ts of heddle has them (read-only) */
#define HEDDLE_ENGINE_ERROR_RULE_SHIFT 16u
#define HEDDLE_ENGINE_ERROR_RULE_MASK 0x007f0000u

/* ERROR_PLACE: where s_axis_w stood at the error */
#define HEDDLE_ENGINE_ERROR_PLACE_OFFSET 0x02cu
/* beats of the packet (read-only) */
#define HEDDLE_ENGINE_ERROR_PLACE_BEAT_SHIFT 0u
#define HEDDLE_ENGINE_ERROR_PLACE_BEAT_MASK 0x0000ffffu
/* packets of the frame before (read-only) */
#define HEDDLE_ENGINE_ERROR_PLACE_PASS_SHIFT 16u
#define HEDDLE_ENGINE_ERROR_PLACE_PASS_MASK 0xffff0000u

/* WATCHDOG: watchdog */
#define HEDDLE_ENGINE_WATCHDOG_OFFSET 0x030u
#define HEDDLE_ENGINE_WATCHDOG_DEFAULT 0x00000000u
/* cycles of a frame without any progress that are an error; 0: none (read and write) */
#define HEDDLE_ENGINE_WATCHDOG_CYCLES_SHIFT 0u
#define HEDDLE_ENGINE_WATCHDOG_CYCLES_MASK 0xffffffffu

/* PACKETS: packets of a frame; more wait for the next start; 0: no limit */
#define HEDDLE_ENGINE_PACKETS_OFFSET 0x034u
#define HEDDLE_ENGINE_PACKETS_DEFAULT 0x00000000u
/* packets of s_axis_x (read and write) */
#define HEDDLE_ENGINE_PACKETS_PIXELS_SHIFT 0u
#define HEDDLE_ENGINE_PACKETS_PIXELS_MASK 0x0000ffffu
/* of s_axis_w (read and write) */
#define HEDDLE_ENGINE_PACKETS_WEIGHTS_SHIFT 16u
#define HEDDLE_ENGINE_PACKETS_WEIGHTS_MASK 0xffff0000u

/* SHAPE: static parameters */
#define HEDDLE_ENGINE_SHAPE_OFFSET 0x038u
/* parameter P (read-only) */
#define HEDDLE_ENGINE_SHAPE_P_SHIFT 0u
#define HEDDLE_ENGINE_SHAPE_P_MASK 0x0000007fu
/* parameter G (read-only) */
#define HEDDLE_ENGINE_SHAPE_G_SHIFT 7u
#define HEDDLE_ENGINE_SHAPE_G_MASK 0x00000f80u
/* parameter M (read-only) */
#define HEDDLE_ENGINE_SHAPE_M_SHIFT 12u
#define HEDDLE_ENGINE_SHAPE_M_MASK 0x001ff000u
/* parameter D (read-only) */
#define HEDDLE_ENGINE_SHAPE_D_SHIFT 21u
#define HEDDLE_ENGINE_SHAPE_D_MASK 0x0fe00000u

/* WIDTHS: static parameters */
#define HEDDLE_ENGINE_WIDTHS_OFFSET 0x03cu
/* parameter XB (read-only) */
#define HEDDLE_ENGINE_WIDTHS_XB_SHIFT 0u
#define HEDDLE_ENGINE_WIDTHS_XB_MASK 0x0000001fu
/* parameter WB (read-only) */
#define HEDDLE_ENGINE_WIDTHS_WB_SHIFT 5u
#define HEDDLE_ENGINE_WIDTHS_WB_MASK 0x000003e0u
/* parameter AB (read-only) */
#define HEDDLE_ENGINE_WIDTHS_AB_SHIFT 10u
#define HEDDLE_ENGINE_WIDTHS_AB_MASK 0x0000fc00u

/* XRAM: static parameters */
#define HEDDLE_ENGINE_XRAM_OFFSET 0x040u
/* parameter XD (read-only) */
#define HEDDLE_ENGINE_XRAM_XD_SHIFT 0u
#define HEDDLE_ENGINE_XRAM_XD_MASK 0x0001ffffu

/* RING: static parameters */
#define HEDDLE_ENGINE_RING_OFFSET 0x044u
/* parameter WD (read-only) */
#define HEDDLE_ENGINE_RING_WD_SHIFT 0u
#define HEDDLE_ENGINE_RING_WD_MASK 0x0001ffffu

/* PSUMS: static parameters */
#define HEDDLE_ENGINE_PSUMS_OFFSET 0x048u
/* parameter PD (read-only) */
#define HEDDLE_ENGINE_PSUMS_PD_SHIFT 0u
#define HEDDLE_ENGINE_PSUMS_PD_MASK 0x0001ffffu

/* UNITS: static parameters */
#define HEDDLE_ENGINE_UNITS_OFFSET 0x04cu
/* parameter TMAX (read-only) */
#define HEDDLE_ENGINE_UNITS_TMAX_SHIFT 0u
#define HEDDLE_ENGINE_UNITS_TMAX_MASK 0x0000003fu
/* parameter KMAX (read-only) */
#define HEDDLE_ENGINE_UNITS_KMAX_SHIFT 6u
#define HEDDLE_ENGINE_UNITS_KMAX_MASK 0x00000fc0u
/* parameter NTHR (read-only) */
#define HEDDLE_ENGINE_UNITS_NTHR_SHIFT 12u
#define HEDDLE_ENGINE_UNITS_NTHR_MASK 0x0000f000u
/* parameter MUL (read-only) */
#define HEDDLE_ENGINE_UNITS_MUL_SHIFT 16u
#define HEDDLE_ENGINE_UNITS_MUL_MASK 0x00010000u
/* parameter FIXED (read-only) */
#define HEDDLE_ENGINE_UNITS_FIXED_SHIFT 17u
#define HEDDLE_ENGINE_UNITS_FIXED_MASK 0x00020000u
/* parameter LUT (read-only) */
#define HEDDLE_ENGINE_UNITS_LUT_SHIFT 18u
#define HEDDLE_ENGINE_UNITS_LUT_MASK 0x00040000u
/* parameter ADD (read-only) */
#define HEDDLE_ENGINE_UNITS_ADD_SHIFT 19u
#define HEDDLE_ENGINE_UNITS_ADD_MASK 0x00080000u
/* parameter DW (read-only) */
#define HEDDLE_ENGINE_UNITS_DW_SHIFT 20u
#define HEDDLE_ENGINE_UNITS_DW_MASK 0x00100000u
/* parameter XU (read-only) */
#define HEDDLE_ENGINE_UNITS_XU_SHIFT 21u
#define HEDDLE_ENGINE_UNITS_XU_MASK 0x00200000u

/* PORTS: static parameters */
#define HEDDLE_ENGINE_PORTS_OFFSET 0x050u
/* parameter XP (read-only) */
#define HEDDLE_ENGINE_PORTS_XP_SHIFT 0u
#define HEDDLE_ENGINE_PORTS_XP_MASK 0x000001ffu
/* parameter WP (read-only) */
#define HEDDLE_ENGINE_PORTS_WP_SHIFT 9u
#define HEDDLE_ENGINE_PORTS_WP_MASK 0x0003fe00u
/* parameter YP (read-only) */
#define HEDDLE_ENGINE_PORTS_YP_SHIFT 18u
#define HEDDLE_ENGINE_PORTS_YP_MASK 0x07fc0000u

/* FIFO: static parameters */
#define HEDDLE_ENGINE_FIFO_OFFSET 0x054u
/* parameter YD (read-only) */
#define HEDDLE_ENGINE_FIFO_YD_SHIFT 0u
#define HEDDLE_ENGINE_FIFO_YD_MASK 0x00001fffu
/* parameter HQ (read-only) */
#define HEDDLE_ENGINE_FIFO_HQ_SHIFT 13u
#define HEDDLE_ENGINE_FIFO_HQ_MASK 0x0007e000u
/* parameter PQ (read-only) */
#define HEDDLE_ENGINE_FIFO_PQ_SHIFT 19u
#define HEDDLE_ENGINE_FIFO_PQ_MASK 0x0ff80000u

/* CYCLES_LO: cycles of frames: lower half at the last snapshot */
#define HEDDLE_ENGINE_CYCLES_LO_OFFSET 0x080u
/* cycles of frames (read-only) */
#define HEDDLE_ENGINE_CYCLES_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_CYCLES_LO_COUNT_MASK 0xffffffffu

/* CYCLES_HI: cycles of frames: upper half at the last snapshot */
#define HEDDLE_ENGINE_CYCLES_HI_OFFSET 0x084u
/* cycles of frames (read-only) */
#define HEDDLE_ENGINE_CYCLES_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_CYCLES_HI_COUNT_MASK 0xffffffffu

/* STEPS_LO: steps: lower half at the last snapshot */
#define HEDDLE_ENGINE_STEPS_LO_OFFSET 0x088u
/* steps (read-only) */
#define HEDDLE_ENGINE_STEPS_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STEPS_LO_COUNT_MASK 0xffffffffu

/* STEPS_HI: steps: upper half at the last snapshot */
#define HEDDLE_ENGINE_STEPS_HI_OFFSET 0x08cu
/* steps (read-only) */
#define HEDDLE_ENGINE_STEPS_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STEPS_HI_COUNT_MASK 0xffffffffu

/* STALL_WEIGHTS_LO: cycles without a step: its weights are not there: lower half at the last snapshot */
#define HEDDLE_ENGINE_STALL_WEIGHTS_LO_OFFSET 0x090u
/* cycles without a step: its weights are not there (read-only) */
#define HEDDLE_ENGINE_STALL_WEIGHTS_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_WEIGHTS_LO_COUNT_MASK 0xffffffffu

/* STALL_WEIGHTS_HI: cycles without a step: its weights are not there: upper half at the last snapshot */
#define HEDDLE_ENGINE_STALL_WEIGHTS_HI_OFFSET 0x094u
/* cycles without a step: its weights are not there (read-only) */
#define HEDDLE_ENGINE_STALL_WEIGHTS_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_WEIGHTS_HI_COUNT_MASK 0xffffffffu

/* STALL_ROWS_LO: rows of input are not there: lower half at the last snapshot */
#define HEDDLE_ENGINE_STALL_ROWS_LO_OFFSET 0x098u
/* rows of input are not there (read-only) */
#define HEDDLE_ENGINE_STALL_ROWS_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_ROWS_LO_COUNT_MASK 0xffffffffu

/* STALL_ROWS_HI: rows of input are not there: upper half at the last snapshot */
#define HEDDLE_ENGINE_STALL_ROWS_HI_OFFSET 0x09cu
/* rows of input are not there (read-only) */
#define HEDDLE_ENGINE_STALL_ROWS_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_ROWS_HI_COUNT_MASK 0xffffffffu

/* STALL_PARAMETERS_LO: parameters are not there: lower half at the last snapshot */
#define HEDDLE_ENGINE_STALL_PARAMETERS_LO_OFFSET 0x0a0u
/* parameters are not there (read-only) */
#define HEDDLE_ENGINE_STALL_PARAMETERS_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_PARAMETERS_LO_COUNT_MASK 0xffffffffu

/* STALL_PARAMETERS_HI: parameters are not there: upper half at the last snapshot */
#define HEDDLE_ENGINE_STALL_PARAMETERS_HI_OFFSET 0x0a4u
/* parameters are not there (read-only) */
#define HEDDLE_ENGINE_STALL_PARAMETERS_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_PARAMETERS_HI_COUNT_MASK 0xffffffffu

/* STALL_DRAIN_LO: the drain is busy, or the output is full: lower half at the last snapshot */
#define HEDDLE_ENGINE_STALL_DRAIN_LO_OFFSET 0x0a8u
/* the drain is busy, or the output is full (read-only) */
#define HEDDLE_ENGINE_STALL_DRAIN_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_DRAIN_LO_COUNT_MASK 0xffffffffu

/* STALL_DRAIN_HI: the drain is busy, or the output is full: upper half at the last snapshot */
#define HEDDLE_ENGINE_STALL_DRAIN_HI_OFFSET 0x0acu
/* the drain is busy, or the output is full (read-only) */
#define HEDDLE_ENGINE_STALL_DRAIN_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_DRAIN_HI_COUNT_MASK 0xffffffffu

/* STALL_RESIDUAL_LO: residual rows are not there: lower half at the last snapshot */
#define HEDDLE_ENGINE_STALL_RESIDUAL_LO_OFFSET 0x0b0u
/* residual rows are not there (read-only) */
#define HEDDLE_ENGINE_STALL_RESIDUAL_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_RESIDUAL_LO_COUNT_MASK 0xffffffffu

/* STALL_RESIDUAL_HI: residual rows are not there: upper half at the last snapshot */
#define HEDDLE_ENGINE_STALL_RESIDUAL_HI_OFFSET 0x0b4u
/* residual rows are not there (read-only) */
#define HEDDLE_ENGINE_STALL_RESIDUAL_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_RESIDUAL_HI_COUNT_MASK 0xffffffffu

/* STALL_PREPARATION_LO: the next row is being prepared: lower half at the last snapshot */
#define HEDDLE_ENGINE_STALL_PREPARATION_LO_OFFSET 0x0b8u
/* the next row is being prepared (read-only) */
#define HEDDLE_ENGINE_STALL_PREPARATION_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_PREPARATION_LO_COUNT_MASK 0xffffffffu

/* STALL_PREPARATION_HI: the next row is being prepared: upper half at the last snapshot */
#define HEDDLE_ENGINE_STALL_PREPARATION_HI_OFFSET 0x0bcu
/* the next row is being prepared (read-only) */
#define HEDDLE_ENGINE_STALL_PREPARATION_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_STALL_PREPARATION_HI_COUNT_MASK 0xffffffffu

/* PASSES_LO: passes done: lower half at the last snapshot */
#define HEDDLE_ENGINE_PASSES_LO_OFFSET 0x0c0u
/* passes done (read-only) */
#define HEDDLE_ENGINE_PASSES_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_PASSES_LO_COUNT_MASK 0xffffffffu

/* PASSES_HI: passes done: upper half at the last snapshot */
#define HEDDLE_ENGINE_PASSES_HI_OFFSET 0x0c4u
/* passes done (read-only) */
#define HEDDLE_ENGINE_PASSES_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_PASSES_HI_COUNT_MASK 0xffffffffu

/* FRAMES_LO: frames done: lower half at the last snapshot */
#define HEDDLE_ENGINE_FRAMES_LO_OFFSET 0x0c8u
/* frames done (read-only) */
#define HEDDLE_ENGINE_FRAMES_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_FRAMES_LO_COUNT_MASK 0xffffffffu

/* FRAMES_HI: frames done: upper half at the last snapshot */
#define HEDDLE_ENGINE_FRAMES_HI_OFFSET 0x0ccu
/* frames done (read-only) */
#define HEDDLE_ENGINE_FRAMES_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_FRAMES_HI_COUNT_MASK 0xffffffffu

/* BEATS_WEIGHTS_LO: beats of s_axis_w: lower half at the last snapshot */
#define HEDDLE_ENGINE_BEATS_WEIGHTS_LO_OFFSET 0x0d0u
/* beats of s_axis_w (read-only) */
#define HEDDLE_ENGINE_BEATS_WEIGHTS_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_BEATS_WEIGHTS_LO_COUNT_MASK 0xffffffffu

/* BEATS_WEIGHTS_HI: beats of s_axis_w: upper half at the last snapshot */
#define HEDDLE_ENGINE_BEATS_WEIGHTS_HI_OFFSET 0x0d4u
/* beats of s_axis_w (read-only) */
#define HEDDLE_ENGINE_BEATS_WEIGHTS_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_BEATS_WEIGHTS_HI_COUNT_MASK 0xffffffffu

/* BEATS_PIXELS_LO: beats of s_axis_x: lower half at the last snapshot */
#define HEDDLE_ENGINE_BEATS_PIXELS_LO_OFFSET 0x0d8u
/* beats of s_axis_x (read-only) */
#define HEDDLE_ENGINE_BEATS_PIXELS_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_BEATS_PIXELS_LO_COUNT_MASK 0xffffffffu

/* BEATS_PIXELS_HI: beats of s_axis_x: upper half at the last snapshot */
#define HEDDLE_ENGINE_BEATS_PIXELS_HI_OFFSET 0x0dcu
/* beats of s_axis_x (read-only) */
#define HEDDLE_ENGINE_BEATS_PIXELS_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_BEATS_PIXELS_HI_COUNT_MASK 0xffffffffu

/* BEATS_RESULTS_LO: beats of m_axis_y: lower half at the last snapshot */
#define HEDDLE_ENGINE_BEATS_RESULTS_LO_OFFSET 0x0e0u
/* beats of m_axis_y (read-only) */
#define HEDDLE_ENGINE_BEATS_RESULTS_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_BEATS_RESULTS_LO_COUNT_MASK 0xffffffffu

/* BEATS_RESULTS_HI: beats of m_axis_y: upper half at the last snapshot */
#define HEDDLE_ENGINE_BEATS_RESULTS_HI_OFFSET 0x0e4u
/* beats of m_axis_y (read-only) */
#define HEDDLE_ENGINE_BEATS_RESULTS_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_BEATS_RESULTS_HI_COUNT_MASK 0xffffffffu

/* WAIT_RESULTS_LO: cycles in which m_axis_y waits to be taken: lower half at the last snapshot */
#define HEDDLE_ENGINE_WAIT_RESULTS_LO_OFFSET 0x0e8u
/* cycles in which m_axis_y waits to be taken (read-only) */
#define HEDDLE_ENGINE_WAIT_RESULTS_LO_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_WAIT_RESULTS_LO_COUNT_MASK 0xffffffffu

/* WAIT_RESULTS_HI: cycles in which m_axis_y waits to be taken: upper half at the last snapshot */
#define HEDDLE_ENGINE_WAIT_RESULTS_HI_OFFSET 0x0ecu
/* cycles in which m_axis_y waits to be taken (read-only) */
#define HEDDLE_ENGINE_WAIT_RESULTS_HI_COUNT_SHIFT 0u
#define HEDDLE_ENGINE_WAIT_RESULTS_HI_COUNT_MASK 0xffffffffu

/* HEADER: the header that came last, word by word */
#define HEDDLE_ENGINE_HEADER_OFFSET 0x100u
#define HEDDLE_ENGINE_HEADER_COUNT 32u
/* as in the weight stream (read-only) */
#define HEDDLE_ENGINE_HEADER_HEADER_SHIFT 0u
#define HEDDLE_ENGINE_HEADER_HEADER_MASK 0xffffffffu

/* MEMORY: how the AXI masters ask */
#define HEDDLE_ENGINE_MEMORY_OFFSET 0x180u
#define HEDDLE_ENGINE_MEMORY_DEFAULT 0x00000332u
/* 1 samples and results in memory, 2 lists of transfers in memory (read-only, a constant) */
#define HEDDLE_ENGINE_MEMORY_KIND_SHIFT 0u
#define HEDDLE_ENGINE_MEMORY_KIND_MASK 0x00000003u
/* of all reads; 15 on coherent ports (read and write) */
#define HEDDLE_ENGINE_MEMORY_ARCACHE_SHIFT 4u
#define HEDDLE_ENGINE_MEMORY_ARCACHE_MASK 0x000000f0u
/* of all writes; 15 on coherent ports (read and write) */
#define HEDDLE_ENGINE_MEMORY_AWCACHE_SHIFT 8u
#define HEDDLE_ENGINE_MEMORY_AWCACHE_MASK 0x00000f00u
/* of reads and writes (read and write) */
#define HEDDLE_ENGINE_MEMORY_PROT_SHIFT 12u
#define HEDDLE_ENGINE_MEMORY_PROT_MASK 0x00007000u

/* ERROR_ADDR_LO: where memory refused, lower half of the byte address */
#define HEDDLE_ENGINE_ERROR_ADDR_LO_OFFSET 0x184u
/* of the beat of a read, of the first beat of a written burst (read-only) */
#define HEDDLE_ENGINE_ERROR_ADDR_LO_VALUE_SHIFT 0u
#define HEDDLE_ENGINE_ERROR_ADDR_LO_VALUE_MASK 0xffffffffu

/* ERROR_ADDR_HI: upper half */
#define HEDDLE_ENGINE_ERROR_ADDR_HI_OFFSET 0x188u
/* upper half (read-only) */
#define HEDDLE_ENGINE_ERROR_ADDR_HI_VALUE_SHIFT 0u
#define HEDDLE_ENGINE_ERROR_ADDR_HI_VALUE_MASK 0xffffffffu

/* BUFFER_LO: where byte 0 of dma.json lies: lower half of the byte address */
#define HEDDLE_ENGINE_BUFFER_LO_OFFSET 0x190u
#define HEDDLE_ENGINE_BUFFER_LO_DEFAULT 0x00000000u
/* where byte 0 of dma.json lies: lower half of the byte address (read and write) */
#define HEDDLE_ENGINE_BUFFER_LO_VALUE_SHIFT 0u
#define HEDDLE_ENGINE_BUFFER_LO_VALUE_MASK 0xffffffffu

/* BUFFER_HI: where byte 0 of dma.json lies: upper half */
#define HEDDLE_ENGINE_BUFFER_HI_OFFSET 0x194u
#define HEDDLE_ENGINE_BUFFER_HI_DEFAULT 0x00000000u
/* where byte 0 of dma.json lies: upper half (read and write) */
#define HEDDLE_ENGINE_BUFFER_HI_VALUE_SHIFT 0u
#define HEDDLE_ENGINE_BUFFER_HI_VALUE_MASK 0xffffffffu

/* LIST_W: list of the weight packets, bytes from BUFFER */
#define HEDDLE_ENGINE_LIST_W_OFFSET 0x198u
#define HEDDLE_ENGINE_LIST_W_DEFAULT 0x00000000u
/* list of the weight packets, bytes from BUFFER (read and write) */
#define HEDDLE_ENGINE_LIST_W_VALUE_SHIFT 0u
#define HEDDLE_ENGINE_LIST_W_VALUE_MASK 0xffffffffu

/* LIST_X: list of the pixel packets, bytes from BUFFER */
#define HEDDLE_ENGINE_LIST_X_OFFSET 0x19cu
#define HEDDLE_ENGINE_LIST_X_DEFAULT 0x00000000u
/* list of the pixel packets, bytes from BUFFER (read and write) */
#define HEDDLE_ENGINE_LIST_X_VALUE_SHIFT 0u
#define HEDDLE_ENGINE_LIST_X_VALUE_MASK 0xffffffffu

/* LIST_Y: list of the result packets, bytes from BUFFER */
#define HEDDLE_ENGINE_LIST_Y_OFFSET 0x1a0u
#define HEDDLE_ENGINE_LIST_Y_DEFAULT 0x00000000u
/* list of the result packets, bytes from BUFFER (read and write) */
#define HEDDLE_ENGINE_LIST_Y_VALUE_SHIFT 0u
#define HEDDLE_ENGINE_LIST_Y_VALUE_MASK 0xffffffffu

#endif /* HEDDLE_ENGINE_REGISTERS_H */
