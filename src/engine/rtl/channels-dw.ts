import {
  bool,
  defineModule,
  indexWidth,
  input,
  natGe,
  type NatExpr,
  natParam,
  output,
  requirement,
  type Sig,
  type SInt,
  sint,
  uint,
  type Vec,
  vec,
} from '../../hdl/index.js';
import { type ColumnKind, packLanes, plainColumns, weightRules } from './column-kind.js';
import { laneWidth, operandOf } from './lane.js';
import { peParams } from './pe.js';
import { placeTwins } from './place-twins.js';
import { EngineWindow, wordParams } from './window.js';
import { laneParam } from './windows.js';

const { W_W: weightWidth, ACC_W: sumWidth } = peParams;

/** Numbers of `op`: what a step reduces. */
export const opCodes = { dense: 0, depthwise: 1, max: 2, sum: 3 } as const;

/** XG channels of the array where each has a window of its own beside the shared ones. */
export const makeChannelsDw = (kind: ColumnKind) =>
  defineModule({
    name: `engine_channels_dw${kind.suffix}`,
    doc: `XG channels of the PE array, each with G columns and a private window for the first of them

With op 0 it is engine_channels. With op 1 (depthwise) column 0 of channel m gets lanes of a window on the
words of bank m, and the weight of column slice; the other columns get weight 0. Op 2 keeps the greatest of the
lanes of a tile and adds it once, in the last step; op 3 adds all. There the weight is 1 unless
has_weights. Lanes without lane_live are pad.
Latency as engine_channels. A step's move, tap and read come first, its words and the rest one cycle later,
x and w again one later.`,
    params: {
      P: wordParams.P,
      G: natParam({ default: 2, min: 1, doc: 'slices' }),
      XG: natParam({ default: 4, min: 1, doc: 'channels' }),
      D: natParam({ default: 1, min: 1, doc: 'channels that leave in a cycle, <= XG' }),
      XB: wordParams.XB,
      XU: laneParam,
      W_W: weightWidth,
      ACC_W: sumWidth,
    },
    requires: ({ XG, D, XB, XU, W_W, ACC_W }) => [
      requirement(natGe(XG, D), 'chains do not skip a group of channels'),
      ...weightRules(kind, W_W, true),
      requirement(natGe(ACC_W, laneWidth(XB, XU).plus(W_W)), 'a sum holds a product'),
    ],
    ports: ({ P, G, XG, D, XB, XU, W_W, ACC_W }) => ({
      move: input(bool(), 'a step that is not dense, two cycles before x and w'),
      tap: input(uint(2), 'with move'),
      read: input(bool(), 'with move: the step has words'),
      words: input(vec(XG, uint(P.times(XB))), 'of the banks, one cycle after move'),
      live: input(bool(), 'a step, one cycle before x and w; also the following'),
      op: input(uint(2)),
      fresh: input(bool(), 'first step of a tile'),
      ends: input(bool(), 'last step of a tile'),
      slice: input(uint(indexWidth(G)), 'column whose weight a depthwise step takes'),
      has_weights: input(bool(), '0: the weight is 1'),
      lane_live: input(vec(P, bool()), 'lanes that are pixels'),
      pad: input(uint(XB)),
      is_unsigned: input(bool()),
      first: input(bool(), 'one cycle after x and w'),
      load: input(bool(), 'two cycles after x and w'),
      x: input(vec(G.times(P), sint(laneWidth(XB, XU))), 'shared lanes'),
      w: input(vec(XG.times(G), sint(W_W))),
      shadow_in: input(uint(D.times(G).times(P).times(ACC_W))),
      shadow: output(uint(D.times(G).times(P).times(ACC_W))),
    }),
    body(b, io, { P, G, XG, D, XB, XU, W_W, ACC_W }) {
      const X_W = b.localparam('X_W', laneWidth(XB, XU), 'width of an operand');
      const COLUMN_W = b.localparam('COLUMN_W', P.times(ACC_W), 'width of the shadow registers of a column');
      b.comment('control of this set of channels');
      const c = b.regs({
        move: bool(),
        tap: uint(2),
        read: bool(),
        use: bool().doc('column 0 adds a product'),
        useOthers: bool().doc('so do the others'),
        own: bool().doc('column 0 has its private window'),
        keep: bool().doc('a greatest value waits for the next step'),
        compare: bool().doc('the greatest so far takes part'),
        one: bool().doc('the weight is 1'),
        slice: uint(indexWidth(G)),
        inside: vec(P, bool()),
        pad: uint(XB),
        isUnsigned: bool(),
      });
      const dense = b.let('dense', io.op.eq(opCodes.dense));
      const greatest = b.let('greatest', io.op.eq(opCodes.max));
      b.next(c.move, io.move);
      b.next(c.tap, io.tap);
      b.next(c.read, io.read);
      b.next(c.use, io.live.and(greatest.not().or(io.ends)));
      b.next(c.useOthers, io.live.and(dense));
      b.next(c.own, dense.not());
      b.next(c.keep, greatest.and(io.live.not()));
      b.next(c.compare, greatest.and(io.fresh.not()));
      b.next(c.one, dense.not().and(io.has_weights.not()));
      b.next(c.slice, dense.mux(b.constant(uint(indexWidth(G)), 0), io.slice));
      b.next(c.inside, io.lane_live);
      b.next(c.pad, io.pad);
      b.next(c.isUnsigned, io.is_unsigned);

      b.comment('operands: shared ones of all slices, and for slice 0 one of each channel');
      const COUNT = kind.packs ? b.localparam('COUNT', kind.count(P), 'operands of a column') : P;
      const OP_W = kind.packs ? b.localparam('OP_W', kind.width(X_W, W_W), 'bits of an operand: two lanes') : X_W;
      const shared = b.reg('x', vec(G.times(COUNT), sint(OP_W)));
      const privates = b.reg('own_x', vec(XG.times(P), sint(X_W)));
      const pack = packLanes.bind(undefined, b, { P, OP_W, W_W });
      if (kind.packs)
        b.genFor('row', G, (g) => {
          pack(
            (p) => io.x.at(g.times(P).plus(p)),
            (k, operand) => b.next(shared.at(g.times(COUNT).plus(k)), operand),
          );
        });
      else b.next(shared, io.x);
      b.unused('replaced', shared.pack().bits(0, COUNT.times(OP_W)));
      b.unused('single', c.useOthers.asUInt());

      const operands = (g: NatExpr): Sig<Vec<SInt>> =>
        shared
          .pack()
          .bits(g.times(COUNT).times(OP_W), COUNT.times(OP_W))
          .unpack(vec(COUNT, sint(OP_W)));

      b.comment('shadow registers of every column; behind the last channel stand those of the neighbour');
      const chain = b.wire('chain', vec(XG.plus(D).times(G), uint(COLUMN_W)));
      b.assign(io.shadow, chain.pack().bits(0, D.times(G).times(COLUMN_W)));
      b.genFor('tail', D.times(G), (k) => {
        b.assign(chain.at(XG.times(G).plus(k)), io.shadow_in.bits(k.times(COLUMN_W), COLUMN_W));
      });
      b.genFor('channel', XG, (m) => {
        const pixels = b.wire('pixels', uint(P.times(XB)));
        const { move, tap, read } = c;
        b.instance('window', EngineWindow, { P, XB }, { move, tap, read, word: io.words.at(m), pixels });
        b.genFor('pixel', P, (p) => {
          const operand = privates.at(m.times(P).plus(p));
          const pixel = c.inside.at(p).mux(pixels.bits(p.times(XB), XB), c.pad);
          const lane = b.let('lane', operandOf(pixel, c.isUnsigned, X_W));
          const kept = b.let('kept', c.compare.and(operand.gt(lane)).mux(operand, lane));
          b.when(c.keep.not(), () => b.next(operand, c.own.mux(kept, io.x.at(p))));
        });

        const offered = b.wire('offered', vec(G, sint(W_W)));
        b.genFor('offer', G, (g) => b.assign(offered.at(g), io.w.at(m.times(G).plus(g))));
        const weight = b.let('weight', c.one.mux(b.constant(sint(W_W), kind.binary ? 0 : 1), offered.select(c.slice)));
        const zero = b.wire('column0', vec(P, uint(ACC_W)));
        const shape = { P, X_W, W_W, ACC_W };
        const column = { first: io.first, load: io.load };
        const lanes = privates
          .pack()
          .bits(m.times(P).times(X_W), P.times(X_W))
          .unpack(vec(P, sint(X_W)));
        const own = kind.packs ? b.wire('own_operands', vec(COUNT, sint(OP_W))) : lanes;
        if (kind.packs)
          pack(
            (p) => privates.at(m.times(P).plus(p)),
            (k, operand) => b.assign(own.at(k), operand),
          );
        b.instance('column', kind.column, shape, {
          ...column,
          live: c.use,
          w: weight,
          x: own,
          shadow_in: chain.at(m.plus(D).times(G)).unpack(vec(P, uint(ACC_W))),
          shadow: zero,
        });
        b.assign(chain.at(m.times(G)), zero.pack());
        if (kind.packs) return;
        b.genFor('slice', G.minus(1), (g) => {
          const shadow = b.wire('column_shadow', vec(P, uint(ACC_W)));
          b.instance('columns', kind.column, shape, {
            ...column,
            live: c.useOthers,
            w: offered.at(g.plus(1)),
            x: operands(g.plus(1)),
            shadow_in: chain.at(m.plus(D).times(G).plus(g).plus(1)).unpack(vec(P, uint(ACC_W))),
            shadow,
          });
          b.assign(chain.at(m.times(G).plus(g).plus(1)), shadow.pack());
        });
      });
      if (kind.packs)
        placeTwins(b, { P, G, XG, D, X_W, W_W, ACC_W }, { chain, from: 1, slices: G.minus(1) }, (g) => ({
          ...{ live: c.useOthers, first: io.first, load: io.load },
          w: (m) => io.w.at(m.times(G).plus(g)),
          x: operands(g),
        }));
    },
  });

export const EngineChannelsDw = makeChannelsDw(plainColumns());
