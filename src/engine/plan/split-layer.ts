/** Decisions inside of one layer: how many groups share a pass, how many chunks, how many rows a pass may have. */
import { engineError } from '../errors.js';
import type { Engine } from '../config.js';
import type { EngineLayer } from '../layer.js';
import { denseReduction, type Reduction } from '../reduction.js';

/** The layer with a vertical dilation of 1: rows of zeros between the rows of the kernel. Pooling cannot be written so. */
export function withoutRowDilation(layer: EngineLayer): EngineLayer {
  const { y, x, weights } = layer;
  if (y.dilation === 1 || y.kernel === 1) return { ...layer, y: { ...y, dilation: 1 } };
  if (weights === undefined)
    throw engineError('H2206', layer.name, `pooling with a vertical dilation of ${y.dilation} has no mode`);
  const kernel = (y.kernel - 1) * y.dilation + 1;
  const inner = layer.op === 'dense' ? layer.input.channels / layer.groups : 1;
  const row = x.kernel * inner;
  const spread = new Int32Array(layer.output.channels * kernel * row);
  for (let channel = 0; channel < layer.output.channels; channel++)
    for (let k = 0; k < y.kernel; k++)
      for (let i = 0; i < row; i++)
        spread[(channel * kernel + k * y.dilation) * row + i] = weights[(channel * y.kernel + k) * row + i] ?? 0;
  return { ...layer, y: { ...y, kernel, dilation: 1 }, weights: spread };
}

/**
 * Groups of a layer that one pass computes as a dense matrix with zeros: the number that costs the fewest steps. Results of a
 * pass begin at a bank group, so that the channels of a pass are a multiple of D, or all.
 */
export function groupsPerPass(engine: Engine, layer: EngineLayer, taps: number): number {
  const { groups, input, output, y } = layer;
  const { G, M, D } = engine;
  const [inner, outer] = [input.channels / groups, output.channels / groups];
  let best = { count: groups, cost: Infinity };
  for (let count = 1; count <= groups; count++) {
    if (groups % count !== 0 || (count !== groups && (count * outer) % D !== 0)) continue;
    const steps = taps * Math.ceil((y.kernel * count * inner) / G);
    const tiles = Math.ceil((count * outer) / M);
    const cost = (groups / count) * tiles * Math.max(steps, Math.ceil(Math.min(M, count * outer) / D));
    if (cost < best.cost) best = { count, cost };
  }
  return best.count;
}

/** The reduction of a dense pass and the output rows that its partial sums have room for. */
export interface ChunkedReduction {
  readonly reduction: Reduction;
  readonly rowsPerPass: number;
}

/**
 * One chunk where its words are at most half of the ring (the other half takes the next weights meanwhile); otherwise as few
 * chunks as that needs, with partial sums in between; without room for those, one chunk that fills more than half of the ring.
 * Throws H2208 where neither is possible.
 */
export function chooseChunks(
  engine: Engine,
  kernel: { readonly rows: number; readonly taps: number },
  pass: { readonly inputs: number; readonly channels: number; readonly rows: number; readonly tiles: number },
  subject: string,
): ChunkedReduction {
  const { WD, PD, M, D } = engine;
  const whole = denseReduction(engine, kernel, pass.inputs, 1);
  if (whole.words <= WD / 2) return { reduction: whole, rowsPerPass: pass.rows };
  const entries = pass.tiles * Math.ceil(Math.min(M, pass.channels) / D);
  const rowsPerPass = Math.min(pass.rows, Math.floor(PD / entries));
  const limit = (words: number): Reduction | undefined => {
    for (let chunks = 2; chunks <= pass.inputs; chunks++) {
      const reduction = denseReduction(engine, kernel, pass.inputs, chunks);
      if (reduction.words <= words) return reduction;
    }
    return undefined;
  };
  const halves = rowsPerPass < pass.rows && whole.words <= WD ? undefined : limit(WD / 2);
  if (halves === undefined && whole.words <= WD) return { reduction: whole, rowsPerPass: pass.rows };
  const chunked = halves ?? limit(WD);
  if (chunked === undefined)
    throw engineError('H2208', subject, `one channel takes more weight words than the ring has (WD=${WD})`);
  if (rowsPerPass === 0)
    throw engineError(
      'H2208',
      subject,
      `${whole.words} weight words need chunks, and one output row ${entries} partial sums`,
      `WD at least ${whole.words} (now ${WD}), or PD at least ${entries} (now ${PD})`,
    );
  return { reduction: chunked, rowsPerPass };
}
