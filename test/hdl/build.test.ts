import { describe, expect, it } from 'vitest';
import {
  bool,
  type Builder,
  buildDesign,
  bundle,
  defineModule,
  enumOf,
  input,
  natGt,
  natParam,
  type NatExpr,
  output,
  requirement,
  type Sig,
  type UInt,
  natGe,
  sink,
  sint,
  source,
  uint,
  vec,
} from '../../src/hdl/index.js';
import { interpret, elaborate } from '../../src/simulator/index.js';

/** A module with inputs a, b and output y of W bits; `body` fills it. */
function block(body: (b: Builder, io: ReturnType<typeof ports>) => void) {
  return buildDesign(
    defineModule({
      name: 'block',
      doc: 'test',
      params: { W: natParam({ default: 8, min: 1 }) },
      ports: ({ W }) => ports(W),
      body: (b, io) => body(b, io as never),
    }),
  );
}
const ports = (W: NatExpr) => ({ a: input(uint(W)), b: input(uint(W)), y: output(uint(W)) });

type Io = { a: Sig<UInt>; b: Sig<UInt>; y: Sig<UInt> };

describe('a module that the kit builds', () => {
  it('is plain data with names from object keys', () => {
    const design = block(((b: Builder, io: Io) => {
      const r = b.regs({ holdValue: uint(io.a.type.width) });
      b.next(r.holdValue, io.a.addWrap(io.b));
      b.assign(io.y, r.holdValue);
    }) as never);
    const module = design.modules.block!;
    expect(module.signals.map((signal) => signal.name)).toEqual(['a', 'b', 'y', 'hold_value_q']);
    expect(module.items.map((item) => item.item)).toEqual(['declare', 'process', 'assign']);
    expect(module.signals[3]!.place!.file).toBe('test/hdl/build.test.ts');
  });

  it('keeps a generate loop as one item with a symbolic count', () => {
    const Lanes = defineModule({
      name: 'lanes',
      doc: 'test',
      params: { N: natParam({ default: 3, min: 1 }) },
      ports: ({ N }) => ({ x: input(vec(N, sint(4))), y: output(vec(N, sint(5))) }),
      body(b, { x, y }, { N }) {
        b.genFor('lane', N, (i) => b.assign(y.at(i), x.at(i).add(x.at(i))));
      },
    });
    const module = buildDesign(Lanes).modules.lanes!;
    expect(module.items).toHaveLength(1);
    expect(module.items[0]).toMatchObject({
      item: 'for',
      label: 'lane',
      index: 'i',
      count: { op: 'param', name: 'N' },
    });
  });

  it('gives unconnected outputs of an instance back as wires', () => {
    const Inner = defineModule({
      name: 'inner',
      doc: 'test',
      params: { W: natParam({ default: 2, min: 1 }) },
      ports: ({ W }) => ({ x: input(uint(W)), y: output(uint(W.plus(1))) }),
      body: (b, { x, y }) => b.assign(y, x.add(1)),
    });
    const Outer = defineModule({
      name: 'outer',
      doc: 'test',
      params: { V: natParam({ default: 4, min: 1 }) },
      ports: ({ V }) => ({ x: input(uint(V)), y: output(uint(V.plus(1))) }),
      body: (b, { x, y }, { V }) => b.assign(y, b.instance('one', Inner, { W: V }, { x }).y),
    });
    const design = buildDesign(Outer);
    expect(Object.keys(design.modules)).toEqual(['inner', 'outer']);
    const sim = interpret(elaborate(design, { params: { V: 6 } }));
    sim.poke('x', 63);
    sim.settle();
    expect(sim.peek('y')).toBe(64n);
  });

  it('takes a frozen parameter out of the list and into the name', () => {
    const Repeat = defineModule({
      name: 'repeat_add',
      doc: 'test',
      params: { K: natParam({ default: 2, min: 1 }), W: natParam({ default: 8, min: 1 }) },
      ports: ({ W }) => ({ x: input(uint(W)), y: output(uint(W)) }),
      body(b, { x, y }, { K }) {
        let sum = x;
        for (let k = 0; k < b.freeze(K, 'structure differs'); k++) sum = sum.addWrap(x);
        b.assign(y, sum);
      },
    });
    const design = buildDesign(Repeat, { K: 3 });
    expect(design.top).toBe('repeat_add_k3');
    expect(design.modules.repeat_add_k3!.params.map((param) => param.name)).toEqual(['W']);
  });

  it('streams carry bundles with their field names', () => {
    const Pass = defineModule({
      name: 'pass',
      doc: 'test',
      params: {},
      ports: () => ({
        s_axis: sink(bundle({ tdata: uint(8), tlast: bool() })),
        m_axis: source(bundle({ tdata: uint(8), tlast: bool() })),
      }),
      body: (b, { s_axis, m_axis }) => b.connect(m_axis, s_axis),
    });
    const module = buildDesign(Pass).modules.pass!;
    expect(module.signals.map((signal) => signal.name)).toEqual([
      's_axis_tvalid',
      's_axis_tready',
      's_axis_tdata',
      's_axis_tlast',
      'm_axis_tvalid',
      'm_axis_tready',
      'm_axis_tdata',
      'm_axis_tlast',
    ]);
    expect(module.streams.map(({ name, role, last }) => [name, role, last])).toEqual([
      ['s_axis', 'sink', 3],
      ['m_axis', 'source', 7],
    ]);
  });

  it('runs an enumeration through a switch', () => {
    const state = enumOf('state', 'idle', 'run', 'done');
    const Machine = defineModule({
      name: 'machine',
      doc: 'test',
      params: {},
      ports: () => ({ go: input(bool()), busy: output(bool()) }),
      body(b, { go, busy }) {
        const r = b.regs({ at: state.startsAt('idle') });
        b.assign(busy, r.at.is('run'));
        b.switch(r.at, {
          idle: () => b.when(go, () => b.next(r.at, 1)),
          run: () => b.next(r.at, 2),
          done: () => b.next(r.at, 0),
        });
      },
    });
    const sim = interpret(elaborate(buildDesign(Machine)));
    const busy: bigint[] = [];
    sim.poke('aresetn', 0);
    sim.tick();
    sim.poke('aresetn', 1);
    for (const go of [0, 1, 0, 0, 0]) {
      sim.poke('go', go);
      sim.settle();
      busy.push(sim.peek('busy'));
      sim.tick();
    }
    expect(busy).toEqual([0n, 0n, 1n, 0n, 0n]);
  });
});

describe('what the kit accepts', () => {
  it('a default before the when is enough', () => {
    const design = block(((b: Builder, { a, b: other, y }: Io) =>
      b.comb(() => {
        b.assign(y, 0);
        b.when(a.eq(other), () => b.assign(y, 1));
      })) as never);
    expect(design.modules.block!.items).toHaveLength(1);
  });
  it('requires clauses prove what they state', () => {
    const Cut = defineModule({
      name: 'cut',
      doc: 'test',
      params: { W: natParam({ default: 8, min: 1 }), V: natParam({ default: 4, min: 1 }) },
      requires: ({ W, V }) => [requirement(natGe(W, V), 'the output is a part of the input')],
      ports: ({ W, V }) => ({ x: input(uint(W)), y: output(uint(V)) }),
      body: (b, { x, y }, { V }) => b.assign(y, x.truncate(V)),
    });
    expect(buildDesign(Cut).modules.cut!.requires).toHaveLength(1);
  });
  it('a generate condition proves widths inside it', () => {
    const Maybe = defineModule({
      name: 'maybe',
      doc: 'test',
      params: { W: natParam({ default: 8, min: 1 }) },
      ports: ({ W }) => ({ x: input(uint(W)), y: output(bool()) }),
      body(b, { x, y }, { W }) {
        b.genIf(
          'wide',
          natGt(W, 3),
          () => b.assign(y, x.bit(3)),
          () => b.assign(y, x.bit(0)),
        );
      },
    });
    expect(buildDesign(Maybe).modules.maybe!.items[0]).toMatchObject({ item: 'if', label: 'wide' });
  });
});
