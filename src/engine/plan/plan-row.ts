/**
 * One layer on its own, from DRAM to DRAM: as a whole where its input fits into the X-RAM, otherwise in strips of output rows
 * over a ring of input rows. The choice with the least DRAM traffic is taken, and says why.
 */
import type { Engine } from '../config.js';
import type { Descriptor } from '../descriptor.js';
import { engineError } from '../errors.js';
import type { EngineLayer } from '../layer.js';
import type { PassPlan } from '../passes.js';
import { pixelBeats, resultBeats, weightBeats } from '../stream-sizes.js';
import { placeTensor, type TensorPlace } from '../tensor-place.js';
import { inputDescriptor } from './input-descriptor.js';
import { planLayer } from './plan-layer.js';

/** Bytes on the three ports. */
export interface Traffic {
  readonly weights: number;
  readonly pixels: number;
  readonly results: number;
}

export interface RowPlan {
  readonly place: TensorPlace;
  readonly passes: readonly PassPlan[];
  /** Packets of the pixel stream: descriptor and first row. */
  readonly inputs: readonly { readonly descriptor: Descriptor; readonly row0: number }[];
  readonly traffic: Traffic;
  /** Why, one sentence. */
  readonly note: string;
}

/** The plan of a layer whose input comes from s_axis_x and whose results go to m_axis_y. Throws H2205 where a window does not fit. */
export function planRow(engine: Engine, layer: EngineLayer): RowPlan {
  const phases = layer.x.stride;
  const whole = placeTensor(engine, layer.input, { base: 0, group0: 0, phases });
  const capacity = Math.floor(engine.XD / whole.rowStride);
  const { height } = layer.input;
  if (capacity >= height) {
    const passes = planLayer(engine, layer, { input: whole, axis: true, tokens: 0, last: true });
    return finished(
      engine,
      whole,
      passes,
      [{ row0: 0, rows: height, waitDone: 0 }],
      `the input is on the chip as a whole`,
    );
  }
  const reach = (layer.y.kernel - 1) * layer.y.dilation + 1;
  if (capacity < reach)
    throw engineError(
      'H2205',
      layer.name,
      `a window of ${reach} rows takes ${reach * whole.rowStride} words a bank, the X-RAM has ${engine.XD} (XD)`,
    );
  const place = placeTensor(engine, layer.input, { base: 0, group0: 0, phases, ring: capacity });
  const most = Math.min(layer.output.height, 1 + Math.floor((capacity - reach) / layer.y.stride));
  // Half as many rows leave room for those of the next strip meanwhile.
  const half = Math.max(1, Math.min(most, Math.floor((capacity - reach + layer.y.stride) / (2 * layer.y.stride))));
  const kept = keptStrips(engine, layer, place, half);
  const again = strips(engine, layer, place, most, () => undefined);
  const count = Math.ceil(layer.output.height / most);
  const streamed = finished(engine, place, again.passes, again.loads, `${count} strips; weights come again for each`);
  if (kept === undefined) return streamed;
  return finished(
    engine,
    place,
    kept.passes,
    kept.loads,
    `${Math.ceil(layer.output.height / half)} strips; all weights stay in the ring`,
  );
}

interface Load {
  readonly row0: number;
  readonly rows: number;
  readonly waitDone: number;
}
interface Strips {
  readonly passes: PassPlan[];
  readonly loads: Load[];
}

/** Strips whose weights stay in the ring, or undefined where they do not fit. */
function keptStrips(engine: Engine, layer: EngineLayer, place: TensorPlace, rows: number): Strips | undefined {
  const count = Math.ceil(layer.output.height / rows);
  const [first, second] = planLayer(engine, layer, { input: place, axis: true, strip: { row0: 0, rows } });
  if (first === undefined || second !== undefined || first.header.hasWeights === 0) return undefined;
  const { wWords, CHN, OTN } = first.header;
  if (wWords * CHN * OTN > engine.WD) return undefined;
  return strips(engine, layer, place, rows, (strip) => ({ reuse: strip > 0, keep: strip < count - 1 }));
}

function strips(
  engine: Engine,
  layer: EngineLayer,
  place: TensorPlace,
  rows: number,
  weights: (strip: number) => { readonly reuse: boolean; readonly keep: boolean } | undefined,
): Strips {
  const { height } = layer.output;
  const passes: PassPlan[] = [];
  /** Passes that are done when a strip is. */
  const doneBehind: number[] = [];
  for (let row0 = 0, strip = 0; row0 < height; row0 += rows, strip++) {
    const kept = weights(strip);
    passes.push(
      ...planLayer(engine, layer, {
        ...{ input: place, axis: true, tokens: 0, last: row0 + rows >= height },
        strip: { row0, rows: Math.min(rows, height - row0) },
        ...(kept === undefined ? {} : { weights: kept }),
      }),
    );
    doneBehind.push(passes.length);
  }
  // Input row r takes the slot of row r - ring; the last output row that looks at that one must be done.
  const loads: Load[] = [];
  for (let row = 0; row < layer.input.height; row++) {
    const old = row - place.ring;
    const reader = Math.min(Math.floor((old + layer.y.pad) / layer.y.stride), height - 1);
    const waitDone = old < 0 ? 0 : (doneBehind[Math.floor(reader / rows)] ?? 0);
    const before = loads.at(-1);
    if (before?.waitDone === waitDone) loads[loads.length - 1] = { ...before, rows: before.rows + 1 };
    else loads.push({ row0: row, rows: 1, waitDone });
  }
  return { passes, loads };
}

function finished(
  engine: Engine,
  place: TensorPlace,
  passes: readonly PassPlan[],
  loads: readonly Load[],
  note: string,
): RowPlan {
  const inputs = loads.map((load) => ({ descriptor: inputDescriptor(engine, place, load), row0: load.row0 }));
  const bytes = (port: number, beats: readonly number[]): number => (beats.reduce((a, b) => a + b, 0) * port) / 8;
  const traffic = {
    weights: bytes(
      engine.WP,
      passes.map(({ header }) => weightBeats(engine, header)),
    ),
    pixels: bytes(
      engine.XP,
      inputs.map(({ descriptor }) => pixelBeats(engine, descriptor)),
    ),
    results: bytes(
      engine.YP,
      passes.map(({ header }) => resultBeats(engine, header)),
    ),
  };
  return { place, passes, inputs, traffic, note };
}
