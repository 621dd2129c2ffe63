/**
 * Folding: how many outputs (PE) and inputs (SIMD) of each weighted layer are computed in one cycle.
 *
 * A layer of MH outputs and MW inputs takes (MH / PE) * (MW / SIMD) cycles a vector; a convolution has a vector for each output
 * pixel, and the pixels of its input and of its patches need a cycle each at least.
 */
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';
import type { ElementType, StageNetwork } from '../network/stages.js';
import { codeBits } from './codes.js';
import { divisors, type FoldingSource, foldingPlace, notDividing } from './errors.js';
import type { MultStyle, RamStyle } from './layer-styles.js';
import type { WeightMode } from './weights/place-weights.js';
import { foldingTotals, isDepthwise, layerForm } from './layer-form.js';
import { isWeighted, matrixOf, type WeightedStage } from './matrix.js';

export interface LayerFolding {
  readonly PE: number;
  readonly SIMD: number;
  /** Beats that fit between this layer and the one before; chosen when absent. */
  readonly fifo?: number;
  /** What makes the products; `auto` leaves it to the tool. */
  readonly mult_style?: MultStyle;
  /** Where the weight memory goes. */
  readonly ram_style?: RamStyle;
  /** Where the line buffer of its window goes. */
  readonly window_ram_style?: RamStyle;
  /** Where the weights are; `rom` when absent. */
  readonly weights?: WeightMode;
}
/** By stage name. */
export type Folding = Readonly<Record<string, LayerFolding>>;

export const weightedStages = (network: StageNetwork): readonly WeightedStage[] => network.stages.filter(isWeighted);

/** Cycles a sample keeps a layer busy: its unit, or the window in front of it. */
export const layerInterval = (stage: WeightedStage, layer: LayerFolding): number => layerForm(stage, layer).interval;

/** All problems of a folding at once; a legal one comes back as it is. */
export function checkFolding(network: StageNetwork, folding: Folding, source: FoldingSource = {}): Folding {
  const problems: Diagnostic[] = [];
  const stages = weightedStages(network);
  for (const name of Object.keys(folding)) {
    if (stages.some((stage) => stage.name === name)) continue;
    problems.push({
      code: 'H2101',
      message: `${name}: the network has no weighted layer of this name`,
      places: [foldingPlace(source, name, `"${name}"`)],
      fix: `weighted layers: ${stages.map((stage) => stage.name).join(' ')}`,
    });
  }
  for (const stage of stages) {
    const layer = folding[stage.name];
    if (layer === undefined) continue;
    const place = foldingPlace(source, stage.name, `"${stage.name}": { "PE": ${layer.PE}, "SIMD": ${layer.SIMD} }`);
    const { groups } = matrixOf(stage);
    const depthwise = isDepthwise(stage, layer.weights);
    const totals = foldingTotals(stage, layer.weights);
    const outputs = depthwise ? 'channels' : groups === 1 ? 'outputs' : 'outputs of a group';
    if (!dividesWhole(layer.PE, totals.PE)) {
      problems.push(notDividing('H2103', stage.name, `PE ${layer.PE}`, totals.PE, outputs, place));
    }
    const inputs = depthwise
      ? 'input that a depthwise unit takes of a channel'
      : stage.kind === 'dense'
        ? 'inputs'
        : 'inputs of a patch';
    if (!dividesWhole(layer.SIMD, totals.SIMD)) {
      problems.push(notDividing('H2102', stage.name, `SIMD ${layer.SIMD}`, totals.SIMD, inputs, place));
    }
    if (layer.ram_style === 'ultra' && layer.weights !== 'external') {
      const message = `${stage.name}: ram_style ultra: UltraRAM has no contents at the start, weights have`;
      const fix = 'take ram_style block; window_ram_style ultra is for the line buffer';
      problems.push({ code: 'H2104', message, places: [place], fix });
    }
    if (layer.fifo !== undefined && !(Number.isInteger(layer.fifo) && layer.fifo >= 1)) {
      const message = `${stage.name}: fifo ${layer.fifo} is not a whole number of beats >= 1`;
      problems.push({ code: 'H2104', message, places: [place], fix: 'give the capacity in beats' });
    }
  }
  if (problems.length > 0) throw new HeddleError(problems);
  return folding;
}

const dividesWhole = (part: number, total: number): boolean =>
  Number.isInteger(part) && part >= 1 && total % part === 0;

/**
 * Legal values that a search looks at: SIMD that divides the channels of a pixel, and for windows of whole patches those above
 * that are whole pixels, or a part of the channels of all pixels of a patch. Other divisors of a patch only add converters.
 */
export function usefulPairs(stage: WeightedStage): {
  readonly PE: readonly number[];
  readonly SIMD: readonly number[];
} {
  const totals = foldingTotals(stage);
  const all = { PE: divisors(totals.PE), SIMD: divisors(totals.SIMD) };
  if (stage.kind === 'dense') return all;
  const inner = stage.image.channels / stage.groups;
  const taps = totals.SIMD / inner;
  const wide = (SIMD: number) => stage.groups === 1 && SIMD > inner && (SIMD % inner === 0 || SIMD % taps === 0);
  return { ...all, SIMD: all.SIMD.filter((SIMD) => inner % SIMD === 0 || wide(SIMD)) };
}

/** Rough cost of one product in LUTs; binary products cost one. Sets proportions only, not resource reports. */
const productCost = (stage: { readonly input: ElementType; readonly weight: ElementType }): number =>
  Math.max(1, codeBits(stage.input) * codeBits(stage.weight));

export interface FoldingGoal {
  /** Cycles a sample may take; 1 asks for the fastest that fits the budget. */
  readonly interval: number;
  /** Sum over layers of PE * SIMD * cost of a product, in LUT equivalents. */
  readonly budget: number;
}

/** 60 % of the LUTs of the smallest board in the list (PYNQ-Z2, 53 200) for products. */
export const defaultBudget = 32_000;

/**
 * The cheapest folding that reaches the goal's interval in every layer; where the budget ends before, the slowest layer
 * has been sped up as far as it goes. Layers that `fixed` names keep their values.
 */
export function chooseFolding(network: StageNetwork, goal: FoldingGoal, fixed: Folding = {}): Folding {
  const stages = weightedStages(network);
  const chosen = new Map(stages.map((stage) => [stage, fixed[stage.name] ?? { PE: 1, SIMD: 1 }]));
  const open = new Set(stages.filter((stage) => fixed[stage.name] === undefined));
  const cost = (stage: WeightedStage, layer: LayerFolding) => layer.PE * layer.SIMD * productCost(stage);
  let spent = [...chosen].reduce((sum, [stage, layer]) => sum + cost(stage, layer), 0);
  while (open.size > 0) {
    const slowest = [...open].reduce((a, b) =>
      layerInterval(a, chosen.get(a)!) >= layerInterval(b, chosen.get(b)!) ? a : b,
    );
    const now = chosen.get(slowest)!;
    if (layerInterval(slowest, now) <= goal.interval) break;
    const faster = nextFaster(slowest, now, goal.interval);
    const rise = faster === undefined ? Infinity : cost(slowest, faster) - cost(slowest, now);
    if (faster === undefined || spent + rise > goal.budget) {
      open.delete(slowest);
      continue;
    }
    chosen.set(slowest, faster);
    spent += rise;
  }
  return Object.fromEntries([...chosen].map(([stage, layer]) => [stage.name, layer]));
}

/**
 * The next step up: the least PE * SIMD that is faster than `now` (and not faster than needed); among equals the most
 * square one, since wide words and deep trees both cost.
 */
function nextFaster(stage: WeightedStage, now: LayerFolding, goal: number): LayerFolding | undefined {
  const interval = layerInterval(stage, now);
  let best: LayerFolding | undefined;
  const legal = usefulPairs(stage);
  for (const PE of legal.PE) {
    for (const SIMD of legal.SIMD) {
      const candidate = { PE, SIMD };
      const cycles = layerInterval(stage, candidate);
      if (cycles >= interval || cycles * 4 < Math.min(goal, interval)) continue;
      if (best === undefined || better(candidate, best)) best = candidate;
    }
  }
  return best;
}

function better(a: LayerFolding, b: LayerFolding): boolean {
  const [costA, costB] = [a.PE * a.SIMD, b.PE * b.SIMD];
  if (costA !== costB) return costA < costB;
  return Math.abs(Math.log2(a.SIMD / (4 * a.PE))) < Math.abs(Math.log2(b.SIMD / (4 * b.PE)));
}
