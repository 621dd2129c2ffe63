/**
 * Batches of random circuits through every executable form: interpreter, WebAssembly, Verilator (all circuits of a batch in
 * one build) and Icarus with a generated bench that knows nothing of ours.
 */
import { randomStream } from '../../src/base/random.js';
import type { Design, ModuleDef } from '../../src/circuit/index.js';
import { buildModel, VerilatorModel } from '../../src/cosim/index.js';
import {
  compile,
  elaborate,
  type ElaborateOptions,
  interpret,
  type PortInfo,
  type Simulation,
} from '../../src/simulator/index.js';
import { emitDesign, usesClock, usesReset } from '../../src/verilog/index.js';
import { randomDesign } from '../simulator/random-circuit.js';
import { printable } from './printable.js';
import { folderWith, outputOf, type SourceFile } from './tools.js';

const top = 'fuzz_top';

/** One circuit of a batch, with its inputs and what the interpreter makes of them. */
export interface Case {
  readonly seed: number;
  readonly design: Design;
  readonly def: ModuleDef;
  /** Names of the top's clock and reset, whether it has them or not. */
  readonly clock: string;
  readonly reset: string;
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  /** Files of the top's image parameters. */
  readonly images: Readonly<Record<string, string>>;
  /** Values by cycle, in the order of `inputs` and `outputs`. */
  readonly stimulus: readonly (readonly bigint[])[];
  readonly expected: readonly (readonly bigint[])[];
}

/** The circuit of `seed` after `cycles` random cycles; throws where the compiled simulator disagrees. */
export function makeCase(seed: number, size: number, cycles: number): Case {
  return caseOf(printable(randomDesign(seed, size), `s${seed}_`), seed, cycles);
}

/** Any design at its defaults under random inputs of `seed`, with a reset in every `calm`-th cycle or so. */
export function caseOf(design: Design, seed: number, cycles: number, options: ElaborateOptions = {}, calm = 12): Case {
  const def = design.modules[design.top]!;
  const { clock = 'clk', reset = 'rst_n' } = def.domains[0] ?? {};
  const circuit = elaborate(design, options);
  const [oracle, wasm] = [interpret(circuit), compile(circuit)];
  const inputs = oracle.ports.filter(({ dir }) => dir === 'input');
  const outputs = oracle.ports.filter(({ dir }) => dir === 'output');
  const random = randomStream(BigInt(seed), 'fuzz');
  let held = inputs.map(() => 0n);
  const stimulus = Array.from({ length: cycles }, (_, cycle) => {
    held = inputs.map(({ name, width }, k) => {
      if (name === reset) return cycle > 1 && random.nextInt(calm) > 0 ? 1n : 0n;
      return random.nextInt(4) === 0 ? held[k]! : random.nextBigInt(width);
    });
    return held;
  });
  const expected = play(oracle, inputs, outputs, stimulus);
  const found = play(wasm, inputs, outputs, stimulus);
  const images = Object.fromEntries(Object.entries(options.images ?? {}).map(([name, { file }]) => [name, file]));
  const one: Case = { seed, design, def, clock, reset, inputs, outputs, images, stimulus, expected };
  const difference = compare(one, found, 'WebAssembly');
  if (difference !== '') throw new Error(difference);
  return one;
}

export function play(
  simulation: Simulation,
  inputs: readonly PortInfo[],
  outputs: readonly PortInfo[],
  stimulus: Case['stimulus'],
  prefix = '',
): bigint[][] {
  return stimulus.map((values) => {
    inputs.forEach(({ name }, k) => simulation.poke(prefix + name, values[k]!));
    simulation.settle();
    const seen = outputs.map(({ name }) => simulation.peek(prefix + name));
    simulation.tick();
    return seen;
  });
}

/** The first difference between what a form gave and what the interpreter gave, or nothing. */
function compare(one: Case, found: readonly (readonly bigint[])[], form: string): string {
  for (const [cycle, values] of one.expected.entries()) {
    const k = values.findIndex((value, port) => found[cycle]?.[port] !== value);
    if (k < 0) continue;
    const [want, got] = [values[k]!, found[cycle]?.[k]];
    return `seed ${one.seed}, ${form}, cycle ${cycle}: ${one.outputs[k]!.name} is ${got?.toString(16)} instead of ${want.toString(16)}`;
  }
  return '';
}

export interface BatchResult {
  /** Differences of Verilator and Icarus from the interpreter, one line a circuit. */
  readonly differences: readonly string[];
  /**
   * Seeds without a verdict: vvp 11 ran in circles at one moment of time, Verilator 5.006 ended with an internal error, or it
   * is right without its optimizer and wrong with it.
   */
  readonly undecided: readonly number[];
}

/** Holds the tools against the interpreter; Icarus (a process a circuit) and Yosys get every `icarusEvery`-th one. */
export async function checkBatch(cases: readonly Case[], icarusEvery = 1): Promise<BatchResult> {
  const undecided: number[] = [];
  const verilator = await judgedByVerilator(cases, undecided);
  const some = cases.filter((_, k) => k % icarusEvery === 0);
  const [icarus, yosys] = await Promise.all([inIcarus(some, undecided), readByYosys(some)]);
  return { differences: [...verilator, ...icarus, ...yosys], undecided };
}

/** Complaints of Yosys about the texts. */
async function readByYosys(cases: readonly Case[]): Promise<string[]> {
  const files = sources(cases);
  const names = files.map(({ name }) => name).join(' ');
  const script = `read_verilog -sv ${names}; hierarchy -check -top ${top}; proc`;
  const said = await outputOf('yosys', ['-q', '-q', '-p', script], await folderWith(files));
  return said === '' ? [] : [`seed ${cases[0]?.seed} and after, Yosys: ${said.slice(0, 500)}`];
}

/** The command that repeats one circuit. */
export const repeat = (seed: number): string =>
  `HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/verilog/fuzz.test.ts`;

const port = ({ seed }: Case, name: string): string => `d${seed}_${name}`;

/** All circuits side by side; every port is a port of the whole. */
function wholeText(cases: readonly Case[]): string {
  const declarations = cases.flatMap((one) =>
    [...one.inputs, ...one.outputs].map(({ name, dir, width }) => `  ${dir} logic [${width - 1}:0] ${port(one, name)}`),
  );
  const instances = cases.map((one) => {
    const names = [...one.inputs, ...one.outputs].map(({ name }) => `.${name}(${port(one, name)})`);
    if (usesClock(one.def, one.design)) names.unshift(`.${one.clock}(clk)`);
    if (usesReset(one.def, one.design) !== one.inputs.some(({ name }) => name === one.reset)) throw new Error('reset');
    const actuals = Object.entries(one.images).map(([name, file]) => `.${name}("${file}")`);
    const given = actuals.length === 0 ? '' : `#(${actuals.join(', ')}) `;
    return `  ${one.def.name} ${given}u${one.seed} (${names.join(', ')});\n`;
  });
  return `module ${top} (\n  input logic clk,\n${declarations.join(',\n')}\n);\n${instances.join('')}endmodule\n`;
}

/** Texts of all circuits; those of one circuit in one file. */
export function sources(cases: readonly Case[]): SourceFile[] {
  const files = cases.map(({ design }) => ({
    name: `${design.top}.sv`,
    text: emitDesign(design)
      .map(({ text }) => text)
      .join(''),
  }));
  return [...files, { name: `${top}.sv`, text: wholeText(cases) }];
}

/** Verilator on the whole batch; where it stumbles or differs, on ever smaller parts, and at last without optimization. */
async function judgedByVerilator(cases: readonly Case[], undecided: number[]): Promise<string[]> {
  const said = await inVerilator(cases).catch((error: unknown) => [String(error)]);
  if (said.length === 0) return [];
  if (cases.length > 1) {
    const wrong = new Set(said.map((line) => Number(/^seed (\d+)/.exec(line)?.[1])));
    const known = cases.filter(({ seed }) => wrong.has(seed));
    const middle = cases.length >> 1;
    const parts = known.length > 0 ? known.map((one) => [one]) : [cases.slice(0, middle), cases.slice(middle)];
    const lines: string[] = [];
    for (const part of parts) lines.push(...(await judgedByVerilator(part, undecided)));
    return lines;
  }
  const plain = await inVerilator(cases, ['-O0']).catch((error: unknown) => [String(error)]);
  const fault = plain.length === 0 || plain[0]!.includes('Internal Error');
  if (!fault) return plain.map((line) => (line.startsWith('seed') ? line : `seed ${cases[0]!.seed}: ${line}`));
  undecided.push(cases[0]!.seed);
  return [];
}

async function inVerilator(cases: readonly Case[], extra: readonly string[] = []): Promise<string[]> {
  const ports = cases.flatMap((one) =>
    [...one.inputs, ...one.outputs].map((each) => ({ ...each, name: port(one, each.name) })),
  );
  const files = sources(cases);
  const model = new VerilatorModel(
    await buildModel({ files, top, ports, clocks: ['clk'], flags: { optimize: '-O0', extra } }),
  );
  const found = cases.map((): bigint[][] => []);
  // An asynchronous reset is an edge: it has to be high before it can fall.
  for (const one of cases) {
    if (one.inputs.some(({ name }) => name === one.reset)) model.poke(port(one, one.reset), 1n);
  }
  model.settle();
  for (const cycle of cases[0]?.stimulus.keys() ?? []) {
    for (const one of cases) one.inputs.forEach(({ name }, k) => model.poke(port(one, name), one.stimulus[cycle]![k]!));
    model.settle();
    cases.forEach((one, k) => found[k]!.push(one.outputs.map(({ name }) => model.peek(port(one, name)))));
    model.tick();
  }
  return cases.map((one, k) => compare(one, found[k]!, 'Verilator')).filter((text) => text !== '');
}

const total = (ports: readonly PortInfo[]): number => ports.reduce((sum, { width }) => sum + width, 0);
const packed = (ports: readonly PortInfo[], values: readonly bigint[]): bigint =>
  ports.reduce((all, { width }, k) => (all << BigInt(width)) | values[k]!, 0n);

/** Plays the words of `<seed>.mem` and prints all outputs of every cycle as one number. */
function bench(cases: readonly Case[], cycles: number): string {
  const lines = cases.flatMap((one) => [
    ...[...one.inputs, ...one.outputs].map(({ name, width }) => `  logic [${width - 1}:0] ${port(one, name)};`),
    `  logic [${total(one.inputs) - 1}:0] words${one.seed} [0:${cycles - 1}];`,
    `  initial $readmemh("${one.seed}.mem", words${one.seed});`,
  ]);
  const concat = (one: Case, ports: readonly PortInfo[]) => ports.map(({ name }) => port(one, name)).join(', ');
  const apply = cases.map((one) => `      {${concat(one, one.inputs)}} = words${one.seed}[c];`);
  const print = cases.map((one) => `      $display("out ${one.seed} %h", {${concat(one, one.outputs)}});`);
  const names = cases.flatMap((one) => [...one.inputs, ...one.outputs].map(({ name }) => port(one, name)));
  return `module bench;
  logic clk = 1'b0;
${lines.join('\n')}
  ${top} dut (.clk(clk), ${names.map((name) => `.${name}(${name})`).join(', ')});
  initial begin
    for (int c = 0; c < ${cycles}; c = c + 1) begin
${apply.join('\n')}
      #1;
${print.join('\n')}
      #1 clk = 1'b1;
      #1 clk = 1'b0;
    end
    $finish;
  end
endmodule
`;
}

/** Icarus has a fourth state; registers and memories start at zero, as everywhere else. */
function started(text: string, states: ReadonlySet<string>): string {
  return text.replace(/^( *logic[^;/]* (\w+)( \[0:([^\]]+)\])?)( \/\*[^;]*\*\/)?;/gm, (line, ...groups: string[]) => {
    const [, name = '', , last] = groups;
    if (!states.has(name)) return line;
    const each = last === undefined ? `${name} = '0;` : `for (int k = 0; k <= ${last}; k = k + 1) ${name}[k] = '0;`;
    return `${line} initial ${each}`;
  });
}

/** Texts of one circuit with initial values; the same name is a register in one module and a wire in another. */
function startedSource({ design }: Case, edit: (text: string) => string): SourceFile {
  const texts = emitDesign(design).map(({ name, text }) => {
    const { signals } = design.modules[name.replace(/\.sv$/, '')]!;
    const starts = signals.filter(
      (each) => each.kind === 'reg' || (each.kind === 'memory' && each.image === undefined),
    );
    const states = starts.map((signal) => signal.name);
    return started(edit(text), new Set(states));
  });
  return { name: `${design.top}.sv`, text: texts.join('') };
}

/** One circuit a run, two at a time: the first that hangs must not take the others along. */
async function inIcarus(cases: readonly Case[], undecided: number[]): Promise<string[]> {
  const half = (odd: number) => cases.filter((_, k) => k % 2 === odd);
  const run = async (some: readonly Case[]): Promise<string[]> => {
    const said: string[] = [];
    for (const one of some) said.push(await oneInIcarus(one, undecided));
    return said;
  };
  return (await Promise.all([run(half(0)), run(half(1))])).flat().filter((text) => text !== '');
}

/** What Icarus makes of the text of one circuit, changed by `edit`, against the interpreter; `images` lie beside it. */
export async function oneInIcarus(
  one: Case,
  undecided: number[],
  edit: (text: string) => string = (text) => text,
  images: readonly SourceFile[] = [],
): Promise<string> {
  const cycles = one.stimulus.length;
  const files = [startedSource(one, edit), { name: `${top}.sv`, text: wholeText([one]) }];
  const words = one.stimulus.map((values) => `${packed(one.inputs, values).toString(16)}\n`).join('');
  const folder = await folderWith([
    ...files,
    ...images,
    { name: `${one.seed}.mem`, text: words },
    { name: 'bench.sv', text: bench([one], cycles) },
  ]);
  const names = [...files.map(({ name }) => name), 'bench.sv'];
  const compiled = await outputOf('iverilog', ['-g2012', '-o', 'bench.vvp', '-s', 'bench', ...names], folder);
  const printed = await outputOf('timeout', ['3', 'vvp', '-n', 'bench.vvp'], folder);
  if (printed.endsWith('ended with 124')) {
    undecided.push(one.seed);
    return '';
  }
  const found = [...printed.matchAll(/^out \d+ (\S+)$/gm)].map(([, digits]) => unpacked(one.outputs, digits!));
  if (found.length === 0) return `seed ${one.seed}, Icarus: ${compiled.slice(0, 500)} ${printed.slice(0, 500)}`;
  return compare(one, found, 'Icarus');
}

/** Values of the outputs; one with undefined bits becomes -1. */
function unpacked(ports: readonly PortInfo[], digits: string): bigint[] {
  const bits = [...digits].map((digit) =>
    /[0-9a-f]/.test(digit) ? Number.parseInt(digit, 16).toString(2).padStart(4, '0') : 'xxxx',
  );
  let rest = bits.join('').slice(-total(ports));
  return ports.map(({ width }) => {
    const own = rest.slice(0, width);
    rest = rest.slice(width);
    return own.includes('x') ? -1n : BigInt(`0b${own}`);
  });
}
