import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Expr, type ModuleDef, type NatEnv } from '../../src/circuit/index.js';
import { emitModule } from '../../src/verilog/index.js';
import { bitsIn, evaluate } from './evaluate.js';
import { inputs, randomModule, randomSource } from './random-module.js';
import { folderWith, haveTools, lint, outputOf, toolPath } from './tools.js';

const VECTORS = 40;
const EXPRESSIONS = 300;
const seed = Number(process.env['HEDDLE_SEED'] ?? 2024);
const corners: readonly Record<'W' | 'V' | 'N', number>[] = [
  { W: 5, V: 7, N: 3 },
  { W: 1, V: 1, N: 1 },
  { W: 13, V: 9, N: 5 },
  { W: 2, V: 8, N: 4 },
];

function randomBits(random: () => number, bits: number): bigint {
  const style = random();
  if (style < 0.15) return 0n;
  if (style < 0.3) return (1n << BigInt(bits)) - 1n;
  if (style < 0.45) return 1n << BigInt(bits - 1);
  let value = 0n;
  for (let k = 0; k < bits; k += 16) value = (value << 16n) | BigInt(Math.floor(random() * 65536));
  return BigInt.asUintN(bits, value);
}

/** A bench that applies every vector and prints all outputs as one hexadecimal number, the last one highest. */
function bench(def: ModuleDef, values: readonly Expr[], params: NatEnv, parameterized: boolean): string {
  const widths = inputs.map((signal) => bitsIn(signal.type, params));
  const total = widths.reduce((a, b) => a + b, 0);
  const set = `#(.W(${params['W']}), .V(${params['V']}), .N(${params['N']})) `;
  const names = [...inputs.map((s) => s.name), ...values.map((_, k) => `y${k}`)];
  return `module bench;
  logic [${total - 1}:0] vectors [0:${VECTORS - 1}];
${inputs.map((signal, k) => `  logic [${widths[k]! - 1}:0] ${signal.name};`).join('\n')}
${values.map((value, k) => `  logic [${bitsIn(value.type, params) - 1}:0] y${k};`).join('\n')}
  ${def.name} ${parameterized ? set : ''}dut (
${names.map((name) => `    .${name}(${name})`).join(',\n')}
  );
  initial begin
    $readmemh("vectors.mem", vectors);
    for (int v = 0; v < ${VECTORS}; v = v + 1) begin
      {${inputs.map((s) => s.name).join(', ')}} = vectors[v];
      #1;
      $display("out %h", {${values.map((_, k) => `y${values.length - 1 - k}`).join(', ')}});
    end
    $finish;
  end
endmodule
`;
}

/** Input vectors as words of a memory, the first input highest. */
function vectorFile(vectors: readonly (readonly bigint[])[], params: NatEnv): string {
  const pack = (vector: readonly bigint[]) =>
    vector.reduce((all, bits, k) => (all << BigInt(bitsIn(inputs[k]!.type, params))) | bits, 0n);
  return vectors.map((vector) => `${pack(vector).toString(16)}\n`).join('');
}

/** Differences between what a tool printed and the reference, with the text of the assignment. */
function differences(
  output: string,
  expected: readonly bigint[][],
  values: readonly Expr[],
  params: NatEnv,
  text: string,
): string[] {
  const lines = output.split('\n').filter((line) => line.startsWith('out '));
  if (lines.length !== VECTORS) return [`${lines.length} lines: ${output.slice(0, 800)}`];
  const wrong = new Map<string, string>();
  lines.forEach((line, v) => {
    const digits = line.slice(4).trim();
    if (!/^[0-9a-f]+$/.test(digits)) return wrong.set('x', `undefined bits in ${digits.slice(0, 200)}`);
    let rest = BigInt(`0x${digits}`);
    values.forEach((value, k) => {
      const bits = bitsIn(value.type, params);
      const found = BigInt.asUintN(bits, rest);
      rest >>= BigInt(bits);
      if (found === expected[v]![k] || wrong.has(`y${k}`)) return;
      const source = new RegExp(`assign y${k} +=[^;]*;|y${k} = '0;[^]*?end`).exec(text)?.[0] ?? '';
      wrong.set(`y${k}`, `y${k}: ${found} instead of ${expected[v]![k]}: ${source}`);
    });
  });
  return [...wrong.values()];
}

describe(`random expressions, seed ${seed}`, () => {
  const { def, values } = randomModule('torture', seed, EXPRESSIONS);
  const text = emitModule(def, { top: def.name, modules: { [def.name]: def } });
  const file = { name: 'torture.sv', text };

  it('have lines of at most 100 columns', () => {
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('lint clean', async () => {
    if (!haveTools('verilator', 'iverilog', 'yosys')) return;
    expect(await lint([file], def.name, corners)).toBe('');
  });

  it.each(corners)('have the right values in Verilator, Icarus and Yosys at W=$W V=$V N=$N', async (params) => {
    if (!haveTools('verilator', 'compiler', 'iverilog', 'yosys')) return;
    const random = randomSource(seed + params.W);
    const vectors = Array.from({ length: VECTORS }, () =>
      inputs.map((signal) => {
        const bits = randomBits(random, bitsIn(signal.type, params));
        return signal.type.kind === 'enum' ? bits % 3n : bits;
      }),
    );
    const expected = vectors.map((signals) => values.map((value) => evaluate(value, { params, signals })));
    const check = (output: string) => differences(output, expected, values, params, text);
    const folder = await folderWith([
      file,
      { name: 'bench.sv', text: bench(def, values, params, true) },
      { name: 'plain.sv', text: bench(def, values, params, false) },
      { name: 'vectors.mem', text: vectorFile(vectors, params) },
    ]);
    await outputOf('iverilog', ['-g2012', '-o', 'bench.vvp', 'torture.sv', 'bench.sv'], folder);
    expect(check(await outputOf('vvp', ['-n', 'bench.vvp'], folder)), 'Icarus').toEqual([]);

    const set = Object.entries(params).map(([name, value]) => `-set ${name} ${value}`);
    const script = `read_verilog -sv torture.sv; chparam ${set.join(' ')} torture; hierarchy -top torture; proc; write_verilog -noattr net.v`;
    await outputOf('yosys', ['-q', '-p', script], folder);
    const net = await readFile(join(folder, 'net.v'), 'utf8');
    await writeFile(join(folder, 'net.v'), net.replace(/\\\$paramod\S*torture\S*/g, 'torture'));
    await outputOf('iverilog', ['-g2012', '-o', 'net.vvp', 'net.v', 'plain.sv'], folder);
    expect(check(await outputOf('vvp', ['-n', 'net.vvp'], folder)), 'Yosys').toEqual([]);

    const flags = [
      '--binary',
      '--timing',
      '-Wno-fatal',
      '-Wno-lint',
      '--x-assign',
      '0',
      '-j',
      '2',
      '--top-module',
      'bench',
    ];
    const build = ['-MAKEFLAGS', 'OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0', 'torture.sv', 'bench.sv'];
    await outputOf(toolPath('verilator'), [...flags, ...build], folder);
    expect(check(await outputOf('./obj_dir/Vbench', [], folder)), 'Verilator').toEqual([]);
  });
});
