/**
 * Random netlists without any structure to exploit: 32-bit add, xor, and, multiplex, shift, multiply, one wire a node,
 * one register for twenty nodes. One seed gives one netlist, as a circuit and as SystemVerilog text written directly.
 */
import { randomStream } from '../../../src/base/random.js';
import {
  type Design,
  type Expr,
  type Item,
  type ModuleDef,
  type ScalarType,
  type Signal,
  lit,
} from '../../../src/circuit/index.js';

const WORD: ScalarType = { kind: 'uint', width: lit(32) };
const BOOL: ScalarType = { kind: 'bool' };

/** An operation on earlier values; operands are numbers of values, or for shifts a distance. */
interface Gate {
  readonly op: 'add' | 'xor' | 'and' | 'mux' | 'shl' | 'shr' | 'mul';
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Values 0 .. registers - 1 are registers, the next one is the input, then one a gate. */
export interface Netlist {
  readonly registers: number;
  readonly gates: readonly Gate[];
  /** The gate whose value each register takes. */
  readonly next: readonly number[];
  /** The value that leaves. */
  readonly out: number;
}

export function randomNetlist(nodes: number): Netlist {
  const r = randomStream(BigInt(nodes), 'netlist');
  const registers = Math.max(1, Math.round(nodes / 20));
  const gates: Gate[] = [];
  const unused: number[] = [];
  const first = registers + 1;
  // Half of the operands come from what nobody reads yet, so that next to nothing is dead.
  const operand = (): number => {
    if (unused.length > 4 && r.nextInt(2) === 0) {
      const k = r.nextInt(unused.length);
      const value = unused[k] ?? 0;
      unused[k] = unused.at(-1) ?? 0;
      unused.pop();
      return value;
    }
    return r.nextInt(first + gates.length);
  };
  const ops = ['add', 'xor', 'and', 'mux', 'shift', 'mul'] as const;
  while (gates.length + unused.length < nodes + registers) {
    const pick = ops[r.nextInt(ops.length)] ?? 'add';
    const a = operand();
    if (pick === 'shift') gates.push({ op: r.nextInt(2) === 0 ? 'shl' : 'shr', a, b: 1 + r.nextInt(31), c: 0 });
    else gates.push({ op: pick, a, b: operand(), c: pick === 'mux' ? operand() : 0 });
    unused.push(first + gates.length - 1);
  }
  const next = Array.from({ length: registers }, () => unused.pop() ?? first + r.nextInt(gates.length));
  while (unused.length > 1) {
    gates.push({ op: 'xor', a: unused.pop() ?? 0, b: unused.pop() ?? 0, c: 0 });
    unused.unshift(first + gates.length - 1);
  }
  return { registers, gates, next, out: unused[0] ?? 0 };
}

const nameOf = (n: Netlist, value: number): string =>
  value < n.registers ? `r${value}_q` : value === n.registers ? 'x' : `n${value - n.registers - 1}`;

/** Every register starts at a value of its own. */
const resetOf = (register: number): number => (register * 0x9e3779b9 + 0x1234567) >>> 0;

function netlistModule(n: Netlist): ModuleDef {
  const signals: Signal[] = [
    { kind: 'input', name: 'x', type: WORD },
    { kind: 'output', name: 'y', type: WORD },
  ];
  const idOf = (value: number): number => (value < n.registers ? 2 + value : value === n.registers ? 0 : 2 + value - 1);
  for (let k = 0; k < n.registers; k++) {
    const reset: Expr = { op: 'const', type: WORD, value: BigInt(resetOf(k)) };
    signals.push({ kind: 'reg', name: nameOf(n, k), type: WORD, domain: 0, reset });
  }
  const ref = (value: number): Expr => ({ op: 'ref', type: WORD, signal: idOf(value) });
  const declare = (signal: number): Item => ({ item: 'declare', signal });
  const items: Item[] = [
    ...n.next.map((_, k) => declare(idOf(k))),
    ...n.gates.flatMap((g, k): Item[] => {
      const signal = signals.push({ kind: 'wire', name: `n${k}`, type: WORD }) - 1;
      return [declare(signal), { item: 'assign', target: { signal, path: [] }, value: gateExpr(g, ref) }];
    }),
  ];
  items.push({
    item: 'process',
    body: n.next.map((value, k) => ({ stmt: 'next', target: { signal: idOf(k), path: [] }, value: ref(value) })),
  });
  items.push({ item: 'assign', target: { signal: 1, path: [] }, value: ref(n.out) });
  return module('irregular', signals, items);
}

function gateExpr(g: Gate, ref: (value: number) => Expr): Expr {
  const binary = (fn: 'addWrap' | 'xor' | 'and' | 'shl' | 'shr', b: Expr): Expr => ({
    op: 'binary',
    type: WORD,
    fn,
    a: ref(g.a),
    b,
  });
  switch (g.op) {
    case 'add':
      return binary('addWrap', ref(g.b));
    case 'xor':
    case 'and':
      return binary(g.op, ref(g.b));
    case 'shl':
    case 'shr':
      return binary(g.op, { op: 'const', type: { kind: 'uint', width: lit(5) }, value: BigInt(g.b) });
    case 'mul': {
      const wide: ScalarType = { kind: 'uint', width: lit(64) };
      return {
        op: 'convert',
        fn: 'truncate',
        type: WORD,
        a: { op: 'binary', type: wide, fn: 'mul', a: ref(g.a), b: ref(g.b) },
      };
    }
    case 'mux': {
      const bit: Expr = { op: 'slice', type: { kind: 'uint', width: lit(1) }, a: ref(g.c), low: lit(0) };
      return {
        op: 'mux',
        type: WORD,
        cond: { op: 'convert', fn: 'reinterpret', type: BOOL, a: bit },
        a: ref(g.a),
        b: ref(g.b),
      };
    }
  }
}

function module(name: string, signals: readonly Signal[], items: readonly Item[]): ModuleDef {
  return {
    name,
    doc: 'random netlist',
    params: [],
    localParams: [],
    requires: [],
    domains: [{ clock: 'aclk', reset: 'aresetn', asynchronousReset: false }],
    signals,
    streams: [],
    items,
  };
}

export const irregularDesign = (n: Netlist): Design => ({ top: 'irregular', modules: { irregular: netlistModule(n) } });

/** The netlist with its testbench: xorshift in, a checksum of what leaves. */
export function irregularBench(n: Netlist): Design {
  const constant = (value: number): Expr => ({ op: 'const', type: WORD, value: BigInt(value) });
  const ref = (signal: number): Expr => ({ op: 'ref', type: WORD, signal });
  const shift = (fn: 'shl' | 'shr', a: Expr, by: number): Expr => ({
    op: 'binary',
    type: WORD,
    fn,
    a,
    b: { op: 'const', type: { kind: 'uint', width: lit(5) }, value: BigInt(by) },
  });
  const mix = (fn: 'xor' | 'or', a: Expr, b: Expr): Expr => ({ op: 'binary', type: WORD, fn, a, b });
  const signals: Signal[] = [
    { kind: 'output', name: 'checksum', type: WORD },
    { kind: 'reg', name: 'random_q', type: WORD, domain: 0, reset: constant(0x12345678) },
    { kind: 'reg', name: 'checksum_q', type: WORD, domain: 0, reset: constant(0) },
    { kind: 'wire', name: 's1', type: WORD },
    { kind: 'wire', name: 's2', type: WORD },
    { kind: 'wire', name: 's3', type: WORD },
    { kind: 'wire', name: 'y', type: WORD },
  ];
  const assign = (signal: number, value: Expr): Item => ({ item: 'assign', target: { signal, path: [] }, value });
  const turned = mix('or', shift('shl', ref(2), 5), shift('shr', ref(2), 27));
  const items: Item[] = [
    assign(3, mix('xor', ref(1), shift('shl', ref(1), 13))),
    assign(4, mix('xor', ref(3), shift('shr', ref(3), 17))),
    assign(5, mix('xor', ref(4), shift('shl', ref(4), 5))),
    {
      item: 'instance',
      name: 'dut',
      module: 'irregular',
      actuals: {},
      bindings: { x: { dir: 'input', value: ref(5) }, y: { dir: 'output', target: { signal: 6, path: [] } } },
    },
    {
      item: 'process',
      body: [
        { stmt: 'next', target: { signal: 1, path: [] }, value: ref(5) },
        { stmt: 'next', target: { signal: 2, path: [] }, value: mix('xor', turned, ref(6)) },
      ],
    },
    assign(0, ref(2)),
  ];
  return {
    top: 'irregular_bench',
    modules: { irregular: netlistModule(n), irregular_bench: module('irregular_bench', signals, items) },
  };
}

/** The netlist as a person's script would print it: one wire a gate, one process. */
export function irregularText(n: Netlist): string {
  const v = (value: number): string => nameOf(n, value);
  const text = (g: Gate): string => {
    switch (g.op) {
      case 'add':
        return `${v(g.a)} + ${v(g.b)}`;
      case 'xor':
        return `${v(g.a)} ^ ${v(g.b)}`;
      case 'and':
        return `${v(g.a)} & ${v(g.b)}`;
      case 'mul':
        return `${v(g.a)} * ${v(g.b)}`;
      case 'shl':
        return `${v(g.a)} << ${g.b}`;
      case 'shr':
        return `${v(g.a)} >> ${g.b}`;
      case 'mux':
        return `${v(g.c)}[0] ? ${v(g.a)} : ${v(g.b)}`;
    }
  };
  const registers = n.next.map((_, k) => `  reg [31:0] ${v(k)};`);
  const gates = n.gates.map((g, k) => `  wire [31:0] n${k} = ${text(g)};`);
  const resets = n.next.map((_, k) => `      ${v(k)} <= 32'd${resetOf(k)};`);
  const nexts = n.next.map((value, k) => `      ${v(k)} <= ${v(value)};`);
  return [
    'module irregular (input wire aclk, input wire aresetn, input wire [31:0] x, output wire [31:0] y);',
    ...registers,
    ...gates,
    '  always @(posedge aclk)',
    '    if (!aresetn) begin',
    ...resets,
    '    end else begin',
    ...nexts,
    '    end',
    `  assign y = ${v(n.out)};`,
    'endmodule',
    '',
  ].join('\n');
}
