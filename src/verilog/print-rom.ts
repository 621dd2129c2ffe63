/** Contents of a ROM in the text: a function of the address, which every synthesis tool takes for logic. */
import type { Lines } from './lines.js';
import type { SvItem } from './tree.js';

export function printRom(out: Lines, item: Extract<SvItem, { item: 'rom' }>, indent: number): void {
  const { memory, width, words } = item;
  const digits = Math.ceil(width / 4);
  const mask = (1n << BigInt(width)) - 1n;
  const value = (word: bigint): string => `${width}'h${(word & mask).toString(16).padStart(digits, '0')}`;
  const name = `${memory}_at`;
  const address = `${memory}_address`;
  out.add(indent, `// contents of the ROM, ${words.length} words of ${width} bits`);
  out.add(
    indent,
    `function automatic logic ${width === 1 ? '' : `[${width - 1}:0] `}${name}(input logic [31:0] ${address});`,
  );
  out.add(indent + 2, `case (${address})`);
  words.forEach((word, index) => out.add(indent + 4, `32'd${index}: ${name} = ${value(word)};`));
  out.add(indent + 4, `default: ${name} = '0;`);
  out.add(indent + 2, 'endcase');
  out.add(indent, 'endfunction');
}
