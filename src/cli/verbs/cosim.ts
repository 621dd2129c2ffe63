/** `heddle cosim`: all forms of one design in step under random stalls. */
import type { CommandModule } from 'yargs';
import type { CommonOptions } from '../output.js';

export const cosimCommand: CommandModule<CommonOptions, CommonOptions> = {
  command: 'cosim <target>',
  describe: 'simulator, cycle model and Verilator in step under random stalls',
  handler: () => undefined,
};
