/** The register map of the engine: a head that `ap_ctrl` drivers know, identity, errors, configuration, counters. */
import {
  field,
  headCounters,
  headRegisters,
  type RegisterField,
  type RegisterTable,
  ro,
} from '../blocks/registers/index.js';
import { headerWords } from './header.js';

/** `HDLE`: what the register ID reads as. */
export const ENGINE_ID = 0x48444c45;

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
    ...headRegisters({
      what: 'engine',
      id: { value: ENGINE_ID, letters: 'HDLE' },
      resets: 'while 1 the engine is held in reset and all beats that arrive are dropped',
      status: [
        ro('STATE', 0, 3, '0 idle, 1 clear, 2 run, 3 failed, 4 in reset', engineStates),
        ro('RUNNING', 3, 1, 'a pass issues steps'),
        ro('RESULTS_OPEN', 4, 1, 'a packet of m_axis_y is under way'),
        ro('WEIGHTS_DROPPED', 5, 1, 'the rest of a packet of s_axis_w is being dropped'),
        ro('PIXELS_DROPPED', 6, 1, 'the rest of a packet of s_axis_x is being dropped'),
        ro('WAITS', 8, 6, 'no step for want of: weights, rows, parameters, drain, residual, preparation'),
        ro('PASSES', 16, 16, 'passes of the frame that are done'),
      ],
      error: [
        ro(
          ...(['CODE', 0, 4] as const),
          '1 magic, 2 limits, 3 tlast too early, 4 missing, 5 address, 6 bank, 7 row, 8 watchdog',
          engineErrorCodes,
        ),
        ro('PORT', 8, 2, '0 the engine itself, 1 s_axis_w, 2 s_axis_x', engineErrorPorts),
        ro('RULE', 16, 7, 'rule that a header breaks, as src/engine/header-rules.ts of heddle has them'),
      ],
      place: {
        doc: 'where s_axis_w stood at the error',
        fields: [ro('BEAT', 0, 16, 'beats of the packet'), ro('PASS', 16, 16, 'packets of the frame before')],
      },
    }),
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
        6,
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
    { ...{ name: 'FIFO', offset: 0x54, doc: 'static parameters' }, fields: configuration('YD', 13, 'HQ', 6, 'PQ', 9) },
    {
      ...{ name: 'HEADER', offset: 0x100, count: headerWords, doc: 'the header that came last, word by word' },
      fields: [ro('HEADER', 0, 32, 'as in the weight stream')],
    },
  ],
  counters: headCounters([
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
  ]),
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
