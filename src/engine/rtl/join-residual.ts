/** Where results meet their residual words, behind the requantizer of `engine_post`. */
import { Fifo } from '../../blocks/stream/index.js';
import { type Bool, type Builder, cat, type NatExpr, type Sig, type UInt, uint } from '../../hdl/index.js';
import { headerTable } from '../header.js';
import { EngineAddition } from './addition.js';
import { EngineDelay } from './delay.js';
import { headerField } from './header-fields.js';

/** Groups of words with what is said about them. */
export interface Results {
  readonly valid: Sig<Bool>;
  readonly words: Sig<UInt>;
  /** Destinations and places, which travel beside the words. */
  readonly place: Sig<UInt>;
}

export interface ResidualPorts {
  readonly res_valid: Sig<Bool>;
  readonly res_words: Sig<UInt>;
  readonly res_popped: Sig<Bool>;
}

const fields = [
  ...(['outUnsigned', 'rLo', 'rHi', 'rZp', 'rZero', 'rShift', 'rLeft', 'rRequant', 'rRound', 'rWrap'] as const),
  ...(['rOutUnsigned', 'rUnsigned', 'rSwap', 'rUp', 'rDrop', 'rFactor', 'rBias', 'rMult'] as const),
] as const;

/**
 * Groups with `adds` meet the oldest residual words and come out of `engine_addition`, others pass by. The registers of the pass
 * have one set: the sequencer starts no pass behind one with residual before all of its results are written.
 */
export function joinResidual(
  b: Builder,
  io: ResidualPorts,
  header: { readonly fire: Sig<Bool>; readonly data: Sig<UInt> },
  results: Results & { readonly adds: Sig<Bool> },
  sizes: Readonly<Record<'P' | 'D' | 'XB' | 'MUL' | 'FIXED' | 'ENTRIES' | 'DEPTH', NatExpr>>,
): Results {
  const { P, D, XB, MUL, FIXED, ENTRIES, DEPTH } = sizes;
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

  const limit = (code: Sig<UInt>) =>
    own.rOutUnsigned.asBool().mux(code.extend(17).asSInt(), code.asSInt().extend(17)).truncate(XB.plus(1));
  const added = b.instance(
    'addition',
    EngineAddition,
    { P, D, XB, MUL, FIXED, ENTRIES },
    {
      ...{ in_valid: meets, own: results.words, other: queued.data, own_unsigned: own.outUnsigned.asBool() },
      ...{ other_unsigned: own.rUnsigned.asBool(), swap: own.rSwap.asBool(), up: own.rUp, drop: own.rDrop },
      ...{ zero_b: own.rZero.asSInt().extend(17).truncate(XB.plus(1)), factor: own.rFactor.asSInt() },
      ...{ bias: own.rBias, mult: own.rMult, shift: own.rShift, left: own.rLeft, mode: own.rRequant },
      ...{ round: own.rRound, wrap: own.rWrap.asBool(), zero: own.rZp.truncate(XB).asSInt() },
      ...{ lo: limit(own.rLo), hi: limit(own.rHi) },
    },
  );
  const steps = b.localparam('ADD_STEPS', MUL.times(3).plus(11), 'latency of the addition');
  const place = b.instance(
    'place_added',
    EngineDelay,
    { W: results.place.type.width, STEPS: steps },
    { d: results.place },
  ).q;
  return {
    valid: added.out_valid.or(results.valid.and(results.adds.not())),
    words: added.out_valid.mux(added.sums, results.words),
    place: added.out_valid.mux(place, results.place),
  };
}
