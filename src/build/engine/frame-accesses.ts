/** What a processor does at the registers of the engine for one frame: the writes that start it, and a checked script. */
import { registerWords } from '../../blocks/registers/index.js';
import { registerScript } from '../register-script.js';
import { ENGINE_ID, engineRegisters, engineStates } from '../../engine/registers.js';

/** Address and data of a write. */
export type RegisterWrite = readonly [offset: number, value: number];

const script = registerScript(engineRegisters);

/** Registers that may be read at any time: what is in them is defined from reset on, and nothing but CTRL.DONE and READY changes. */
export const readableOffsets: readonly number[] = registerWords(engineRegisters)
  .filter(({ name }) => !/^HEADER|_(LO|HI)$/.test(name))
  .map(({ offset }) => offset);

/** The interrupt comes when a frame is done and when it fails; then the frame starts. */
export const frameStart: readonly RegisterWrite[] = [
  [script.offset('GIE'), script.bit('GIE', 'ENABLE')],
  [script.offset('IER'), script.bit('IER', 'DONE') + script.bit('IER', 'ERROR')],
  [script.offset('CTRL'), script.bit('CTRL', 'START')],
];

/** The lines of a file for `sim/lite_player.sv`: identity, start, interrupt, no error, all passes done, interrupt cleared. */
export function frameScript({ build, passes }: { readonly build: number; readonly passes: number }): string {
  const { read, write, interrupt, bit } = script;
  return [
    read('ID', ENGINE_ID),
    read('BUILD', build),
    write('GIE', bit('GIE', 'ENABLE')),
    write('IER', bit('IER', 'DONE') + bit('IER', 'ERROR')),
    write('CTRL', bit('CTRL', 'START')),
    interrupt(1),
    read('ERROR', 0),
    read('STATUS', engineStates.idle + 2 ** 16 * passes, 0xffff0007),
    write('ISR', bit('ISR', 'DONE')),
    interrupt(0),
  ].join('');
}
