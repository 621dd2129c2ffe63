/** `heddle boards`: the boards there are data for, or one of them in full. */
import type { Argv, CommandModule } from 'yargs';
import { boardFor } from '../../build/backend.js';
import { table } from '../../report/lines.js';
import { type Board, boardNames } from '../../target/boards.js';
import { type CommonOptions, say, writeJson } from '../output.js';

interface BoardArguments extends CommonOptions {
  readonly board?: string | undefined;
}

function run(args: BoardArguments): void {
  if (args.board !== undefined) {
    const board = boardFor(args.board);
    writeJson(args, board);
    say(args, JSON.stringify(board, undefined, 2));
    return;
  }
  const boards = boardNames().map(boardFor);
  writeJson(args, { boards });
  const count = (n: number | undefined): string => (n === undefined ? '' : n.toLocaleString('en-US'));
  const row = ({ name, part, flow, processor, resources, stream_bits }: Board): string[] => [
    ...[name, part, flow, processor?.kind ?? 'none', count(resources.lut), count(resources.ff)],
    ...[count(resources.bram36), count(resources.dsp), count(stream_bits)],
  ];
  const header = ['board', 'part', 'flow', 'processor', '>LUT', '>FF', '>BRAM36', '>DSP', '>stream bits'];
  say(args, table(header, boards.map(row)));
  say(args, '\none of them in full: boards NAME; a new one is a file like those in boards/ (board.schema.json)');
}

export const boardsCommand: CommandModule<CommonOptions, BoardArguments> = {
  command: 'boards [board]',
  describe: 'boards there are data for, or one of them in full',
  builder: (yargs: Argv<CommonOptions>): Argv<BoardArguments> =>
    yargs.positional('board', { type: 'string', describe: 'name as --board takes it' }),
  handler: run,
};
