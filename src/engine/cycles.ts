/** Compute cycles of a pass: its steps, and the least number of cycles that they take when no port makes them wait. */
import type { Engine } from './config.js';
import { opCodes, type Header } from './header.js';
import { cyclesOfGroup } from './latency.js';
import { tileChannels, type PassPlan } from './passes.js';
import { resultBeats, weightBeats } from './stream-sizes.js';

/** Kernel rows of output row `y` of a pass: first, and one behind the last. */
function kernelRows({ skipRows, padT, SH, KH1, H }: Header, y: number): readonly [first: number, end: number] {
  const above = padT - y * SH;
  return skipRows ? [Math.max(0, above), Math.min(KH1 + 1, H + above)] : [0, KH1 + 1];
}

/** Steps of one tile in output row `y`: groups of G pairs, or kernel rows, times taps. */
export function tileSteps({ G }: Pick<Engine, 'G'>, header: Header, y: number): number {
  const [first, end] = kernelRows(header, y);
  const { op, wrap, Cc, NT } = header;
  if (op !== opCodes.dense) return (end - first) * NT;
  const groups = wrap ? Math.ceil((end * Cc) / G) - Math.floor((first * Cc) / G) : (end - first) * Math.ceil(Cc / G);
  return groups * NT;
}

/** Steps of a pass. */
export function passSteps(engine: Pick<Engine, 'G'>, header: Header): number {
  let row = 0;
  for (let y = 0; y < header.Ho; y++) row += tileSteps(engine, header, y);
  return row * header.XT * header.OTN * header.CHN;
}

/**
 * Cycles of a pass from its first step to its last where weights and rows are always there: a tile takes its steps, or the
 * cycles in which the tile before leaves the array if those are more.
 */
export function passCycles(engine: Pick<Engine, 'G' | 'M' | 'D'>, header: Header): number {
  let cycles = 0;
  for (let tile = 0; tile < header.OTN; tile++) {
    const groups = Math.ceil(tileChannels(engine.M, header, tile) / engine.D);
    const drain = Math.max(groups * cyclesOfGroup(header), header.CHN > 1 ? 4 : 1);
    for (let y = 0; y < header.Ho; y++) cycles += header.XT * Math.max(tileSteps(engine, header, y), drain);
  }
  return cycles * header.CHN;
}

/** What bounds a layer from below, in cycles. */
export interface LayerBound {
  readonly steps: number;
  readonly compute: number;
  readonly weightPort: number;
  readonly pixelPort: number;
  readonly outputPort: number;
  /** The greatest of them. */
  readonly cycles: number;
  readonly by: 'compute' | 'weight port' | 'pixel port' | 'output port';
}

/** The bound of passes that run behind each other; `pixelBeats`: beats of their pixel packets. */
export function layerBound(engine: Engine, passes: readonly PassPlan[], pixelBeats: number): LayerBound {
  const sum = (of: (header: Header) => number): number => passes.reduce((total, { header }) => total + of(header), 0);
  const compute = sum((header) => passCycles(engine, header));
  const weightPort = sum((header) => weightBeats(engine, header));
  const outputPort = sum((header) => resultBeats(engine, header));
  const candidates = [
    ['compute', compute],
    ['weight port', weightPort],
    ['pixel port', pixelBeats],
    ['output port', outputPort],
  ] as const;
  const [by, cycles] = candidates.reduce((most, each) => (each[1] > most[1] ? each : most));
  return {
    ...{ steps: sum((header) => passSteps(engine, header)), compute, weightPort, pixelPort: pixelBeats, outputPort },
    ...{ cycles, by },
  };
}
