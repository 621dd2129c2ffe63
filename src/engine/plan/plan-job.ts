/**
 * Layers that run one behind the other without a pause: their passes, and the packets of rows that feed them. While a layer
 * computes, the weights of the next one come into the ring, and its rows go wherever nobody needs the X-RAM any more.
 */
import type { Engine } from '../config.js';
import type { Descriptor } from '../descriptor.js';
import type { EngineLayer } from '../layer.js';
import type { PassPlan } from '../passes.js';
import { pixelBeats, resultBeats, weightBeats } from '../stream-sizes.js';
import { extentOf, placeTensor, type TensorPlace } from '../tensor-place.js';
import { inputDescriptor } from './input-descriptor.js';
import { planLayer } from './plan-layer.js';
import { rowShape, type RowShape } from './row-shape.js';

/** Bytes on the three ports. */
export interface Traffic {
  readonly weights: number;
  readonly pixels: number;
  readonly results: number;
}

/** A layer of a job. */
export interface JobLayer {
  readonly layer: EngineLayer;
  /** The input is the result of the layer in front; it comes from DRAM only where that one did not fit. */
  readonly chained?: boolean;
}

/** A packet of rows. */
export interface JobInput {
  readonly descriptor: Descriptor;
  /** First row of the packet. */
  readonly row0: number;
}

export interface LayerPlan {
  readonly layer: EngineLayer;
  readonly place: TensorPlace;
  /** First pass of the layer, counted in the job. */
  readonly pass0: number;
  readonly passes: readonly PassPlan[];
  /** Packets of its input; none where the input is the result of the layer in front. */
  readonly inputs: readonly JobInput[];
  /** Every `rowStep`-th row of the input is loaded; rows of packets are counted among these. */
  readonly rowStep: number;
  /** The results stay in the X-RAM for the next layer. */
  readonly stays: boolean;
  readonly traffic: Traffic;
  /** Why, one sentence. */
  readonly note: string;
}

interface Load {
  readonly row0: number;
  readonly rows: number;
  readonly waitDone: number;
}

/** What the layers planned so far leave behind. */
class Occupation {
  /** Passes that must be done before a word may be overwritten, for each address. */
  readonly #until: Int32Array;
  passes = 0;
  tokens = 0;

  constructor(engine: Engine) {
    this.#until = new Int32Array(engine.XD);
  }

  /** Passes that must be done before `words` words from `address` on are free. */
  until(address: number, words: number): number {
    let most = 0;
    for (let at = address; at < address + words; at++) most = Math.max(most, this.#until[at] ?? 0);
    return most;
  }

  hold(address: number, words: number, until: number): void {
    this.#until.fill(until, address, address + words);
  }
}

/** Plans of all layers. Throws H2205 where a window does not fit. */
export function planJob(engine: Engine, layers: readonly JobLayer[]): LayerPlan[] {
  const state = new Occupation(engine);
  let given: TensorPlace | undefined;
  return layers.map(({ layer: whole }, index) => {
    const next = layers[index + 1];
    const arrived = given;
    const rowStep = arrived === undefined ? stepOfRows(whole) : 1;
    const layer = rowStep === 1 ? whole : withoutUnseenRows(whole);
    const shape = arrived === undefined ? rowShape(engine, layer) : undefined;
    const place = arrived ?? inputPlace(engine, layer, shape as RowShape, state);
    const output = next?.chained === true ? resultPlace(engine, layer, next.layer, place) : undefined;
    given = output;
    const last = next === undefined;
    const passes = layerPasses(engine, layer, { place, shape, output, last, tokens: state.tokens });
    const pass0 = state.passes;
    const readers = lastReaders(layer, passes, pass0);
    const loads = arrived === undefined ? rowLoads(place, readers, state) : [];
    state.passes += passes.length;
    if (arrived !== undefined) state.hold(place.base, extentOf(engine, place).words, state.passes);
    // The words of a result are taken from its first write until its reader, which is planned next, gives them free.
    if (output !== undefined) state.hold(output.base, extentOf(engine, output).words, 1 << 30);
    const inputs = loads.map((load) => ({ descriptor: inputDescriptor(engine, place, load), row0: load.row0 }));
    state.tokens += loads.reduce((sum, { rows }) => sum + rows, 0);
    const note = shape === undefined ? 'the input is there' : shape.note;
    const stays = output !== undefined;
    return {
      ...{ layer: whole, place, pass0, passes, inputs, rowStep, stays, note },
      traffic: trafficOf(engine, passes, inputs),
    };
  });
}

/** Rows of the input from one that a 1-row kernel looks at to the next: only these need to come. */
function stepOfRows({ y }: EngineLayer): number {
  return y.kernel === 1 && y.pad === 0 ? y.stride : 1;
}

/** The layer on the rows that it looks at. */
function withoutUnseenRows(layer: EngineLayer): EngineLayer {
  const { y, input, output } = layer;
  return { ...layer, input: { ...input, height: output.height }, y: { ...y, stride: 1 } };
}

/** Where the input can begin to arrive first. */
function inputPlace(engine: Engine, layer: EngineLayer, shape: RowShape, state: Occupation): TensorPlace {
  const at = (base: number): TensorPlace =>
    placeTensor(engine, layer.input, { base, group0: 0, phases: layer.x.stride, ring: shape.ring });
  const first = Math.min(shape.words, at(0).rowStride * layer.y.kernel);
  let best = { base: 0, wait: Infinity };
  for (let base = 0; base + shape.words <= engine.XD; base++) {
    // First rows first; then as much as possible of the rest.
    const wait = state.until(base, first) + state.until(base, shape.words) / 1e6;
    if (wait < best.wait) best = { base, wait };
  }
  return at(best.base);
}

/** A place for the results beside the input, or undefined where there is no room. */
function resultPlace(
  engine: Engine,
  layer: EngineLayer,
  next: EngineLayer,
  input: TensorPlace,
): TensorPlace | undefined {
  const at = (base: number): TensorPlace =>
    placeTensor(engine, layer.output, { base, group0: 0, phases: next.x.stride });
  const { words } = extentOf(engine, at(0));
  const end = input.base + extentOf(engine, input).words;
  if (words <= input.base) return at(0);
  return end + words <= engine.XD ? at(end) : undefined;
}

interface PassesOf {
  readonly place: TensorPlace;
  /** Absent: the input is the result of the layer in front. */
  readonly shape: RowShape | undefined;
  readonly output: TensorPlace | undefined;
  readonly last: boolean;
  readonly tokens: number;
}

function layerPasses(engine: Engine, layer: EngineLayer, of: PassesOf): PassPlan[] {
  const { place, shape, output, last, tokens } = of;
  const { height } = layer.output;
  const rows = shape?.strip ?? height;
  const passes: PassPlan[] = [];
  for (let row0 = 0; row0 < height; row0 += rows) {
    const ends = row0 + rows >= height;
    passes.push(
      ...planLayer(engine, layer, {
        ...{ input: place, axis: output === undefined, last: last && ends },
        ...(output === undefined ? {} : { output }),
        ...(shape === undefined ? { flush: true } : { tokens }),
        strip: { row0, rows: Math.min(rows, height - row0) },
        ...(shape?.kept === true ? { weights: { reuse: row0 > 0, keep: !ends } } : {}),
      }),
    );
  }
  return passes;
}

/** For every input row: passes that must be done before it is not needed any more. */
function lastReaders(layer: EngineLayer, passes: readonly PassPlan[], pass0: number): Int32Array {
  const { y, input } = layer;
  const readers = new Int32Array(input.height);
  passes.forEach(({ row0, header }, index) => {
    const first = row0 * y.stride - y.pad;
    const end = first + (header.Ho - 1) * y.stride + (y.kernel - 1) * y.dilation + 1;
    readers.fill(pass0 + index + 1, Math.max(0, first), Math.max(0, Math.min(end, input.height)));
  });
  return readers;
}

/** Packets of rows; a row waits for the last reader of what lies in its slot. */
function rowLoads(place: TensorPlace, readers: Int32Array, state: Occupation): Load[] {
  const loads: Load[] = [];
  let waitDone = 0;
  for (let row = 0; row < place.height; row++) {
    const slot = place.base + (row % place.ring) * place.rowStride;
    waitDone = Math.max(waitDone, state.until(slot, place.rowStride));
    state.hold(slot, place.rowStride, readers[row] ?? 0);
    const before = loads.at(-1);
    if (before?.waitDone === waitDone) loads[loads.length - 1] = { ...before, rows: before.rows + 1 };
    else loads.push({ row0: row, rows: 1, waitDone });
  }
  return loads;
}

/** Bytes of the packets. */
export function trafficOf(engine: Engine, passes: readonly PassPlan[], inputs: readonly JobInput[]): Traffic {
  const sum = (beats: readonly number[]): number => beats.reduce((a, b) => a + b, 0);
  return {
    weights: (sum(passes.map(({ header }) => weightBeats(engine, header))) * engine.WP) / 8,
    pixels: (sum(inputs.map(({ descriptor }) => pixelBeats(engine, descriptor))) * engine.XP) / 8,
    results: (sum(passes.map(({ header }) => resultBeats(engine, header))) * engine.YP) / 8,
  };
}
