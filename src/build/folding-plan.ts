/** Plans whose folding was searched under the budget of a board, and what the next step up would cost. */
import { addResources, noResources, type Resources, timesResources } from '../blocks/resources/index.js';
import { type Folding, layerInterval, weightedStages } from '../dataflow/folding.js';
import {
  type Budget,
  budgetResources,
  latencySteps,
  overBudget,
  type Pair,
  searchFolding,
  type SearchResult,
  used,
  withinDsps,
} from '../dataflow/folding-search.js';
import { withDepths } from '../dataflow/fifo-depths.js';
import { type Plan, planNetwork } from '../dataflow/plan.js';
import type { StageNetwork } from '../network/stages.js';
import type { Board } from '../target/boards.js';
import { type CellCount, cellCount } from './board-cells.js';

export interface SearchRequest {
  /** Cycles a sample may take; 1 asks for the fastest that fits. */
  readonly interval: number;
  readonly budget: Budget;
  readonly portBits: number | 'full';
  /** Of the board: whose cells are counted. */
  readonly family?: Board['family'] | undefined;
  /** Layers that keep their folding. */
  readonly folding?: Folding | undefined;
}

export interface SearchedPlan {
  readonly plan: Plan;
  readonly search: SearchResult;
  /** Resources of the whole chain. */
  readonly total: Resources;
}

/** Rounds of search and planning: the second knows what stands between the layers. */
const rounds = 3;

/**
 * Undefined for a network without weights. A draft has FIFOs that nobody sized, which takes most of the time: its latency is at
 * most a little better than that of the plan.
 */
export function searchPlan(network: StageNetwork, request: SearchRequest, draft = false): SearchedPlan | undefined {
  const { interval, budget, portBits, folding = {}, family } = request;
  const count = cellCount(network, family);
  const { layers } = count;
  if (layers.length === 0) return undefined;
  let base = noResources;
  for (let round = 1; ; round++) {
    const search = searchFolding(layers, { interval, budget, base, fixed: folding });
    const pairs = { ...search.folding, ...folding };
    const final = (total: Resources): boolean =>
      round >= rounds || !search.fits || overBudget(total, budget).length === 0;
    const drafted = draftPlan(network, pairs, portBits, count);
    let { total } = drafted;
    if (final(total)) {
      if (draft) return { plan: drafted.plan, search, total };
      const plan = planNetwork(network, { folding: pairs, portBits });
      total = count.total(plan.chain);
      if (final(total)) return { plan, search, total };
    }
    // Converters, slices and the differences between layers in general and these contents.
    base = positive(addResources(base, total, timesResources(-1, search.total)));
  }
}

/** Beats for which a FIFO of a draft counts. */
const draftDepth = 32;

function draftPlan(network: StageNetwork, folding: Folding, portBits: number | 'full', count: CellCount) {
  const plan = planNetwork(network, { folding, portBits, sizing: false });
  const deep = plan.chain.nodes.flatMap((node) =>
    node.kind === 'fifo' && node.params.DEPTH > draftDepth ? [[node.name, draftDepth] as const] : [],
  );
  // FIFOs of vectors are as deep as they stay.
  const counted = isVectorNetwork(network) ? plan.chain : withDepths(plan.chain, new Map(deep));
  return { plan, total: count.total(counted) };
}

/**
 * Plans of a network of matrices on vectors, the cheapest and slowest first, as long as they fit the budget: the candidates for a
 * latency. Layers on images overlap in time; there shorter intervals are the way, see {@link isVectorNetwork}.
 */
export function* latencyPlans(
  network: StageNetwork,
  { budget, portBits, family }: Pick<SearchRequest, 'budget' | 'portBits' | 'family'>,
): Generator<{ readonly plan: Plan; readonly total: Resources }> {
  const { layers, total: count } = cellCount(network, family);
  for (const step of latencySteps(layers, budget)) {
    const first = planNetwork(network, { folding: step, portBits });
    const all = count(first.chain);
    const { folding } = withinDsps(layers, { folding: step, total: all, most: budget.dsp });
    const plan = folding === step ? first : planNetwork(network, { folding, portBits });
    const total = count(plan.chain);
    if (overBudget(total, budget).length === 0) yield { plan, total };
  }
}

/** Whether layers wait for whole vectors of each other, so that their cycles add up. */
export const isVectorNetwork = ({ stages }: StageNetwork): boolean =>
  stages.every(({ kind }) => kind === 'dense' || kind === 'elementwise' || kind === 'argmax');

function positive({ lut, ff, dsp, bram36, bram18, uram }: Resources): Resources {
  const least = (count: number): number => Math.max(0, count);
  return {
    ...{ lut: least(lut), ff: least(ff), dsp: least(dsp) },
    ...{ bram36: least(bram36), bram18: least(bram18), uram: least(uram) },
  };
}

export interface NextStep {
  readonly interval: number;
  readonly changes: readonly { readonly layer: string; readonly from: Pair; readonly to: Pair }[];
  /** More of each resource, estimated. */
  readonly more: Resources;
  /** What the board does not have enough of. */
  readonly over: readonly string[];
}

/** The cheapest folding with a shorter interval than that of a plan; undefined where every layer is at its full size. */
export function nextStep(
  network: StageNetwork,
  plan: Plan,
  budget: Budget,
  family?: Board['family'],
): NextStep | undefined {
  const stages = weightedStages(network);
  if (stages.length === 0) return undefined;
  const slowest = Math.max(...stages.map((stage) => layerInterval(stage, plan.folding[stage.name]!)));
  const { layers, total: count } = cellCount(network, family);
  const fixed: Record<string, Pair> = {};
  for (const stage of stages) {
    const pair = plan.folding[stage.name]!;
    if (layerInterval(stage, pair) < slowest) fixed[stage.name] = pair;
  }
  const faster = searchFolding(layers, { interval: slowest - 1, budget, fixed, beyondBudget: true });
  if (faster.interval >= slowest) return undefined;
  const changed = layers.filter(({ name }) => fixed[name] === undefined);
  const costs = (folding: Readonly<Record<string, Pair>>) =>
    addResources(...changed.map((layer) => layer.cost(folding[layer.name]!)));
  const more = addResources(costs(faster.folding), timesResources(-1, costs(plan.folding)));
  const total = addResources(count(plan.chain), more);
  return {
    interval: faster.interval,
    changes: changed.map(({ name }) => ({ layer: name, from: plan.folding[name]!, to: faster.folding[name]! })),
    more,
    over: overBudget(total, budget),
  };
}

const titles = { lut: 'LUT', ff: 'FF', dsp: 'DSP', bram36: 'BRAM36' } as const;

/** Resources by their usual names. */
export const resourceTitles = (names: readonly string[]): string =>
  names.map((name) => titles[name as keyof typeof titles]).join(', ');

/** `interval 64 with dense_0 16 x 32 (now 16 x 16): +3,100 LUT, +256 DSP; more DSP than pynq-z2 has`. */
export function describeNextStep({ interval, changes, more, over }: NextStep, board: string): string {
  const made = ({ mult_style }: Pair): string => (mult_style === 'lut' ? ' in LUTs' : '');
  const text = (pair: Pair): string => `${pair.PE} x ${pair.SIMD}${made(pair)}`;
  const pairs = changes.map(({ layer, from, to }) => `${layer} ${text(to)} (now ${text(from)})`);
  const costs = budgetResources.flatMap((name) => {
    const count = name === 'bram36' ? Math.round(2 * used(more, name)) / 2 : Math.round(used(more, name));
    return count === 0 ? [] : [`${count > 0 ? '+' : ''}${count.toLocaleString('en-US')} ${titles[name]}`];
  });
  const end = over.length === 0 ? `fits ${board}` : `more ${resourceTitles(over)} than ${board} has`;
  return `interval ${interval.toLocaleString('en-US')} with ${pairs.join(', ')}: ${costs.join(', ')}; ${end}`;
}
