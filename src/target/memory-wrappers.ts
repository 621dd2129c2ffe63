/**
 * Memories of a chip: the modules `lane_ram`, `registered_ram` and `fifo` get bodies that are made of the macros of `tech.json`,
 * as many as a memory needs, with registers where no macro fits. Names, parameters, ports and cycles stay, so nothing else changes.
 */
import { readAhead } from './fifo-read-ahead.js';
import type { Technology } from './technology.js';

export type MemoryMacro = NonNullable<Technology['memories']>[number];
type MacroPorts = NonNullable<MemoryMacro['ports']>;

/** A source file of the chip. */
interface Source {
  readonly name: string;
  readonly text: string;
}

/**
 * How the modules call what the wrapper needs; `around` is what a branch has beside the macros: it drives `wr_en`, `wr_addr`,
 * `wr_data`, `rd_en` and `rd_addr` where they are no ports, and reads `rd_data`.
 */
const shapes = {
  lane_ram: { word: 'LANES * W', mask: (bit: string) => `wr_lanes[(${bit}) / W]`, lanes: true, around: '' },
  registered_ram: { word: 'W', mask: undefined, lanes: false, around: '' },
  fifo: { word: 'W', mask: undefined, lanes: false, around: readAhead },
} as const;

type Wrapped = keyof typeof shapes;

/**
 * The sources with wrapped memories; the same where no such memory is there, or no macro of 2^n words says what its ports
 * are.
 */
export function wrapMemories<T extends Source>(
  sources: readonly T[],
  memories: readonly MemoryMacro[],
): readonly (T | Source)[] {
  // A row is chosen by the upper bits of the address: no other depths.
  const macros = memories.filter(({ ports, depth }) => ports !== undefined && Number.isInteger(Math.log2(depth)));
  if (macros.length === 0) return sources;
  return sources.map((source) => {
    const name = source.name.replace(/\.sv$/, '');
    return name in shapes ? { name: source.name, text: wrapped(name as Wrapped, source.text, macros) } : source;
  });
}

/**
 * The largest macro counts that a memory fills by half at least, in words and in bits. The body that was there follows in
 * the last branch.
 */
function wrapped(name: Wrapped, text: string, macros: readonly MemoryMacro[]): string {
  const at = text.indexOf('\n);\n');
  const end = text.lastIndexOf('\nendmodule');
  if (at < 0 || end < at) throw new Error(`${name}.sv: not the text of a module`);
  const head = text.slice(0, at + 4);
  const body = text.slice(at + 4, end);
  const bySize = [...macros].sort((a, b) => b.depth * b.width - a.depth * a.width);
  const branches = bySize.filter(({ ports }) => !shapes[name].lanes || ports?.write_mask !== undefined);
  if (branches.length === 0) return text;
  const note = `// On this chip: ${branches.map(({ module }) => module).join(', ')}, registers where none is half full.\n`;
  return [
    head.replace('`default_nettype none\n', `${note}\`default_nettype none\n`),
    `\n  localparam int MACRO_WORD_W = ${shapes[name].word};\n`,
    ...branches.map(
      (macro, k) =>
        `\n  ${k === 0 ? '' : 'end else '}if (2 * DEPTH >= ${macro.depth} && 2 * MACRO_WORD_W >= ${macro.width}) begin : g_${macro.module}\n${tiles(name, macro)}`,
    ),
    '\n  end else begin : g_registers\n',
    body
      .split('\n')
      .map((line) => (line === '' || line.startsWith('`') ? line : `  ${line}`))
      .join('\n'),
    '\n  end\n',
    text.slice(end),
  ].join('');
}

/** Rows and columns of one macro; a row is chosen by the upper bits of the address, and kept for the read. */
function tiles(name: Wrapped, { module, depth, width, ports }: MemoryMacro): string {
  if (ports === undefined) throw new Error(`${module}: no ports`);
  const { mask, around } = shapes[name];
  const place = Math.max(1, Math.ceil(Math.log2(depth)));
  const line = (text: string): string => `    ${text}\n`;
  // Who has a registered_ram counts a word from the cycle behind its write on: a read in that cycle is for nothing, and left out.
  const careful = ports.same_address !== 'old' && name === 'registered_ram';
  const reads = careful ? 'reads' : 'rd_en';
  const collision =
    ports.same_address === 'old' || careful
      ? ''
      : `
\`ifndef SYNTHESIS
    always @(posedge aclk) begin
      if (rd_en && wr_en && rd_addr == wr_addr) $error("${name}: ${module} cannot read the word that is being written");
    end
\`endif
`;
  return [
    around,
    ...(careful
      ? [
          line('logic reads;  // the macro cannot read a word that is being written'),
          line('assign reads = rd_en && !(wr_en && rd_addr == wr_addr);'),
        ]
      : []),
    line(`localparam int ROWS    = (DEPTH + ${depth - 1}) / ${depth};`),
    line(`localparam int COLUMNS = (MACRO_WORD_W + ${width - 1}) / ${width};`),
    line('localparam int ROW_W   = ROWS > 1 ? $clog2(ROWS) : 1;'),
    '\n',
    line(`logic [31:0] wr_place;  // ${place} bits for the macro, the row above them`),
    line('logic [31:0] rd_place;'),
    line("assign wr_place = 32'(wr_addr);"),
    line("assign rd_place = 32'(rd_addr);"),
    line(`logic [ROW_W-1:0] row_q;  // of the last read`),
    line(`logic [COLUMNS*${width}-1:0] wr_word;`),
    line(`logic [ROWS*COLUMNS*${width}-1:0] rd_words;`),
    line(`assign wr_word = (COLUMNS*${width})'(wr_data);`),
    line(`assign rd_data = rd_words[row_q*(COLUMNS*${width})+:MACRO_WORD_W];`),
    line('always_ff @(posedge aclk) begin'),
    line(`  if (${reads}) row_q <= ROW_W'(rd_place / ${depth});`),
    line('end'),
    '\n',
    line('for (genvar r = 0; r < ROWS; r = r + 1) begin : g_row'),
    line(`  for (genvar c = 0; c < COLUMNS; c = c + 1) begin : g_column`),
    ...(mask === undefined && ports.write_mask === undefined
      ? []
      : [
          line(`    logic [${width - 1}:0] mask;`),
          line(`    for (genvar i = 0; i < ${width}; i = i + 1) begin : g_mask`),
          line(
            mask === undefined
              ? "      assign mask[i] = 1'b1;"
              : `      if (c * ${width} + i < MACRO_WORD_W) assign mask[i] = ${mask(`c * ${width} + i`)};\n          else assign mask[i] = 1'b0;`,
          ),
          line('    end'),
        ]),
    line(`    ${module} u_macro (`),
    connections(ports, place, depth, width, reads)
      .map((each) => line(`      ${each}`).trimEnd())
      .join(',\n'),
    '\n',
    line('    );'),
    line('  end'),
    line('end'),
    collision,
  ].join('');
}

function connections(ports: MacroPorts, place: number, depth: number, width: number, reads: string): readonly string[] {
  const level = ({ active }: { readonly active: 'high' | 'low' }, value: string): string =>
    active === 'low' ? `~(${value})` : value;
  const clocks = [...new Set([ports.write_clock, ports.read_clock])];
  return [
    ...clocks.map((clock) => `.${clock}(aclk)`),
    `.${ports.write_enable.name}(${level(ports.write_enable, `wr_en && wr_place / ${depth} == r`)})`,
    ...(ports.write_mask === undefined ? [] : [`.${ports.write_mask.name}(${level(ports.write_mask, 'mask')})`]),
    `.${ports.write_address}(wr_place[${place - 1}:0])`,
    `.${ports.write_data}(wr_word[c*${width}+:${width}])`,
    `.${ports.read_enable.name}(${level(ports.read_enable, `${reads} && rd_place / ${depth} == r`)})`,
    `.${ports.read_address}(rd_place[${place - 1}:0])`,
    `.${ports.read_data}(rd_words[(r*COLUMNS+c)*${width}+:${width}])`,
    ...Object.entries(ports.tied ?? {}).map(([pin, value]) => `.${pin}(${value})`),
  ];
}
