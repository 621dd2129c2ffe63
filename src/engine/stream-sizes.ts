/** Beats of the packets of a pass, without building them: what each port carries. */
import type { Engine } from './config.js';
import type { Descriptor } from './descriptor.js';
import { headerWords, planeBits, type Header } from './header.js';
import { tileChannels } from './passes.js';

const beats = (bits: number, port: number): number => Math.ceil(bits / port);

/** Beats of a packet of the weight stream. */
export function weightBeats(engine: Engine, h: Header): number {
  const { WP, D, M, NTHR, XB } = engine;
  let total = beats(32 * headerWords, WP) + beats(16 * h.NT, WP) + beats(32 * (h.KH1 + 1), WP);
  if (h.lut) total += beats(2 ** XB * XB, WP);
  const single = [planeBits.bias, planeBits.mult, planeBits.shift].filter((bit) => h.planes & bit).length;
  const planes = single + (h.planes & planeBits.thresholds ? NTHR : 0);
  for (let tile = 0; tile < h.OTN; tile++) {
    total += planes * beats(32 * Math.ceil(tileChannels(M, h, tile) / D) * D, WP);
    if (h.hasWeights && !h.wReuse) total += h.CHN * beats(h.wWords * engine.weightWordBits, WP);
  }
  return total;
}

/** Beats of a packet of the pixel stream. */
export function pixelBeats(engine: Engine, d: Descriptor): number {
  const groups = (d.blocks - 1) * d.groups + d.groupsLast;
  return beats(256, engine.XP) + d.rows * beats(d.phases * d.words * groups * engine.groupBits, engine.XP);
}

/** Beats of a packet of m_axis_y; 0 for a pass whose results stay. */
export function resultBeats(engine: Engine, h: Header): number {
  if (!h.dstAxis) return 0;
  let total = 0;
  for (let tile = 0; tile < h.OTN; tile++) {
    const groups = Math.ceil(tileChannels(engine.M, h, tile) / engine.D);
    total += h.Ho * beats(h.XT * groups * engine.groupBits, engine.YP);
  }
  return total;
}
