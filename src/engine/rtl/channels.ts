import {
  bool,
  defineModule,
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
import { peParams } from './pe.js';
import { placeTwins } from './place-twins.js';

/** XG channels of the array with all their slices, and one copy of the operand registers of the lanes. */
export const makeChannels = (kind: ColumnKind) =>
  defineModule({
    name: `engine_channels${kind.suffix}`,
    doc: `XG channels of the PE array, each with G columns of P processing elements

Holds one copy of the operand registers of the lanes, so a lane has to reach no more than XG columns.
Column (m, g) adds lane (g, p) times weight (m, g) to its pixel p. Shadow registers form D chains:
channel m takes what channel m + D has; the last D channels take shadow_in.
Latency 3 cycles from x and w to the sums. live comes one cycle before x and w of its step.`,
    params: {
      P: natParam({ default: 4, min: 1, doc: 'pixels' }),
      G: natParam({ default: 2, min: 1, doc: 'slices' }),
      XG: natParam({ default: 4, min: 1, doc: 'channels' }),
      D: natParam({ default: 1, min: 1, doc: 'channels that leave in a cycle, <= XG' }),
      ...peParams,
    },
    requires: ({ D, XG, W_W }) => [
      requirement(natGe(XG, D), 'chains do not skip a group of channels'),
      ...weightRules(kind, W_W, false),
    ],
    ports: ({ P, G, XG, D, X_W, W_W, ACC_W }) => ({
      live: input(bool(), 'one cycle before x and w'),
      first: input(bool(), 'one cycle after x and w'),
      load: input(bool(), 'two cycles after x and w'),
      x: input(vec(G.times(P), sint(X_W)), 'pixel p of slice g at g * P + p'),
      w: input(vec(XG.times(G), sint(W_W)), 'weight of channel m and slice g at m * G + g'),
      shadow_in: input(uint(D.times(G).times(P).times(ACC_W))),
      shadow: output(uint(D.times(G).times(P).times(ACC_W)), 'shadow registers of the first D channels'),
    }),
    body(b, io, { P, G, XG, D, X_W, W_W, ACC_W }) {
      const COLUMN_W = b.localparam('COLUMN_W', P.times(ACC_W), 'width of the shadow registers of a column');
      const COUNT = kind.packs ? b.localparam('COUNT', kind.count(P), 'operands of a column') : P;
      const OP_W = kind.packs ? b.localparam('OP_W', kind.width(X_W, W_W), 'bits of an operand: two lanes') : X_W;
      const r = b.regs({
        live: bool().doc('the step of the weights exists'),
        x: vec(G.times(COUNT), sint(OP_W)).doc('operands of all columns'),
      });
      b.next(r.live, io.live);
      if (kind.packs)
        b.genFor('row', G, (g) => {
          packLanes(
            b,
            { P, OP_W, W_W },
            (p) => io.x.at(g.times(P).plus(p)),
            (k, operand) => b.next(r.x.at(g.times(COUNT).plus(k)), operand),
          );
        });
      else b.next(r.x, io.x);

      b.comment('shadow registers of every column; behind the last channel stand those of the neighbour');
      const chain = b.wire('chain', vec(XG.plus(D).times(G), uint(COLUMN_W)));
      b.assign(io.shadow, chain.pack().bits(0, D.times(G).times(COLUMN_W)));
      b.genFor('tail', D.times(G), (k) => {
        b.assign(chain.at(XG.times(G).plus(k)), io.shadow_in.bits(k.times(COLUMN_W), COLUMN_W));
      });
      const operands = (g: NatExpr): Sig<Vec<SInt>> =>
        r.x
          .pack()
          .bits(g.times(COUNT).times(OP_W), COUNT.times(OP_W))
          .unpack(vec(COUNT, sint(OP_W)));
      const control = { live: r.live, first: io.first, load: io.load };
      if (kind.packs) {
        placeTwins(b, { P, G, XG, D, X_W, W_W, ACC_W }, { chain, from: 0, slices: G }, (g) => ({
          ...control,
          w: (m) => io.w.at(m.times(G).plus(g)),
          x: operands(g),
        }));
        return;
      }
      b.genFor('channel', XG, (m) => {
        b.genFor('slice', G, (g) => {
          const shadow = b.wire('column_shadow', vec(P, uint(ACC_W)));
          b.instance(
            'column',
            kind.column,
            { P, X_W, W_W, ACC_W },
            {
              ...control,
              w: io.w.at(m.times(G).plus(g)),
              x: operands(g),
              shadow_in: chain.at(m.plus(D).times(G).plus(g)).unpack(vec(P, uint(ACC_W))),
              shadow,
            },
          );
          b.assign(chain.at(m.times(G).plus(g)), shadow.pack());
        });
      });
    },
  });

export const EngineChannels = makeChannels(plainColumns());
