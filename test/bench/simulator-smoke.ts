/**
 * Speed of the compiled simulator on a multiply-accumulate array, built by hand as nested generate loops:
 * `npx tsx test/bench/simulator-smoke.ts [rows columns]`. Verilator runs the 8 x 24 array at about 3000 kcycles/s.
 */
import {
  type Expr,
  type Item,
  type ModuleDef,
  type Nat,
  type Signal,
  type Type,
  lit,
} from '../../src/circuit/index.js';
import { compile, elaborate } from '../../src/simulator/index.js';

const sint = (w: number) => ({ kind: 'sint' as const, width: lit(w) });
const uint = (w: number) => ({ kind: 'uint' as const, width: lit(w) });
const BOOL = { kind: 'bool' as const };
const vec = (count: Nat, element: Type): Type => ({ kind: 'vec', count, element });

/** R x C signed multiply-accumulate cells with a product register, an enable per column and a global stall. */
function macArray(): ModuleDef {
  const [R, C]: Nat[] = [
    { op: 'param', name: 'R' },
    { op: 'param', name: 'C' },
  ];
  if (R === undefined || C === undefined) throw new Error('two parameters');
  const [r, c]: [Nat, Nat] = [
    { op: 'index', name: 'r' },
    { op: 'index', name: 'c' },
  ];
  const signals: Signal[] = [];
  const add = (s: Signal): number => signals.push(s) - 1;
  const input = (name: string, type: Type): number => add({ kind: 'input', name, type });
  const en = input('en', BOOL);
  const clear = input('clear', BOOL);
  const mask = input('mask', vec(C, BOOL));
  const a = input('a', vec(R, sint(8)));
  const w = input('w', vec(C, sint(8)));
  const sum = add({ kind: 'output', name: 'sum', type: uint(32) });
  const prod = add({ kind: 'reg', name: 'prod_q', type: sint(16), domain: 0 });
  const acc = add({ kind: 'reg', name: 'acc_q', type: sint(32), domain: 0 });
  const out = add({ kind: 'wire', name: 'out', type: vec(R, vec(C, sint(32))) });
  const ref = (id: number): Expr => ({ op: 'ref', type: signals[id]?.type ?? BOOL, signal: id });
  const at = (v: Expr, index: Nat, type: Type): Expr => ({ op: 'at', type, vec: v, index });
  const zero: Expr = { op: 'const', type: sint(32), value: 0n };
  const base: Expr = { op: 'mux', type: sint(32), cond: ref(clear), a: zero, b: ref(acc) };
  const wide: Expr = { op: 'convert', fn: 'extend', type: sint(32), a: ref(prod) };
  const cell: Item[] = [
    { item: 'declare', signal: prod },
    { item: 'declare', signal: acc },
    {
      item: 'process',
      body: [
        {
          stmt: 'if',
          cond: ref(en),
          then: [
            {
              stmt: 'next',
              target: { signal: prod, path: [] },
              value: { op: 'binary', type: sint(16), fn: 'mul', a: at(ref(a), r, sint(8)), b: at(ref(w), c, sint(8)) },
            },
            {
              stmt: 'if',
              cond: at(ref(mask), c, BOOL),
              then: [
                {
                  stmt: 'next',
                  target: { signal: acc, path: [] },
                  value: { op: 'binary', type: sint(32), fn: 'addWrap', a: base, b: wide },
                },
              ],
              else: [],
            },
          ],
          else: [],
        },
      ],
    },
    { item: 'assign', target: { signal: out, path: [r, c] }, value: ref(acc) },
  ];
  const last = at(
    at(ref(out), { op: 'sub', a: R, b: lit(1) }, vec(C, sint(32))),
    { op: 'sub', a: C, b: lit(1) },
    sint(32),
  );
  return {
    name: 'mac_array',
    doc: 'Array of multiply-accumulate cells.',
    params: ['R', 'C'].map((name) => ({ kind: 'nat' as const, name, default: 8, min: 1, doc: 'extent' })),
    localParams: [],
    requires: [],
    domains: [{ clock: 'aclk', reset: 'aresetn', asynchronousReset: false }],
    signals,
    streams: [],
    items: [
      {
        item: 'for',
        label: 'row',
        index: 'r',
        count: R,
        items: [{ item: 'for', label: 'col', index: 'c', count: C, items: cell }],
      },
      {
        item: 'assign',
        target: { signal: sum, path: [] },
        value: { op: 'convert', fn: 'reinterpret', type: uint(32), a: last },
      },
    ],
  };
}

function measure(rows: number, columns: number): void {
  const module = macArray();
  const start = performance.now();
  const circuit = elaborate({ top: module.name, modules: { mac_array: module } }, { params: { R: rows, C: columns } });
  const simulation = compile(circuit);
  simulation.tick();
  const first = performance.now() - start;
  simulation.poke('en', 1);
  simulation.poke('mask', (1n << BigInt(columns)) - 1n);
  simulation.port('a').setElements(Array.from({ length: rows }, (_, k) => k * 7 - 20));
  simulation.port('w').setElements(Array.from({ length: columns }, (_, k) => k * 5 - 60));
  simulation.run(20_000);
  const time = (body: () => void): number => {
    const from = performance.now();
    body();
    return performance.now() - from;
  };
  const cycles = Math.ceil(2e7 / (rows * columns));
  const inside = Math.max(...[1, 2, 3].map(() => cycles / time(() => simulation.run(cycles))));
  const a = simulation.port('clear');
  const outside =
    cycles /
    time(() => {
      for (let k = 0; k < cycles; k++) {
        a.setNumber(k & 1);
        simulation.tick();
      }
    });
  const fixed = (n: number): string => n.toFixed(0).padStart(7);
  console.log(
    `mac ${rows} x ${columns}: first cycle ${first.toFixed(1)} ms, ${simulation.codeBytes} bytes of code, ` +
      `run ${fixed(inside)} kcycles/s, poked every cycle ${fixed(outside)} kcycles/s`,
  );
}

const [rows, columns] = process.argv.slice(2).map(Number);
if (rows !== undefined && columns !== undefined) measure(rows, columns);
else
  for (const [r, c] of [
    [8, 24],
    [16, 64],
    [16, 49],
  ] as const)
    measure(r, c);
