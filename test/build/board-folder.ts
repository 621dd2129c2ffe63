/** Scripts of `deploy/BOARD` with registers against a top of Python (fake_top.py). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';

/** An array of `data.h`, cut into so many pieces, in hexadecimal. */
function pieces(header: string, name: string, count: number): string[] {
  const list = (new RegExp(`_${name}\\[\\d+\\][^=]*= \\{([^}]*)\\}`).exec(header)?.[1] ?? '').split(',').slice(0, -1);
  const size = list.length / count;
  return Array.from({ length: count }, (_, k) =>
    Buffer.from(list.slice(k * size, (k + 1) * size).map(Number)).toString('hex'),
  );
}

export interface Played {
  readonly exitCode: number | undefined;
  readonly text: string;
}

/** Runs validate.py and throughput.py of a folder with `deploy/pynq-z2` and `firmware/`; `wrong`: results are. */
export function playBoard(python: string, folder: string, wrong = false): Played {
  const header = readFileSync(join(folder, 'firmware/data.h'), 'utf8');
  const count = Number(/_SAMPLES (\d+)u/.exec(header)?.[1]);
  const results = pieces(header, 'expected', count);
  const known = join(folder, 'known.json');
  writeFileSync(
    known,
    JSON.stringify(Object.fromEntries(pieces(header, 'inputs', count).map((key, k) => [key, results[k]]))),
  );
  const board = join(folder, 'deploy/pynq-z2');
  const { name } = JSON.parse(readFileSync(join(board, 'io.json'), 'utf8')) as { readonly name: string };
  for (const end of ['bit', 'hwh']) writeFileSync(join(board, `${name}.${end}`), '');
  const script = join(import.meta.dirname, 'fake_top.py');
  const args = ['-B', script, board, known, ...(wrong ? ['wrong'] : [])];
  const { exitCode, all } = execaSync(python, args, { reject: false, all: true });
  return { exitCode, text: all };
}
