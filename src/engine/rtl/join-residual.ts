/** Where results meet their residual words, between the way out of the requantizer and the way back into it. */
import { Fifo } from '../../blocks/stream/index.js';
import { type Bool, type Builder, cat, type NatExpr, type Sig, type UInt, uint } from '../../hdl/index.js';
import { headerTable } from '../header.js';
import { ADDITION, ISSUE_TO_CLAIM } from '../latency.js';
import { EngineAddition } from './addition.js';
import { EngineDelay } from './delay.js';
import { headerField } from './header-fields.js';
import { GROUPS_W } from './sizes.js';

/** Groups of words with what is said about them. */
export interface Results {
  readonly valid: Sig<Bool>;
  readonly words: Sig<UInt>;
  /** Destinations and places, which travel beside the words. */
  readonly place: Sig<UInt>;
}

/** A group of sums that goes through the requantizer again, and what its pass says to all lanes; all of the cycle of `valid`. */
export interface Again {
  readonly valid: Sig<Bool>;
  readonly sums: Sig<UInt>;
  readonly place: Sig<UInt>;
  readonly bias: Sig<UInt>;
  readonly mult: Sig<UInt>;
  readonly shift: Sig<UInt>;
  readonly left: Sig<UInt>;
  readonly mode: Sig<UInt>;
  readonly round: Sig<UInt>;
  readonly wrap: Sig<UInt>;
  readonly zero: Sig<UInt>;
  readonly lo: Sig<UInt>;
  readonly hi: Sig<UInt>;
}

export interface ResidualPorts {
  readonly res_valid: Sig<Bool>;
  readonly res_words: Sig<UInt>;
  readonly res_popped: Sig<Bool>;
  readonly tile_last: Sig<Bool>;
  readonly tile_groups: Sig<UInt>;
}

const fields = [
  ...(['outUnsigned', 'rLo', 'rHi', 'rZp', 'rZero', 'rShift', 'rLeft', 'rRequant', 'rRound', 'rWrap'] as const),
  ...(['rOutUnsigned', 'rUnsigned', 'rSwap', 'rUp', 'rDrop', 'rFactor', 'rBias', 'rMult'] as const),
] as const;

/**
 * Groups with `adds` meet the oldest residual words and wait, with them, for a cycle behind which the requantizer will have no
 * group of the array when their sums are there. The registers of the pass have one set: the sequencer starts no pass behind
 * one with residual before all of its results are written. Tiles of such a pass end at least two cycles a group apart, so that
 * never more groups wait than a tile has.
 */
export function joinResidual(
  b: Builder,
  io: ResidualPorts,
  header: { readonly fire: Sig<Bool>; readonly data: Sig<UInt> },
  results: Results & { readonly adds: Sig<Bool> },
  sizes: Readonly<Record<'P' | 'D' | 'XB' | 'GROUPS' | 'DEPTH', NatExpr>>,
): Again {
  const { P, D, XB, GROUPS, DEPTH } = sizes;
  const W = D.times(P).times(XB);
  const own = Object.fromEntries(
    fields.map((name) => [
      name,
      b.reg(`pass${name.charAt(0).toUpperCase()}${name.slice(1)}`, uint(headerTable[name].width)),
    ]),
  ) as Record<(typeof fields)[number], Sig<UInt>>;
  b.when(header.fire.and(headerField(header.data, 'res').asBool()), () => {
    for (const name of fields) b.next(own[name], headerField(header.data, name));
  });

  const pushed = b.stream('residual', uint(W));
  const queued = b.stream('oldest', uint(W));
  b.assign(pushed.valid, io.res_valid);
  b.assign(pushed.data, io.res_words);
  b.unused('residualRoom', pushed.ready);
  const { level } = b.instance('residuals', Fifo, { W, DEPTH }, { s_axis: pushed, m_axis: queued });
  b.unused('residualLevel', cat(level, queued.valid.asUInt()));
  const meets = b.let('meets', results.valid.and(results.adds));
  b.assign(queued.ready, meets);
  b.assign(io.res_popped, meets);

  const claimed = claimedCycles(b, io);
  const PAIR_W = b.localparam('PAIR_W', W.times(2).plus(results.place.type.width), 'a group with its residual words');
  const pair = b.stream('pair', uint(PAIR_W));
  const waiting = b.stream('waitingPair', uint(PAIR_W));
  b.assign(pair.valid, meets);
  b.assign(pair.data, cat(results.place, queued.data, results.words));
  b.unused('pairRoom', pair.ready);
  const pairs = b.instance('pairs', Fifo, { W: PAIR_W, DEPTH: GROUPS.plus(2) }, { s_axis: pair, m_axis: waiting });
  b.unused('pairLevel', pairs.level);
  b.assign(waiting.ready, claimed.not());

  const added = b.instance(
    'addition',
    EngineAddition,
    { P, D, XB },
    {
      ...{ in_valid: waiting.fire, own: waiting.data.bits(0, W), other: waiting.data.bits(W, W) },
      ...{ own_unsigned: own.outUnsigned.asBool(), other_unsigned: own.rUnsigned.asBool() },
      ...{ swap: own.rSwap.asBool(), up: own.rUp, drop: own.rDrop },
      ...{ zero_b: own.rZero.asSInt().extend(17).truncate(XB.plus(1)), factor: own.rFactor.asSInt() },
    },
  );
  const PLACE_W = results.place.type.width;
  const place = b.instance(
    'place_added',
    EngineDelay,
    { W: PLACE_W, STEPS: ADDITION },
    { d: waiting.data.bits(W.times(2), PLACE_W) },
  ).q;
  const limit = (code: Sig<UInt>): Sig<UInt> =>
    own.rOutUnsigned.asBool().mux(code.extend(17).asSInt(), code.asSInt().extend(17)).truncate(XB.plus(1)).asUInt();
  return {
    ...{ valid: added.out_valid, sums: added.sums, place },
    ...{ bias: own.rBias, mult: own.rMult, shift: own.rShift, left: own.rLeft },
    ...{ mode: own.rRequant, round: own.rRound, wrap: own.rWrap, zero: own.rZp.truncate(XB) },
    ...{ lo: limit(own.rLo), hi: limit(own.rHi) },
  };
}

/** Whether sums that entered the addition in this cycle would meet a group of the array: told by the last step of its tile. */
function claimedCycles(b: Builder, { tile_last, tile_groups }: ResidualPorts): Sig<Bool> {
  const STEPS = ISSUE_TO_CLAIM - 1;
  const c = b.regs({
    tileEnds: uint(STEPS).reset(0).doc('last steps of tiles, the newest in bit 0'),
    claims: uint(GROUPS_W).reset(0).doc('groups of the last tile whose cycles are still claimed'),
  });
  b.next(c.tileEnds, cat(c.tileEnds.bits(0, STEPS - 1), tile_last.asUInt()));
  const { q: groups } = b.instance('tile_groups_later', EngineDelay, { W: GROUPS_W, STEPS }, { d: tile_groups });
  const claimed = b.let('claimed', c.claims.ne(0));
  b.when(c.tileEnds.bit(STEPS - 1), () => b.next(c.claims, groups)).elseWhen(claimed, () =>
    b.next(c.claims, c.claims.dec()),
  );
  return claimed;
}
