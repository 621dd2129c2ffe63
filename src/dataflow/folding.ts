/**
 * Folding: how many outputs (PE) and inputs (SIMD) of each weighted layer are computed in one cycle.
 *
 * A layer of MH outputs and MW inputs takes (MH / PE) * (MW / SIMD) cycles a vector.
 */
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';
import type { DenseStage, StageNetwork } from '../network/stages.js';
import { divisors, type FoldingSource, foldingPlace, notDividing } from './errors.js';

export type RamStyle = 'auto' | 'block' | 'distributed' | 'ultra';

export interface LayerFolding {
  readonly PE: number;
  readonly SIMD: number;
  /** Beats that fit between this layer and the one before; chosen when absent. */
  readonly fifo?: number;
  readonly ram_style?: RamStyle;
}
/** By stage name. */
export type Folding = Readonly<Record<string, LayerFolding>>;

export const weightedStages = (network: StageNetwork): readonly DenseStage[] =>
  network.stages.filter((stage): stage is DenseStage => stage.kind === 'dense');

/** Cycles a vector keeps a layer busy. */
export const layerInterval = (stage: DenseStage, { PE, SIMD }: LayerFolding): number =>
  (stage.outputs / PE) * (stage.inputs / SIMD);

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
    if (!dividesWhole(layer.PE, stage.outputs)) {
      problems.push(notDividing('H2103', stage.name, 'PE', layer.PE, stage.outputs, place));
    }
    if (!dividesWhole(layer.SIMD, stage.inputs)) {
      problems.push(notDividing('H2102', stage.name, 'SIMD', layer.SIMD, stage.inputs, place));
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

/** Rough cost of one product in LUTs; binary products cost one. Sets proportions only, not resource reports. */
function productCost(stage: DenseStage): number {
  const bits = (type: DenseStage['input']) => (type.kind === 'bipolar' ? 1 : type.bits);
  return Math.max(1, bits(stage.input) * bits(stage.weight));
}

export interface FoldingGoal {
  /** Cycles a vector may take; 1 asks for the fastest that fits the budget. */
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
  const cost = (stage: DenseStage, layer: LayerFolding) => layer.PE * layer.SIMD * productCost(stage);
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
function nextFaster(stage: DenseStage, now: LayerFolding, goal: number): LayerFolding | undefined {
  const interval = layerInterval(stage, now);
  let best: LayerFolding | undefined;
  for (const PE of divisors(stage.outputs)) {
    for (const SIMD of divisors(stage.inputs)) {
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
