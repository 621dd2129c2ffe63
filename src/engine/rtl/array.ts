import {
  type Bool,
  bool,
  type Builder,
  cat,
  defineModule,
  input,
  natEq,
  type NatExpr,
  natGe,
  natParam,
  output,
  requirement,
  type Sig,
  type SInt,
  sint,
  type UInt,
  uint,
  type Vec,
  vec,
} from '../../hdl/index.js';
import { EngineChannels, makeChannels } from './channels.js';
import { ClockGate } from '../../blocks/clock/index.js';
import { arraySuffix, type ColumnKind, plainColumns, weightRules } from './column-kind.js';
import { peParams } from './pe.js';
import { GROUPS_W } from './sizes.js';

/** Sizes of the PE array, live in the text. */
export const gridParams = {
  P: natParam({ default: 4, min: 1, doc: 'pixels' }),
  G: natParam({ default: 2, min: 1, doc: 'slices: channels of the input at a time' }),
  M: natParam({ default: 4, min: 1, doc: 'channels of the output at a time' }),
  D: natParam({ default: 1, min: 1, doc: 'channels that leave in a cycle; divides M, <= XG' }),
  XG: natParam({ default: 4, min: 1, doc: 'channels that share one copy of the operand registers; divides M' }),
};

/** What must hold between them. */
export const gridRequirements = ({ M, D, XG }: Readonly<Record<'M' | 'D' | 'XG', NatExpr>>) => [
  requirement(natEq(M.div(XG).times(XG), M), 'XG divides M'),
  requirement(natEq(M.mod(D), 0), 'D divides M'),
  requirement(natGe(XG, D), 'chains do not skip a group of channels'),
];

interface ArrayIo {
  readonly valid: Sig<Bool>;
  readonly first: Sig<Bool>;
  readonly last: Sig<Bool>;
  readonly groups: Sig<UInt>;
  readonly w: Sig<Vec<SInt>>;
  readonly drain_valid: Sig<Bool>;
  readonly sums: Sig<Vec<UInt>>;
}

/** What a set of channels is connected to, whatever else it gets. */
export interface SetWires {
  /** Which set. */
  readonly k: NatExpr;
  readonly live: Sig<Bool>;
  readonly first: Sig<Bool>;
  readonly load: Sig<Bool>;
  readonly w: Sig<Vec<SInt>>;
  readonly shadow_in: Sig<UInt>;
  readonly shadow: Sig<UInt>;
}

/** Cycles from the first sign of a step to the shadow registers: so long its set needs a clock. */
const STEP_CYCLES = 5;

/** Names of the last argument of `b.instance`, where a set has a clock of its own. */
export type SetOptions = { readonly clock?: Sig<Bool> };

/**
 * Control, chains and adders of an array; `connect` places set k of its channels. With `wakes`, the first sign of a step, every
 * set has a clock gate, which is open while a step or a drain is in it: outside of them weights and products are 0.
 */
export function arrayBody(
  b: Builder,
  io: ArrayIo,
  { P, G, M, D, XG, W_W, ACC_W }: Readonly<Record<'P' | 'G' | 'M' | 'D' | 'XG' | 'W_W' | 'ACC_W', NatExpr>>,
  connect: (wires: SetWires, options: SetOptions) => void,
  wakes?: Sig<Bool>,
): void {
  const COPIES = b.localparam('COPIES', M.div(XG), 'copies of the operand registers');
  const SHADOW_W = b.localparam('SHADOW_W', D.times(G).times(P).times(ACC_W), 'shadow registers of D channels');

  b.comment('control travels beside the operands: first to the sums, last to the shadow registers');
  const c = b.regs({
    first: vec(2, bool()),
    last: vec(3, bool()),
    left: uint(GROUPS_W).reset(0).doc('groups of the last tile that have not been announced'),
    drain: vec(5, bool()).reset(0).doc('groups on their way'),
  });
  b.next(c.first.at(0), io.valid.and(io.first));
  b.next(c.first.at(1), c.first.at(0));
  b.next(c.last.at(0), io.valid.and(io.last));
  b.next(c.last.at(1), c.last.at(0));
  b.next(c.last.at(2), c.last.at(1));
  const announced = b.let('announced', c.left.ne(0));
  b.when(io.valid.and(io.last), () => b.next(c.left, io.groups)).elseWhen(announced, () =>
    b.next(c.left, c.left.dec()),
  );
  b.next(c.drain.at(0), announced);
  b.genFor('stage', 4, (k) => b.next(c.drain.at(k.plus(1)), c.drain.at(k)));
  b.assign(io.drain_valid, c.drain.at(4));

  const enable = wakes && gateEnable(b, wakes.or(announced).or(c.drain.pack().anyOne()), wakes);

  b.comment('channels in sets that share operand registers; zeros follow the last');
  const chain = b.wire('chain', vec(COPIES.plus(1), uint(SHADOW_W)));
  b.assign(chain.at(COPIES), 0);
  b.genFor('set', COPIES, (k) => {
    const shadow = b.wire('shadow', uint(SHADOW_W));
    const weights = b.wire('weights', vec(XG.times(G), sint(W_W)));
    b.genFor('weight', XG.times(G), (i) => b.assign(weights.at(i), io.w.at(k.times(XG).times(G).plus(i))));
    const clock = enable && b.instance('gate', ClockGate, {}, { en: enable }).gclk;
    connect(
      {
        k,
        live: io.valid,
        first: c.first.at(1),
        load: c.last.at(2),
        w: weights,
        shadow_in: chain.at(k.plus(1)),
        shadow,
      },
      clock === undefined ? {} : { clock },
    );
    b.assign(chain.at(k), shadow);
  });

  b.comment('sums over the slices of the group that is at the end of the chains');
  const group = b.let('group', chain.at(0).unpack(vec(D.times(G).times(P), uint(ACC_W))));
  const total = b.reg('total', vec(D.times(P), uint(ACC_W)));
  b.assign(io.sums, total);
  b.genFor('channel', D, (d) => {
    b.genFor('pixel', P, (p) => {
      const parts = b.wire('parts', vec(G, uint(ACC_W)));
      b.genFor('slice', G, (g) => b.assign(parts.at(g), group.at(d.times(G).plus(g).times(P).plus(p))));
      b.next(total.at(d.times(P).plus(p)), parts.sum().truncate(ACC_W));
    });
  });
}

/** Whether the sets need the next edge. */
function gateEnable(b: Builder, busy: Sig<Bool>, wakes: Sig<Bool>): Sig<Bool> {
  const recent = b.reg('recent', uint(STEP_CYCLES).reset(0).doc('steps that have not reached the shadow registers'));
  b.next(recent, cat(recent, wakes.asUInt()).truncate(STEP_CYCLES));
  return b.let('awake', busy.or(recent.anyOne()));
}

/** P x M x G processing elements with shadow drain and the adders over the slices. */
export const makeArray = (kind: ColumnKind, channels = makeChannels(kind)) =>
  defineModule({
    name: `engine_array${arraySuffix(kind)}`,
    doc: `array of P x M x G processing elements: sums of M channels for P pixels

A step brings G lanes of P pixels and a weight for every channel m and slice g; sum (m, p) grows by
lane (g, p) times weight (m, g) over all g. Steps with first start new sums. Behind a step with last the
sums leave, D channels a cycle: channel k * D + d in place d of cycle k, groups cycles in all, while the
next tile accumulates. A last step comes no sooner than groups cycles after the one before it.
valid, first, last and groups come one cycle before x and w of their step. Nothing ever waits.
Latency 6 cycles from last to the first group of sums; a step every cycle.`,
    params: { ...gridParams, ...peParams },
    requires: ({ M, D, XG, X_W, W_W, ACC_W }) => [
      ...gridRequirements({ M, D, XG }),
      ...weightRules(kind, W_W, false),
      requirement(natGe(ACC_W, X_W.plus(W_W)), 'a sum holds a product'),
    ],
    ports: ({ P, G, M, D, X_W, W_W, ACC_W }) => ({
      valid: input(bool(), 'a step'),
      first: input(bool(), 'it is the first of a tile'),
      last: input(bool(), 'it is the last of a tile'),
      groups: input(uint(GROUPS_W), 'groups of D channels in use, with last'),
      x: input(vec(G.times(P), sint(X_W)), 'pixel p of slice g at g * P + p, one cycle after valid'),
      w: input(vec(M.times(G), sint(W_W)), 'weight of channel m and slice g at m * G + g, with x'),
      drain_valid: output(bool(), 'a group of sums'),
      sums: output(vec(D.times(P), uint(ACC_W)), 'pixel p of channel d of the group at d * P + p'),
    }),
    body(b, io, sizes) {
      const { P, G, XG, D, X_W, W_W, ACC_W } = sizes;
      arrayBody(
        b,
        io,
        sizes,
        ({ k: _, ...wires }, options) => {
          b.instance('channels', channels, { P, G, XG, D, X_W, W_W, ACC_W }, { ...wires, x: io.x }, options);
        },
        kind.gated ? io.valid : undefined,
      );
    },
  });

export const EngineArray = makeArray(plainColumns(), EngineChannels);
