/** The register map of the engine: a head that `ap_ctrl` drivers know, identity, errors, configuration, counters. */
import type { RegisterField, RegisterTable } from '../blocks/registers/index.js';
import { headerWords } from './header.js';

type Access = RegisterField['access'];
const field = (name: string, low: number, width: number, access: Access, doc: string, reset = 0): RegisterField => ({
  ...{ name, low, width, access, doc },
  ...(reset === 0 ? {} : { reset }),
});
const ro = (name: string, low: number, width: number, doc: string) => field(name, low, width, 'ro', doc);

/** `HDLE`: what the register ID reads as. */
export const ENGINE_ID = 0x48444c45;
/** Of the register map: major in bits 31:16, minor in 15:0. */
export const REGISTER_VERSION = 0x00010000;

/** Values of STATUS.STATE. */
export const engineStates = { idle: 0, clear: 1, run: 2, failed: 3, reset: 4 } as const;
/** Values of ERROR.CODE. 1 .. 4 are those of the ports. */
export const engineErrorCodes = {
  ...{ none: 0, magic: 1, limits: 2, early: 3, missing: 4 },
  ...{ address: 5, conflict: 6, row: 7, watchdog: 8 },
} as const;
/** Values of ERROR.PORT. */
export const engineErrorPorts = { engine: 0, weights: 1, pixels: 2 } as const;

export const engineRegisters: RegisterTable = {
  name: 'engine',
  doc: 'registers of the engine',
  addressBits: 12,
  registers: [
    {
      ...{ name: 'CTRL', offset: 0x00, doc: 'control, as in ap_ctrl_hs' },
      fields: [
        field('START', 0, 1, 'w1s', 'starts a frame; 0 again when it is done, unless AUTO_RESTART'),
        field('DONE', 1, 1, 'rc', 'a frame is done; cleared by reading'),
        ro('IDLE', 2, 1, 'no frame runs'),
        field('READY', 3, 1, 'rc', 'a frame may be started; cleared by reading'),
        field('AUTO_RESTART', 7, 1, 'rw', 'the next frame starts when one is done'),
        ro('INTERRUPT', 9, 1, 'the interrupt line'),
      ],
    },
    {
      ...{ name: 'GIE', offset: 0x04, doc: 'global interrupt enable' },
      fields: [field('ENABLE', 0, 1, 'rw', 'the interrupt line follows ISR')],
    },
    {
      ...{ name: 'IER', offset: 0x08, doc: 'interrupt enable' },
      fields: [
        field('DONE', 0, 1, 'rw', 'ISR.DONE is set when a frame is done'),
        field('READY', 1, 1, 'rw', 'ISR.READY is set when a frame may be started'),
        field('ERROR', 2, 1, 'rw', 'ISR.ERROR is set when the engine stops with an error'),
      ],
    },
    {
      ...{ name: 'ISR', offset: 0x0c, doc: 'interrupt status; writing 1 toggles a bit' },
      fields: [
        field('DONE', 0, 1, 'w1t', 'a frame was done'),
        field('READY', 1, 1, 'w1t', 'a frame could be started'),
        field('ERROR', 2, 1, 'w1t', 'the engine stopped with an error'),
      ],
    },
    {
      ...{ name: 'ID', offset: 0x10, doc: 'what this is' },
      fields: [field('ID', 0, 32, 'constant', 'HDLE in ASCII', ENGINE_ID)],
    },
    {
      ...{ name: 'VERSION', offset: 0x14, doc: 'version of the register map' },
      fields: [field('VERSION', 0, 32, 'constant', 'major in the upper half, minor in the lower', REGISTER_VERSION)],
    },
    { ...{ name: 'BUILD', offset: 0x18, doc: 'build' }, fields: [ro('HASH', 0, 32, 'hash of the build, a parameter')] },
    {
      ...{ name: 'SCRATCH', offset: 0x1c, doc: 'scratch' },
      fields: [field('SCRATCH', 0, 32, 'rw', 'hardware does not look at it')],
    },
    {
      ...{ name: 'COMMAND', offset: 0x20, doc: 'commands' },
      fields: [
        field('RESET', 0, 1, 'rw', 'while 1 the engine is held in reset and all beats that arrive are dropped'),
        field('SNAPSHOT', 1, 1, 'pulse', 'copies the counters for reading'),
        field('CLEAR', 2, 1, 'pulse', 'sets the counters to 0, behind a snapshot of the same write'),
      ],
    },
    {
      ...{ name: 'STATUS', offset: 0x24, doc: 'status' },
      fields: [
        ro('STATE', 0, 3, '0 idle, 1 clear, 2 run, 3 failed, 4 in reset'),
        ro('RUNNING', 3, 1, 'a pass issues steps'),
        ro('RESULTS_OPEN', 4, 1, 'a packet of m_axis_y is under way'),
        ro('WEIGHTS_DROPPED', 5, 1, 'the rest of a packet of s_axis_w is being dropped'),
        ro('PIXELS_DROPPED', 6, 1, 'the rest of a packet of s_axis_x is being dropped'),
        ro('WAITS', 8, 6, 'no step for want of: weights, rows, parameters, drain, residual, preparation'),
        ro('PASSES', 16, 16, 'passes of the frame that are done'),
      ],
    },
    {
      ...{ name: 'ERROR', offset: 0x28, doc: 'first error since start or reset' },
      fields: [
        ro('CODE', 0, 4, '1 magic, 2 limits, 3 tlast too early, 4 missing, 5 address, 6 bank, 7 row, 8 watchdog'),
        ro('PORT', 8, 2, '0 the engine itself, 1 s_axis_w, 2 s_axis_x'),
        ro('RULE', 16, 7, 'rule of header-rules.ts that a header breaks'),
      ],
    },
    {
      ...{ name: 'ERROR_PLACE', offset: 0x2c, doc: 'where s_axis_w stood at the error' },
      fields: [ro('BEAT', 0, 16, 'beats of the packet'), ro('PASS', 16, 16, 'packets of the frame before')],
    },
    {
      ...{ name: 'WATCHDOG', offset: 0x30, doc: 'watchdog' },
      fields: [field('CYCLES', 0, 32, 'rw', 'cycles of a frame without any progress that are an error; 0: none')],
    },
    {
      ...{ name: 'PACKETS', offset: 0x34, doc: 'packets of a frame; more wait for the next start; 0: no limit' },
      fields: [field('PIXELS', 0, 16, 'rw', 'packets of s_axis_x'), field('WEIGHTS', 16, 16, 'rw', 'of s_axis_w')],
    },
    {
      ...{ name: 'SHAPE', offset: 0x38, doc: 'static parameters' },
      fields: configuration('P', 7, 'G', 5, 'M', 9, 'D', 7),
    },
    { ...{ name: 'WIDTHS', offset: 0x3c, doc: 'static parameters' }, fields: configuration('XB', 5, 'WB', 5, 'AB', 6) },
    { ...{ name: 'XRAM', offset: 0x40, doc: 'static parameters' }, fields: configuration('XD', 17) },
    { ...{ name: 'RING', offset: 0x44, doc: 'static parameters' }, fields: configuration('WD', 17) },
    { ...{ name: 'PSUMS', offset: 0x48, doc: 'static parameters' }, fields: configuration('PD', 17) },
    {
      ...{ name: 'UNITS', offset: 0x4c, doc: 'static parameters' },
      fields: configuration(
        'TMAX',
        6,
        'KMAX',
        5,
        'NTHR',
        4,
        'MUL',
        1,
        'FIXED',
        1,
        'LUT',
        1,
        'ADD',
        1,
        'DW',
        1,
        'XU',
        1,
      ),
    },
    { ...{ name: 'PORTS', offset: 0x50, doc: 'static parameters' }, fields: configuration('XP', 9, 'WP', 9, 'YP', 9) },
    { ...{ name: 'FIFO', offset: 0x54, doc: 'static parameters' }, fields: configuration('YD', 13) },
    {
      ...{ name: 'HEADER', offset: 0x100, count: headerWords, doc: 'the header that came last, word by word' },
      fields: [ro('HEADER', 0, 32, 'as in the weight stream')],
    },
  ],
  counters: {
    ...{ offset: 0x80, snapshot: 'COMMAND.SNAPSHOT', clear: 'COMMAND.CLEAR' },
    list: [
      { name: 'CYCLES', doc: 'cycles of frames' },
      { name: 'STEPS', doc: 'steps' },
      { name: 'STALL_WEIGHTS', doc: 'cycles without a step: its weights are not there' },
      { name: 'STALL_ROWS', doc: 'rows of input are not there' },
      { name: 'STALL_PARAMETERS', doc: 'parameters are not there' },
      { name: 'STALL_DRAIN', doc: 'the drain is busy, or the output is full' },
      { name: 'STALL_RESIDUAL', doc: 'residual rows are not there' },
      { name: 'STALL_PREPARATION', doc: 'the next row is being prepared' },
      { name: 'PASSES', doc: 'passes done' },
      { name: 'FRAMES', doc: 'frames done' },
      { name: 'BEATS_WEIGHTS', doc: 'beats of s_axis_w' },
      { name: 'BEATS_PIXELS', doc: 'beats of s_axis_x' },
      { name: 'BEATS_RESULTS', doc: 'beats of m_axis_y' },
      { name: 'WAIT_RESULTS', doc: 'cycles in which m_axis_y waits to be taken' },
    ],
  },
};

/** Static parameters side by side from bit 0: names and widths in turn. */
function configuration(...list: readonly (string | number)[]): RegisterField[] {
  let low = 0;
  return list.flatMap((name, k) => {
    if (typeof name === 'number') return [];
    const width = list[k + 1] as number;
    const made = ro(name, low, width, `parameter ${name}`);
    low += width;
    return [made];
  });
}
