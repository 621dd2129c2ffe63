/** A group of layers under a choice of where its tensors lie: how many strips it takes, what it moves, what it holds. */
import type { Engine } from '../config.js';
import type { Size } from '../layer.js';
import { extentOf, placeTensor } from '../tensor-place.js';
import { allocate } from './allocate.js';
import type { LayerFigures } from './layer-traffic.js';
import type { EngineNetwork, NetworkLayer } from './lower-stages.js';
import { readersOf, rowsAlive, stripsOf, type Strips } from './strips.js';

/** Where a tensor is between two groups. */
export type Where = 'chip' | 'dram' | 'both';
export const onChip = (where: Where | undefined): boolean => where === 'chip' || where === 'both';
export const inDram = (where: Where | undefined): boolean => where === 'dram' || where === 'both';

/** What a group touches. */
export interface GroupChoice {
  readonly layers: readonly NetworkLayer[];
  /** Tensors that are read from places where they lie already. */
  readonly before: readonly string[];
  /** Tensors that come by s_axis_x; `whole`: all rows stay, for groups behind. */
  readonly loaded: readonly { readonly tensor: string; readonly whole: boolean }[];
  /** Where tensors that are written and read behind the group, or are results, go. */
  readonly written: ReadonlyMap<string, Where>;
  /** Tensors that lie there as a whole beside what the group brings. */
  readonly taken: readonly { readonly tensor: string; readonly phases: number }[];
}

/** Tensors of a group on the chip, with the rows that are held. */
export interface Held {
  readonly tensor: string;
  readonly from: 'dram' | 'layer';
  readonly phases: number;
  readonly ring: number;
  /** Rows with which those of the next strip can come before this one is done. */
  readonly ahead: number;
}

export interface GroupCost {
  readonly rows: number;
  readonly strips: Strips;
  readonly held: readonly Held[];
  /** Bytes through all ports. */
  readonly bytes: { readonly weights: number; readonly loads: number; readonly results: number };
  readonly passes: number;
  /** Cycles in which rows are waited for, roughly: what comes before the first strip can begin, and what the ports cannot hide. */
  readonly waits: number;
  readonly keepWeights: boolean;
  /** Words a bank, on average over the banks, without those of other groups. */
  readonly words: number;
}

/** What planning needs to know of a network. */
export interface NetworkFacts {
  readonly engine: Engine;
  readonly network: EngineNetwork;
  readonly figures: LayerFigures;
  readonly sizeOf: (tensor: string) => Size;
  /** The layer that writes a tensor; undefined for the input. */
  readonly writer: (tensor: string) => NetworkLayer | undefined;
  /** Horizontal stride with which the copy on the chip is read. */
  readonly phases: (tensor: string, layers: readonly NetworkLayer[]) => number;
}

/** Words a bank that a tensor takes, on average over the banks. */
export function meanWords(engine: Engine, size: Size, phases: number, ring: number): number {
  const { banks, words } = extentOf(engine, placeTensor(engine, size, { base: 0, group0: 0, phases, ring }));
  return (banks * words) / engine.M;
}

/** What a cycle without work counts beside bytes: time matters more than traffic that the ports have room for. */
const cyclePrice = 64;
/** Cycles that a pass costs beside its steps: it waits for results, or the next row is not prepared yet. */
const passCost = 45;

/** What a group costs, in bytes. */
export function priceOf({ bytes, passes, waits }: GroupCost): number {
  return bytes.weights + bytes.loads + bytes.results + cyclePrice * (passCost * passes + waits);
}

/**
 * The group in as few strips as its tensors allow, or in more of them that leave room for the rows of the next one: what costs
 * less. Undefined where not even single rows fit.
 */
export function costOf(facts: NetworkFacts, choice: GroupChoice, capacity: number): GroupCost | undefined {
  const high = fewestStrips(facts, choice, capacity, false);
  if (high === undefined || high.strips.count === 1 || choice.loaded.length === 0) return high;
  const ahead = fewestStrips(facts, choice, capacity, true);
  return ahead !== undefined && priceOf(ahead) < priceOf(high) ? ahead : high;
}

function fewestStrips(
  facts: NetworkFacts,
  choice: GroupChoice,
  capacity: number,
  ahead: boolean,
): GroupCost | undefined {
  const last = choice.layers.at(-1);
  if (last === undefined) return undefined;
  const { height } = last.layer.output;
  const fits = (rows: number): GroupCost | undefined => {
    const strips = stripsOf(choice.layers, rows);
    const least = heldTensors(facts, choice, strips);
    const held = ahead ? least.map((each) => ({ ...each, ring: each.ahead })) : least;
    return haveRoom(facts, choice, held, capacity)
      ? costWith(facts, choice, { rows, strips, held, ahead: ahead || strips.count === 1 })
      : undefined;
  };
  const whole = fits(height);
  if (whole !== undefined) return whole;
  let [low, high, best] = [1, height - 1, fits(1)];
  if (best === undefined) return undefined;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const found = fits(middle);
    if (found !== undefined) [low, best] = [middle, found];
    else high = middle - 1;
  }
  // The same number of strips, as even as can be.
  const even = Math.ceil(height / Math.ceil(height / low));
  return fits(even) ?? best;
}

/** True where all places of a group find room beside each other. */
function haveRoom(
  { engine: { P, M, D }, sizeOf, network }: NetworkFacts,
  { taken }: GroupChoice,
  held: readonly Held[],
  XD: number,
): boolean {
  const atBank0 = (tensor: string): boolean =>
    readersOf(network.layers, tensor).some(({ layer, residual }) => !residual && layer.op !== 'dense');
  const all = [...taken.map(({ tensor, phases }) => ({ tensor, phases, ring: sizeOf(tensor).height })), ...held];
  const requests = all.map(({ tensor, phases, ring }, index) => ({
    ...{ name: String(index), size: sizeOf(tensor), phases, ring, atBank0: atBank0(tensor), first: 0, last: 0 },
  }));
  return allocate({ P, M, D, XD }, requests).failed.length === 0;
}

function costWith(
  facts: NetworkFacts,
  choice: GroupChoice,
  { rows, strips, held, ahead }: Pick<GroupCost, 'rows' | 'strips' | 'held'> & { readonly ahead: boolean },
): GroupCost {
  const { engine, figures, sizeOf } = facts;
  const { layers, written, loaded } = choice;
  const words = held.reduce(
    (sum, { tensor, phases, ring }) => sum + meanWords(engine, sizeOf(tensor), phases, ring),
    0,
  );
  let [weights, passes, cycles] = [0, 0, 0];
  const weighted = layers.filter(({ layer }) => layer.weights !== undefined);
  let keepWeights = false;
  for (const { layer, output } of layers) {
    const ends = strips.ends.get(output) ?? [];
    const own = ends.map((end, strip) => figures.strip(layer, Math.max(1, end - (ends[strip - 1] ?? 0))));
    const keeps =
      weighted.length === 1 &&
      layer.weights !== undefined &&
      own.length > 1 &&
      own.every(({ again }) => again !== undefined);
    if (keeps) keepWeights = true;
    own.forEach((strip, index) => {
      if ((ends[index] ?? 0) === (ends[index - 1] ?? 0)) return;
      weights += keeps && index > 0 ? (strip.again ?? 0) : strip.bytes;
      passes += strip.passes;
      cycles += strip.cycles;
    });
  }
  const loads = loaded.reduce((sum, { tensor }) => {
    const rowsOf = strips.ends.get(tensor)?.at(-1) ?? 0;
    const writer = facts.writer(tensor)?.layer;
    const phases = writer === undefined ? facts.phases(tensor, layers) : 1;
    return sum + rowsOf * figures.rowBytes(writer, sizeOf(tensor), phases);
  }, 0);
  const results = layers.reduce((sum, { layer, output }) => {
    if (!inDram(written.get(output))) return sum;
    return sum + layer.output.height * figures.rowBytes(layer, layer.output);
  }, 0);
  const beats = (8 * loads) / engine.XP;
  const waits = ahead ? beats / strips.count + Math.max(0, beats - cycles) : beats;
  return { rows, strips, held, bytes: { weights, loads, results }, passes, waits, keepWeights, words };
}

/** Places that a group needs beside those that are there. A residual and the results that go over it have the same ring. */
function heldTensors({ phases, sizeOf }: NetworkFacts, choice: GroupChoice, strips: Strips): Held[] {
  const { layers, written, loaded, before } = choice;
  const held = new Map<string, Held>();
  const add = (tensor: string, from: Held['from'], whole: boolean): void => {
    const { height } = sizeOf(tensor);
    const rows = (ahead: number): number =>
      whole ? height : Math.min(height, rowsAlive(layers, strips, tensor, ahead));
    held.set(tensor, { tensor, from, phases: phases(tensor, layers), ring: rows(0), ahead: rows(1) });
  };
  for (const { tensor, whole } of loaded) add(tensor, 'dram', whole);
  for (const { output } of layers)
    if (onChip(written.get(output)) || readersOf(layers, output).length > 0)
      add(output, 'layer', onChip(written.get(output)));
  for (const { residual, output } of layers) {
    if (residual === undefined) continue;
    const own = held.get(output);
    if (own === undefined) continue;
    const other = held.get(residual);
    const ring = before.includes(residual) ? sizeOf(residual).height : Math.max(own.ring, other?.ring ?? 0);
    held.set(output, { ...own, ring, ahead: ring });
    if (other !== undefined) held.set(residual, { ...other, ring, ahead: ring });
  }
  return [...held.values()];
}
