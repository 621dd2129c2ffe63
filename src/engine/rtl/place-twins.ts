import {
  type Bool,
  type Builder,
  natGt,
  type NatExpr,
  type Sig,
  type SInt,
  sint,
  type UInt,
  uint,
  type Vec,
  vec,
} from '../../hdl/index.js';
import { EngineColumnPacked } from './column-packed.js';
import { EngineTwinPacked } from './twin-packed.js';

/** What the columns of a slice get. */
export interface SliceWires {
  readonly live: Sig<Bool>;
  readonly first: Sig<Bool>;
  readonly load: Sig<Bool>;
  /** Weight of channel m. */
  readonly w: (m: NatExpr) => Sig<SInt>;
  readonly x: Sig<Vec<SInt>>;
}

/**
 * Packed columns of XG channels for `slices` slices from slice `from` on, two channels at a time and the last of an odd XG alone;
 * `chain` has the shadow registers of channel m and slice g at m * G + g, behind the last channel those of the neighbour.
 */
export function placeTwins(
  b: Builder,
  { P, G, XG, D, X_W, W_W, ACC_W }: Readonly<Record<'P' | 'G' | 'XG' | 'D' | 'X_W' | 'W_W' | 'ACC_W', NatExpr>>,
  { chain, from, slices }: { readonly chain: Sig<Vec<UInt>>; readonly from: number; readonly slices: NatExpr },
  wiresOf: (slice: NatExpr) => SliceWires,
): void {
  const shape = { P, X_W, W_W, ACC_W };
  const width = P.times(ACC_W);
  const place = (m: NatExpr, g: NatExpr): NatExpr => m.times(G).plus(g);
  const twin = (channels: readonly NatExpr[], g: NatExpr): void => {
    const { w, ...wires } = wiresOf(g);
    const weights = b.wire('weights', vec(2, sint(W_W)));
    const neighbour = b.wire('neighbour', vec(2, uint(width)));
    const shadow = b.wire('twin_shadow', vec(P.times(2), uint(ACC_W)));
    channels.forEach((m, c) => {
      b.assign(weights.at(c), w(m));
      b.assign(neighbour.at(c), chain.at(place(m.plus(D), g)));
      b.assign(chain.at(place(m, g)), shadow.pack().bits(width.times(c), width));
    });
    const shadow_in = neighbour.pack().unpack(vec(P.times(2), uint(ACC_W)));
    b.instance('twin', EngineTwinPacked, shape, { ...wires, w: weights, shadow_in, shadow });
  };
  const lone = (m: NatExpr, g: NatExpr): void => {
    const { w, ...wires } = wiresOf(g);
    const shadow = b.wire('column_shadow', vec(P, uint(ACC_W)));
    const shadow_in = chain.at(place(m.plus(D), g)).unpack(vec(P, uint(ACC_W)));
    b.instance('column', EngineColumnPacked, shape, { ...wires, w: w(m), shadow_in, shadow });
    b.assign(chain.at(place(m, g)), shadow.pack());
  };
  b.genFor('twin', XG.ceilDiv(2), (k) => {
    const low = k.times(2);
    b.genFor('slice', slices, (i) => {
      const g = from === 0 ? i : i.plus(from);
      b.genIf(
        'both',
        natGt(XG, low.plus(1)),
        () => twin([low, low.plus(1)], g),
        () => lone(XG.minus(1), g),
      );
    });
  });
}
