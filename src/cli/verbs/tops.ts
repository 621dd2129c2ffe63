/** `heddle tops`: which memory sides and places of weights go together, and the top for each. */
import type { CommandModule } from 'yargs';
import { table } from '../../report/lines.js';
import { combinations } from '../../soc/combinations.js';
import { type CommonOptions, say, writeJson } from '../output.js';

function run(args: CommonOptions): void {
  writeJson(args, { combinations });
  const rows = combinations.map(({ backend, memory, weights, top = 'not legal', ports = [], note }) => [
    ...[backend, memory, weights, top, ports.join(' '), note],
  ]);
  say(args, table(['back end', 'memory', 'weights', 'top', 'ports', 'note'], rows));
}

export const topsCommand: CommandModule<object, CommonOptions> = {
  command: 'tops',
  describe: 'list the tops with registers: back ends, memory sides and weights that go together',
  handler: (args) => {
    run(args);
  },
};
