import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { externalModules } from '../../src/circuit/index.js';
import {
  bool,
  buildDesign,
  defineBlackBox,
  defineModule,
  input,
  natParam,
  output,
  uint,
  vec,
} from '../../src/hdl/index.js';
import { createInterpreter, createSimulation } from '../../src/simulator/index.js';
import { emitDesign } from '../../src/verilog/index.js';
import { haveTools, lint } from '../verilog/tools.js';

const mask = (width: number): bigint => (1n << BigInt(width)) - 1n;

/** Adds STEP within the cycle, and keeps a running sum of its input. */
const Adder = defineBlackBox({
  name: 'vendor_adder',
  doc: 'adds a constant, and accumulates',
  params: { WIDTH: natParam({ default: 8, min: 1 }), STEP: natParam({ default: 1, min: 0 }) },
  ports: ({ WIDTH }) => ({
    d: input(uint(WIDTH)),
    en: input(bool()),
    y: output(uint(WIDTH)),
    total: output(uint(WIDTH)),
  }),
  module: 'VENDOR_ADDER',
  pins: { d: 'D', en: 'EN', y: 'Y', total: 'TOTAL' },
  fixed: { MODE: 'FAST', LEVEL: 3 },
  clock: 'CLK',
  paths: { y: ['d'] },
  source: 'VENDOR_ADDER.sv',
  model: ({ WIDTH = 0, STEP = 0 }) => {
    let total = 0n;
    return {
      evaluate: ({ d = 0n }) => ({ y: (d + BigInt(STEP)) & mask(WIDTH), total }),
      clock: ({ d = 0n, en }) => {
        if (en === 1n) total = (total + d) & mask(WIDTH);
      },
      save: () => [total],
      restore: ([saved = 0n]) => (total = saved),
    };
  },
});

const stub = `
\`default_nettype none
module VENDOR_ADDER #(
  parameter int WIDTH = 8,
  parameter int STEP = 1,
  parameter MODE = "SLOW",
  parameter int LEVEL = 0
) (
  input  wire logic CLK,
  input  wire logic [WIDTH-1:0] D,
  input  wire logic EN,
  output logic [WIDTH-1:0] Y,
  output logic [WIDTH-1:0] TOTAL
);
  assign Y = D + WIDTH'(STEP);
  initial TOTAL = '0;
  always @(posedge CLK) if (EN && LEVEL == 3 && MODE == "FAST") TOTAL <= TOTAL + D;
endmodule
\`default_nettype wire
`;

/** COUNT adders in a row, whose sums are added up in a register. */
const Chain = defineModule({
  name: 'chain',
  doc: 'adders of a vendor in a row',
  params: { W: natParam({ default: 8, min: 2 }), COUNT: natParam({ default: 3, min: 1 }) },
  ports: ({ W, COUNT }) => ({
    d: input(uint(W)),
    en: input(bool()),
    y: output(uint(W)),
    totals: output(vec(COUNT, uint(W))),
    sum: output(uint(W)),
  }),
  body(b, { d, en, y, totals, sum }, { W, COUNT }) {
    const hop = b.wire('hop', vec(COUNT.plus(1), uint(W)));
    const r = b.regs({ sum: uint(W).reset(0) });
    b.assign(hop.at(0), d);
    b.genFor('link', COUNT, (i) => {
      b.instance(
        'adder',
        Adder,
        { WIDTH: W, STEP: 5 },
        {
          ...{ d: hop.at(i), en, y: hop.at(i.plus(1)), total: totals.at(i) },
        },
      );
    });
    b.assign(y, hop.at(COUNT));
    b.next(r.sum, r.sum.addWrap(hop.at(COUNT)));
    b.assign(sum, r.sum);
  },
});

/** What Chain does, in numbers. */
function* expected(width: number, count: number, inputs: readonly (readonly [number, number])[]) {
  const totals = new Array<bigint>(count).fill(0n);
  let sum = 0n;
  for (const [d, en] of inputs) {
    const hops = totals.map((_, k) => (BigInt(d) + 5n * BigInt(k)) & mask(width));
    const y = (BigInt(d) + 5n * BigInt(count)) & mask(width);
    const packed = totals.reduce((bits, total, k) => bits | (total << BigInt(k * width)), 0n);
    yield { y, totals: packed, sum };
    if (en === 1) hops.forEach((hop, k) => (totals[k] = ((totals[k] ?? 0n) + hop) & mask(width)));
    sum = (sum + y) & mask(width);
  }
}

const forms = [
  ['interpreter', createInterpreter],
  ['WebAssembly', createSimulation],
] as const;
const random = randomStream(5n, 'black boxes');
const stimulus = Array.from({ length: 60 }, () => [random.nextInt(200), random.nextInt(2)] as const);

describe.each(forms)('black boxes in the %s', (_name, create) => {
  it.each([
    [8, 3],
    [40, 1],
    [13, 7],
  ])('run in loops, W = %i, COUNT = %i', (W, COUNT) => {
    const sim = create(buildDesign(Chain), { params: { W, COUNT } });
    expect(sim.ports.map(({ name }) => name)).toEqual(['aresetn', 'd', 'en', 'y', 'totals', 'sum']);
    sim.poke('aresetn', 1);
    const reference = expected(W, COUNT, stimulus);
    for (const [d, en] of stimulus) {
      sim.poke('d', d);
      sim.poke('en', en);
      sim.settle();
      const wanted = reference.next().value;
      expect({ y: sim.peek('y'), totals: sim.peek('totals'), sum: sim.peek('sum') }).toEqual(wanted);
      sim.tick();
    }
  });
  it('come back with a snapshot', () => {
    const sim = create(buildDesign(Chain));
    sim.poke('aresetn', 1);
    const run = (from: number, to: number): string[] =>
      stimulus.slice(from, to).map(([d, en]) => {
        sim.poke('d', d);
        sim.poke('en', en);
        sim.tick();
        sim.settle();
        return `${sim.peek('totals')} ${sim.peek('sum')}`;
      });
    run(0, 10);
    const kept = sim.snapshot();
    const first = run(10, 30);
    expect(run(30, 40)).not.toEqual(first.slice(0, 10));
    sim.restore(kept);
    expect(run(10, 30)).toEqual(first);
    expect(() => sim.restore(new Uint8Array(3))).toThrow('H1108');
  });
  it('run on and stop on an output', () => {
    const Stop = defineModule({
      name: 'stop',
      doc: 'stops at a total',
      params: {},
      ports: () => ({ done: output(bool()) }),
      body(b, { done }) {
        const { total } = b.instance(
          'adder',
          Adder,
          {},
          { d: b.constant(uint(8), 3), en: b.constant(bool(), 1), y: b.wire('y', uint(8)) },
        );
        b.assign(done, total.eq(12));
        b.unused('y', b.let('seen', total));
      },
    });
    const sim = create(buildDesign(Stop));
    expect(sim.runUntil('done', 100)).toBe(4);
    expect(sim.runUntil('done', 100)).toBe(0);
    sim.run(2);
    expect(sim.runUntil('done', 3)).toBe(3);
    expect(() => sim.runUntil('nothing', 3)).toThrow('H1109');
  });
  it('take models by name where the design was copied as data', () => {
    const design = structuredClone(buildDesign(Chain));
    expect(() => create(design)).toThrow(/H1130 +\S+: nobody has said how the external module 'vendor_adder' behaves/);
    const sim = create(design, { blackBoxes: { vendor_adder: () => ({ evaluate: () => ({ y: 9n, total: 2n }) }) } });
    sim.settle();
    expect([sim.peek('y'), sim.peek('totals')]).toEqual([9n, 0x020202n]);
  });
  it('refuse a model whose state snapshots would miss', () => {
    const blackBoxes = { vendor_adder: () => ({ evaluate: () => ({}), clock: () => undefined }) };
    expect(() => create(buildDesign(Chain), { blackBoxes })).toThrow(/H1130 .*snapshots would miss/);
  });
  it('do not settle in a combinational loop', () => {
    const Ring = defineModule({
      name: 'ring',
      doc: 'feeds an adder with its own output',
      params: {},
      ports: () => ({ y: output(uint(8)) }),
      body(b, { y }) {
        const fed = b.wire('fed', uint(8));
        const { total } = b.instance('adder', Adder, {}, { d: fed, en: b.constant(bool(), 0), y: fed });
        b.assign(y, fed.addWrap(total));
      },
    });
    expect(() => create(buildDesign(Ring)).settle()).toThrow(/H1131 +ring: the black boxes adder do not settle/);
  });
});

describe('the text of a black box', () => {
  const design = buildDesign(Chain);
  it('is an instance of the external module, without a body', () => {
    const files = emitDesign(design);
    expect(files.map(({ name }) => name)).toEqual(['chain.sv']);
    const text = files[0]?.text ?? '';
    expect(text.slice(text.indexOf('VENDOR_ADDER #('), text.indexOf(');', text.indexOf('VENDOR_ADDER')) + 2))
      .toMatchInlineSnapshot(`
      "VENDOR_ADDER #(.WIDTH(W), .STEP(5), .MODE("FAST"), .LEVEL(3)) u_adder (
            .CLK  (aclk),
            .D    (hop[i*W +: W]),
            .EN   (en),
            .Y    (hop[(i+1)*W +: W]),
            .TOTAL(totals[i*W +: W])
          );"
    `);
    expect(externalModules(design)).toMatchObject([
      { name: 'vendor_adder', module: 'VENDOR_ADDER', source: 'VENDOR_ADDER.sv' },
    ]);
  });
  it.runIf(haveTools('verilator', 'yosys', 'iverilog'))(
    'is clean beside a stub of the vendor module',
    async () => {
      const files = [...emitDesign(design), { name: 'VENDOR_ADDER.sv', text: stub }];
      expect(await lint(files, 'chain', [{}, { W: 13, COUNT: 1 }])).toBe('');
    },
    60_000,
  );
});
