/** Small modules that together use every construct of the printer. */
import type { Design } from '../../src/circuit/index.js';
import {
  bool,
  buildDesign,
  clog2,
  defineModule,
  enumOf,
  imageParam,
  indexWidth,
  input,
  natGe,
  natEq,
  natParam,
  output,
  requirement,
  sink,
  sint,
  source,
  uint,
  vec,
} from '../../src/hdl/index.js';

const width = (value = 8) => natParam({ default: value, min: 1, doc: 'width in bits' });

const MacArray = defineModule({
  name: 'mac_array',
  doc: `P x M output-stationary multiply-accumulate array

Every enabled cycle, PE (p, m) adds x[p] * w[m]; first starts a new sum, last copies all sums into the drain registers,
which then leave through sum one column a cycle while the next tile accumulates.
Latency from operands to sum register: 3 cycles. No backpressure inside: en freezes the pipeline.`,
  params: {
    P: natParam({ default: 4, min: 1, doc: 'pixel lanes (rows)' }),
    M: natParam({ default: 8, min: 1, doc: 'output channels (columns)' }),
    X_W: natParam({ default: 8, min: 2, doc: 'activation width, signed' }),
    W_W: natParam({ default: 8, min: 2, doc: 'weight width, signed' }),
    ACC_W: natParam({ default: 32, min: 4, doc: 'accumulator width' }),
  },
  requires: ({ X_W, W_W, ACC_W }) => [requirement(natGe(ACC_W, X_W.plus(W_W)), 'a sum holds a product')],
  ports: ({ P, M, X_W, W_W, ACC_W }) => ({
    en: input(bool()),
    first: input(bool()),
    last: input(bool()),
    shift: input(bool()),
    x: input(vec(P, sint(X_W))),
    w: input(vec(M, sint(W_W))),
    sum: output(vec(P, sint(ACC_W))),
  }),
  body(b, io, { P, M, X_W, W_W, ACC_W }) {
    b.comment('operands and control, registered once for the whole array');
    const r = b.regs({
      x: vec(P, sint(X_W)),
      w: vec(M, sint(W_W)),
      first: bool(),
      first2: bool(),
      last: bool(),
      last2: bool(),
    });
    b.when(io.en, () => {
      b.next(r.x, io.x);
      b.next(r.w, io.w);
      b.next(r.first, io.first);
      b.next(r.first2, r.first);
      b.next(r.last, io.last);
      b.next(r.last2, r.last);
    });
    b.comment('drain[m] feeds drain[m-1]; the column past the last one is zero');
    const drain = b.wire('drain', vec(M.plus(1), vec(P, sint(ACC_W))));
    b.genFor('past', P, (p) => b.assign(drain.at(M).at(p), 0));
    b.assign(io.sum, drain.at(0));
    b.genFor('column', M, (m) => {
      b.genFor('pe', P, (p) => {
        const a = b.let('a', r.x.at(p));
        const c = b.let('b', r.w.at(m));
        const q = b.regs({ product: sint(X_W.plus(W_W)), acc: sint(ACC_W), drain: sint(ACC_W) });
        const next = b.let('acc_d', r.first2.mux(b.constant(sint(ACC_W), 0), q.acc).addWrap(q.product.extend(ACC_W)));
        b.when(io.en, () => {
          b.next(q.product, a.mul(c));
          b.next(q.acc, next);
        });
        b.when(io.en.and(r.last2), () => b.next(q.drain, next)).elseWhen(io.shift, () =>
          b.next(q.drain, drain.at(m.plus(1)).at(p)),
        );
        b.assign(drain.at(m).at(p), q.drain);
      });
    });
  },
});

const Pe = defineModule({
  name: 'pe',
  doc: 'forwards the activation one cycle later; the sum ripples through without a register',
  params: { A_W: width(), S_W: width(16) },
  requires: ({ A_W, S_W }) => [requirement(natGe(S_W, A_W), 'a sum holds an activation')],
  ports: ({ A_W, S_W }) => ({
    a: input(sint(A_W)),
    sum: input(sint(S_W)),
    aOut: output(sint(A_W)),
    sumOut: output(sint(S_W)),
  }),
  body(b, io, { S_W }) {
    const r = b.regs({ a: io.a.type.reset(0) });
    b.next(r.a, io.a);
    b.assign(io.aOut, r.a);
    b.assign(io.sumOut, io.sum.addWrap(io.a.extend(S_W)));
  },
});

const Row = defineModule({
  name: 'pe_row',
  doc: 'N processing elements in a row',
  params: { N: natParam({ default: 4, min: 1, doc: 'elements' }), A_W: width(), S_W: width(16) },
  requires: ({ A_W, S_W }) => [requirement(natGe(S_W, A_W), 'a sum holds an activation')],
  ports: ({ A_W, S_W }) => ({ a: input(sint(A_W)), sum: output(sint(S_W)) }),
  body(b, io, { N, A_W, S_W }) {
    b.comment('N + 1 taps: no element is special');
    const hop = b.wire('hop', vec(N.plus(1), sint(A_W)));
    const sums = b.wire('sums', vec(N.plus(1), sint(S_W)));
    b.assign(hop.at(0), io.a);
    b.assign(sums.at(0), 0);
    b.genFor('pe', N, (i) => {
      b.instance(
        'pe',
        Pe,
        { A_W, S_W },
        {
          a: hop.at(i),
          sum: sums.at(i),
          aOut: hop.at(i.plus(1)),
          sumOut: sums.at(i.plus(1)),
        },
      );
    });
    b.assign(io.sum, sums.at(N));
  },
});

const Rom = defineModule({
  name: 'rom',
  doc: 'read-only memory with a registered output',
  params: { W: width(), DEPTH: natParam({ default: 6, min: 1, doc: 'words' }), IMAGE: imageParam('contents') },
  ports: ({ W, DEPTH }) => ({ address: input(uint(indexWidth(DEPTH))), data: output(uint(W)) }),
  body(b, io, { W, DEPTH, IMAGE }) {
    const words = b.rom('words', uint(W), DEPTH, IMAGE, { style: 'block', doc: 'one word an address' });
    const r = b.regs({ data: uint(W) });
    b.next(r.data, words.read(io.address));
    b.assign(io.data, r.data);
  },
});

const RomPair = defineModule({
  name: 'rom_pair',
  doc: 'two memories of one shape, one with contents of its own',
  params: { W: width(), IMAGE: imageParam('contents of the first') },
  ports: ({ W }) => ({ address: input(uint(3)), sum: output(uint(W.plus(1))) }),
  body(b, io, { W, IMAGE }) {
    const file = { op: 'image', image: { file: 'squares.mem', width: 8, words: [0n, 1n, 4n, 9n, 16n, 25n] } } as const;
    const one = b.instance('one', Rom, { W, DEPTH: 6, IMAGE }, { address: io.address });
    const two = b.instance('two', Rom, { W, DEPTH: 6, IMAGE: file.image }, { address: io.address });
    b.assign(io.sum, one.data.add(two.data));
  },
});

const Loader = defineModule({
  name: 'loader',
  doc: 'waits for a request, counts COUNT beats, and reports',
  params: { W: width(), COUNT: natParam({ default: 10, min: 2, max: 1000, doc: 'beats of a request' }) },
  ports: ({ W }) => ({
    start: input(bool()),
    s_axis: sink(uint(W)),
    busy: output(bool()),
    step: output(uint(2)),
    low: output(uint(2)),
  }),
  body(b, io, { COUNT }) {
    const COUNT_W = b.localparam('COUNT_W', clog2(COUNT), 'counts the beats');
    const state = b.reg('state', enumOf('state', 'idle', 'load', 'done').startsAt('idle'));
    const count = b.reg('count', uint(COUNT_W).doc('beats so far'));
    const step = b.wire('step_d', uint(2));
    const low = b.wire('low_d', uint(2));
    const last = b.let('last', count.eq(COUNT.minus(1)));
    b.assign(io.busy, state.is('idle').not());
    b.assign(io.step, step);
    b.assign(io.low, low);
    b.assign(io.s_axis.ready, state.is('load'));
    b.unused('data', io.s_axis.data);
    b.switch(state, {
      idle: () => {
        b.next(count, 0);
        b.when(io.start, () => b.next(state, state.type.members.indexOf('load')));
      },
      load: () =>
        b.when(io.s_axis.valid, () => {
          b.next(count, count.inc());
          b.when(last, () => b.next(state, 2));
        }),
      done: () => b.next(state, 0),
    });
    b.comb(() => {
      b.assign(step, 0);
      b.assign(low, 0);
      b.switch(state, {
        idle: () => undefined,
        load: () => {
          b.assign(step, 1);
          b.when(count.bit(0), () => b.assign(low, count.add(count).truncate(1).extend(2)));
        },
        done: () => b.assign(step, 2),
      });
    });
  },
});

const Options = defineModule({
  name: 'options',
  doc: 'passes, delays or sums its lanes, as the parameters say',
  params: {
    W: width(),
    N: natParam({ default: 3, min: 1, doc: 'lanes' }),
    STAGES: natParam({ default: 1, min: 0, doc: 'registers on the way' }),
    SPARE: natParam({ default: 1, min: 1, doc: 'not used' }),
  },
  ports: ({ W, N }) => ({
    x: input(vec(N, uint(W))),
    pick: input(uint(4)),
    spare: input(uint(W)),
    chosen: output(uint(W)),
    total: output(uint(W.plus(clog2(N)))),
    ones: output(uint(clog2(W.plus(1)))),
    carry: output(bool()),
  }),
  body(b, io, { W, N, STAGES }) {
    const chosen = b.wire('chosen_d', uint(W));
    b.assign(chosen, io.x.select(io.pick));
    b.genIf(
      'delay',
      natEq(STAGES, 0),
      () => b.assign(io.chosen, chosen),
      () => {
        const held = b.reg('held', uint(W).reset(0));
        b.next(held, chosen);
        b.assign(io.chosen, held);
      },
    );
    b.assign(io.total, io.x.sum());
    b.assign(io.ones, io.x.at(0).popcount());
    const carry = b.wire('chain', vec(N.plus(1), bool()).doc('parity of the lanes so far'));
    b.assign(carry.at(0), 0);
    b.genFor('parity', N, (i) => b.assign(carry.at(i.plus(1)), carry.at(i).xor(io.x.at(i).parity())));
    b.assign(io.carry, carry.at(N));
    b.unused('spare', io.spare);
  },
});

const Slice = defineModule({
  name: 'register_slice',
  doc: `two-entry AXI4-Stream register slice

Cuts tvalid, tdata and tready: no combinational path crosses it in either direction.
Latency 1 cycle, full throughput, capacity 2 beats. tvalid is low after reset.`,
  params: { W: natParam({ default: 8, min: 1, doc: 'payload width in bits, >= 1 (tdata with its sideband, packed)' }) },
  ports: ({ W }) => ({ s_axis: sink(uint(W)), m_axis: source(uint(W)) }),
  body(b, { s_axis: s, m_axis: m }, { W }) {
    const r = b.regs({
      outValid: bool().reset(0).doc('the beat that downstream sees'),
      out: uint(W),
      holdValid: bool().reset(0).doc('the beat that arrived while downstream stalled'),
      hold: uint(W),
    });
    const accept = b.let('accept', s.fire, 'a beat enters');
    const advance = b.let('advance', m.ready.or(r.outValid.not()), 'the output register is free or is being read');
    b.assign(s.ready, r.holdValid.not());
    b.assign(m.valid, r.outValid);
    b.assign(m.data, r.out);
    b.when(advance, () => {
      b.next(r.outValid, accept.or(r.holdValid));
      b.next(r.out, r.holdValid.mux(r.hold, s.data));
      b.next(r.holdValid, 0);
    }).elseWhen(accept, () => b.next(r.holdValid, 1));
    b.when(accept.and(advance.not()), () => b.next(r.hold, s.data));
  },
});

/** Comparisons that some values of the parameters decide: all are false or true there, and no reader objects. */
const Bounds = defineModule({
  name: 'bounds',
  doc: 'comparisons with constants that may be the greatest value\n\nCombinational.',
  params: {
    W: natParam({ default: 8, min: 1, doc: 'width of x' }),
    N: natParam({ default: 5, min: 1, doc: 'greatest legal count' }),
  },
  ports: ({ W, N }) => ({
    x: input(uint(W)),
    count: input(uint(clog2(N.plus(1)))),
    code: input(uint(4)),
    above: output(vec(3, bool())),
    notAbove: output(vec(3, bool())),
  }),
  body(b, { x, count, code, above, notAbove }, { N }) {
    b.assign(above.at(0), x.gt(1));
    b.assign(above.at(1), count.gt(N));
    b.assign(above.at(2), code.gt(14));
    b.assign(notAbove.at(0), x.gt(1).not());
    b.assign(notAbove.at(1), count.le(N));
    b.assign(notAbove.at(2), code.le(15));
  },
});

/** Generate blocks in generate blocks, each with a signal, a register and a choice of its own. */
const Nested = defineModule({
  name: 'nested',
  doc: 'blocks within blocks\n\nLatency 1 cycle.',
  params: {
    OUTER: natParam({ default: 3, min: 1, doc: 'outer count' }),
    INNER: natParam({ default: 2, min: 1, doc: 'inner count' }),
    ELEMENT_W: natParam({ default: 4, min: 1, doc: 'width' }),
  },
  ports: (p) => {
    const element = uint(p.ELEMENT_W);
    const whole = vec(p.OUTER, vec(p.INNER, element));
    return { inputElements: input(whole), outputElements: output(whole) };
  },
  body(b, { inputElements, outputElements }, p) {
    b.genFor('outerIteration', p.OUTER, (i) => {
      b.genFor('innerIteration', p.INNER, (j) => {
        const element = b.reg('elementOfThisIteration', uint(p.ELEMENT_W).reset(0));
        b.genIf(
          'widerThanOneBit',
          natGe(p.ELEMENT_W, 2),
          () => b.next(element, inputElements.at(i).at(j).addWrap(element)),
          () => b.next(element, inputElements.at(i).at(j).xor(element)),
        );
        b.assign(outputElements.at(i).at(j), element);
      });
    });
  },
});

/** The same design with every reset asynchronous. */
function asynchronous(design: Design): Design {
  const modules = Object.entries(design.modules).map(([name, def]) => {
    const domains = def.domains.map((domain) => ({ ...domain, asynchronousReset: true }));
    return [name, { ...def, domains }] as const;
  });
  return { ...design, modules: Object.fromEntries(modules) };
}

export interface Sample {
  readonly name: string;
  readonly design: Design;
  /** Parameter values to lint at. */
  readonly at: readonly Readonly<Record<string, number>>[];
}

export const samples: readonly Sample[] = [
  { name: 'register_slice', design: buildDesign(Slice), at: [{ W: 8 }, { W: 1 }, { W: 65 }] },
  { name: 'register_slice_async', design: asynchronous(buildDesign(Slice)), at: [{ W: 8 }] },
  {
    name: 'mac_array',
    design: buildDesign(MacArray),
    at: [{}, { P: 1, M: 1, X_W: 2, W_W: 2, ACC_W: 4 }, { P: 3, M: 2, X_W: 5, W_W: 7, ACC_W: 13 }],
  },
  { name: 'pe_row', design: buildDesign(Row), at: [{}, { N: 1, A_W: 1, S_W: 1 }, { N: 5, A_W: 3, S_W: 40 }] },
  { name: 'bounds', design: buildDesign(Bounds), at: [{}, { W: 1, N: 1 }, { W: 2, N: 3 }, { W: 64, N: 15 }] },
  {
    name: 'nested',
    design: buildDesign(Nested),
    at: [{}, { OUTER: 1, INNER: 1, ELEMENT_W: 1 }, { OUTER: 5, INNER: 7, ELEMENT_W: 9 }],
  },
  { name: 'rom_pair', design: buildDesign(RomPair), at: [{}, { W: 5 }] },
  { name: 'loader', design: buildDesign(Loader), at: [{}, { W: 1, COUNT: 3 }, { COUNT: 1000 }] },
  {
    name: 'options',
    design: buildDesign(Options),
    at: [{}, { W: 1, N: 1, STAGES: 0 }, { W: 9, N: 8, STAGES: 2 }, { W: 4, N: 16, SPARE: 7 }, { N: 20 }],
  },
];
