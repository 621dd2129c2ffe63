/** Ways to divide the memory of a budget between X-RAM, weight ring and partial sums. */
import { Engine, type EngineOptions } from '../config.js';

/** Shares of the weight ring that are tried. */
const ringShares = [0.15, 0.25, 0.35, 0.5];

/** Words of a memory, a multiple of 8, inside of the limits of the parameters. */
const words = (bytes: number, wordBytes: number): number =>
  Math.min(65536, Math.max(8, Math.floor(bytes / wordBytes / 8) * 8));

/**
 * The engine with its memories as given, or, without depths in `fixed` and with a limit, divided in several ways. PD stays what
 * it is.
 */
export function memorySplits(engine: Engine, fixed: Partial<EngineOptions>, kib: number | undefined): Engine[] {
  if (kib === undefined || (fixed.XD !== undefined && fixed.WD !== undefined)) return [engine];
  const rest = kib * 1024 - engine.memories.psums;
  if (rest <= 0) return [];
  const xramWord = engine.memories.xram / engine.XD;
  const ringWord = engine.memories.weights / engine.WD;
  const divided = (XD: number, WD: number): Engine => new Engine({ ...engine.toJSON(), XD, WD });
  if (fixed.XD !== undefined) return [divided(fixed.XD, words(rest - engine.memories.xram, ringWord))];
  if (fixed.WD !== undefined) return [divided(words(rest - engine.memories.weights, xramWord), fixed.WD)];
  const splits = ringShares.map((share) => {
    const WD = words(share * rest, ringWord);
    return divided(words(rest - WD * ringWord, xramWord), WD);
  });
  return splits.filter(({ memories }) => memories.total <= kib * 1024);
}
