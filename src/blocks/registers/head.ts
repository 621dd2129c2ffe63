/** The registers that every accelerator has at the same offsets: a head that `ap_ctrl` drivers know, identity, errors, counters. */
import type { Counter, Register, RegisterField } from './register-table.js';

type Access = RegisterField['access'];

/** A field from `low` on; a reset value of 0 is left out. */
export const field = (
  name: string,
  low: number,
  width: number,
  access: Access,
  doc: string,
  reset = 0,
): RegisterField => ({
  ...{ name, low, width, access, doc },
  ...(reset === 0 ? {} : { reset }),
});
/** A field that reads what hardware says. */
export const ro = (
  name: string,
  low: number,
  width: number,
  doc: string,
  values?: RegisterField['values'],
): RegisterField => ({
  ...field(name, low, width, 'ro', doc),
  ...(values === undefined ? {} : { values }),
});

/** Of the register map: major in bits 31:16, minor in 15:0. */
export const REGISTER_VERSION = 0x00010000;

/** Where the counters begin in every map. */
export const counterOffset = 0x80;

/** What differs from one accelerator to the next. */
export interface HeadOptions {
  /** `engine`, `accelerator`: how descriptions call it. */
  readonly what: string;
  /** What ID reads as, and its letters. */
  readonly id: { readonly value: number; readonly letters: string };
  /** What RESET does beside holding it in reset. */
  readonly resets: string;
  /** Commands behind CLEAR. */
  readonly commands?: readonly RegisterField[];
  readonly status: readonly RegisterField[];
  readonly error: readonly RegisterField[];
  readonly place: Pick<Register, 'doc' | 'fields'>;
}

/** Registers 0x00 to 0x30. */
export function headRegisters({ what, id, resets, commands = [], status, error, place }: HeadOptions): Register[] {
  return [
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
        field('ERROR', 2, 1, 'rw', `ISR.ERROR is set when the ${what} stops with an error`),
      ],
    },
    {
      ...{ name: 'ISR', offset: 0x0c, doc: 'interrupt status; writing 1 toggles a bit' },
      fields: [
        field('DONE', 0, 1, 'w1t', 'a frame was done'),
        field('READY', 1, 1, 'w1t', 'a frame could be started'),
        field('ERROR', 2, 1, 'w1t', `the ${what} stopped with an error`),
      ],
    },
    {
      ...{ name: 'ID', offset: 0x10, doc: 'what this is' },
      fields: [field('ID', 0, 32, 'constant', `${id.letters} in ASCII`, id.value)],
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
        field('RESET', 0, 1, 'rw', resets),
        field('SNAPSHOT', 1, 1, 'pulse', 'copies the counters for reading'),
        field('CLEAR', 2, 1, 'pulse', 'sets the counters to 0, behind a snapshot of the same write'),
        ...commands,
      ],
    },
    { ...{ name: 'STATUS', offset: 0x24, doc: 'status' }, fields: status },
    { ...{ name: 'ERROR', offset: 0x28, doc: 'first error since start or reset' }, fields: error },
    { name: 'ERROR_PLACE', offset: 0x2c, ...place },
    {
      ...{ name: 'WATCHDOG', offset: 0x30, doc: 'watchdog' },
      fields: [field('CYCLES', 0, 32, 'rw', 'cycles of a frame without any progress that are an error; 0: none')],
    },
  ];
}

/** Counters of a map, behind the commands of its head. */
export const headCounters = (list: readonly Counter[]) =>
  ({ offset: counterOffset, snapshot: 'COMMAND.SNAPSHOT', clear: 'COMMAND.CLEAR', list }) as const;
