/** What a processor does at the registers of the engine for one frame: the writes that start it, and a checked script. */
import { registerWords } from '../../blocks/registers/index.js';
import { ENGINE_ID, engineRegisters, engineStates } from '../../engine/registers.js';

/** Address and data of a write. */
export type RegisterWrite = readonly [offset: number, value: number];

const offsets = new Map(registerWords(engineRegisters).map(({ name, offset }) => [name, offset]));

/** Address of a register of the engine. */
export function registerOffset(name: string): number {
  const offset = offsets.get(name);
  if (offset === undefined) throw new Error(`the engine has no register ${name}`);
  return offset;
}

/** Registers that may be read at any time: what is in them is defined from reset on, and nothing but CTRL.DONE and READY changes. */
export const readableOffsets: readonly number[] = registerWords(engineRegisters)
  .filter(({ name }) => !/^HEADER|_(LO|HI)$/.test(name))
  .map(({ offset }) => offset);

/** One bit of a register. */
function bitOf(register: string, name: string): number {
  const field = engineRegisters.registers
    .find((each) => each.name === register)
    ?.fields.find((each) => each.name === name);
  if (field === undefined) throw new Error(`the engine has no field ${register}.${name}`);
  return 2 ** field.low;
}

/** The interrupt comes when a frame is done and when it fails; then the frame starts. */
export const frameStart: readonly RegisterWrite[] = [
  [registerOffset('GIE'), bitOf('GIE', 'ENABLE')],
  [registerOffset('IER'), bitOf('IER', 'DONE') + bitOf('IER', 'ERROR')],
  [registerOffset('CTRL'), bitOf('CTRL', 'START')],
];

/** The lines of a file for `sim/lite_player.sv`: identity, start, interrupt, no error, all passes done, interrupt cleared. */
export function frameScript({ build, passes }: { readonly build: number; readonly passes: number }): string {
  const all = 2 ** 32 - 1;
  const line = (op: number, offset: number, data: number, mask: number): string =>
    `${op} ${hex(offset, 3)} ${hex(data, 8)} ${hex(mask, 8)}\n`;
  const read = (name: string, data: number, mask = all): string => line(1, registerOffset(name), data, mask);
  return [
    read('ID', ENGINE_ID),
    read('BUILD', build),
    ...frameStart.map(([offset, value]) => line(0, offset, value, all)),
    line(3, 0, 1, 1),
    read('ERROR', 0),
    read('STATUS', engineStates.idle + 2 ** 16 * passes, 0xffff0007),
    line(0, registerOffset('ISR'), bitOf('ISR', 'DONE'), all),
    line(3, 0, 0, 1),
  ].join('');
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
