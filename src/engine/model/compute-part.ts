/**
 * The compute part of a layer on its own: weights and rows are there before it starts, results leave at once. What it takes
 * beside the cycles of the formula (`passCycles`) are constants of the engine: once a layer, once a weight tile.
 */
import type { Engine } from '../config.js';
import { passCycles } from '../cycles.js';
import type { Descriptor } from '../descriptor.js';
import type { Header } from '../header.js';
import { pixelBeats, weightBeats } from '../stream-sizes.js';
import { EngineTiming } from './engine-timing.js';

export interface ComputePart {
  /** Cycles from taking the pass to its last result: behind them another pass that waits for all results may be taken. */
  readonly cycles: number;
  /** Cycles of its steps and drains as the formula has them. */
  readonly formula: number;
}

/** Cycles in which nothing moves: everything that was sent has arrived. */
const SETTLED = 50;

/**
 * Runs one pass behind its input, with results that stay in the X-RAM unless `axis` says that they leave. Parameters are taken
 * as common to all channels, since only two weight tiles of them can be there before the start. Throws where its weights do
 * not fit into the ring.
 */
export function computePart(
  engine: Engine,
  pass: Header,
  descriptors: readonly Descriptor[],
  axis = false,
): ComputePart {
  const target = axis ? { dstAxis: 1, dstXram: 0 } : { dstAxis: 0, dstXram: 1, ySW: 1 };
  const header: Header = { ...pass, ...target, planes: 0, flush: 0, wReuse: 0, tokCheck: 0 };
  if (header.hasWeights === 1 && header.wWords * header.CHN * header.OTN > engine.WD)
    throw new Error(`the ring holds ${engine.WD} of ${header.wWords * header.CHN * header.OTN} weight words`);
  const model = new EngineTiming(engine, { headers: [header], descriptors });
  const packets = descriptors.map((descriptor) => pixelBeats(engine, descriptor));
  let [weights, pixels, quiet] = [weightBeats(engine, header), packets.shift() ?? 0, 0];
  while (quiet < SETTLED) {
    const [w, x] = [weights > 0 && model.weights.ready, pixels > 0 && model.pixels.ready];
    model.cycle({
      enable: false,
      weightValid: weights > 0,
      weightLast: weights === 1,
      pixelValid: pixels > 0,
      pixelLast: pixels === 1,
      resultReady: true,
    });
    if (w) weights--;
    if (x && --pixels === 0) pixels = packets.shift() ?? 0;
    quiet = w || x ? 0 : quiet + 1;
  }
  if (weights > 0 || pixels > 0) throw new Error(`${weights} beats of weights and ${pixels} of pixels do not arrive`);
  const idle = { enable: true, weightValid: false, weightLast: false, pixelValid: false, pixelLast: false };
  let cycles = 0;
  for (; model.jobs.passesDone === 0; cycles++) model.cycle({ ...idle, resultReady: true });
  return { cycles, formula: passCycles(engine, header) };
}

/** The constants of a pass beside the formula: of the pass itself, and on average of every weight tile behind the first. */
export interface Overhead {
  readonly layer: number;
  readonly tile: number;
}

export function overheadOf(engine: Engine, header: Header, descriptors: readonly Descriptor[]): Overhead {
  const whole = computePart(engine, header, descriptors);
  const one = computePart(engine, { ...header, OTN: 1 }, descriptors);
  const layer = one.cycles - one.formula;
  const more = whole.cycles - whole.formula - layer;
  return { layer, tile: header.OTN === 1 ? 0 : more / (header.OTN - 1) };
}
