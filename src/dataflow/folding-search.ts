/**
 * The search for a folding: the cheapest one that keeps every layer at or below an interval, under a budget.
 *
 * As in FINN's SetFolding the aim is the least hardware at a rate, not the most parallelism: layers that are fast enough get no
 * more. All layers end up near the same interval, since each takes the cheapest pair that reaches it.
 */
import { addResources, bramTiles, noResources, type Resources, timesResources } from '../blocks/resources/index.js';
import type { LayerStyles } from './layer-styles.js';

/** Cells of a device; block memory in tiles of 36 Kibit. */
export interface Budget {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram36: number;
}
export const budgetResources = ['lut', 'ff', 'dsp', 'bram36'] as const;
export type BudgetResource = (typeof budgetResources)[number];

/** A pair, and what the layer asks of synthesis. */
export interface Pair extends LayerStyles {
  readonly PE: number;
  readonly SIMD: number;
}

/** A layer as the search sees it. */
export interface FoldableLayer {
  readonly name: string;
  /** Legal values, ascending. */
  readonly pe: readonly number[];
  readonly simd: readonly number[];
  /** Cycles that a sample keeps the layer busy. */
  readonly cycles: (pair: Pair) => number;
  /** Everything that depends on the pair. */
  readonly cost: (pair: Pair) => Resources;
}

export interface SearchGoal {
  /** Cycles a sample may take; 1 asks for the fastest that fits. */
  readonly interval: number;
  readonly budget: Budget;
  /** What does not depend on the folding; counts against the budget. */
  readonly base?: Resources;
  /** Weigh by the budget, but go to the interval whatever that takes. */
  readonly beyondBudget?: boolean;
  /** Layers that keep their pair. */
  readonly fixed?: Readonly<Record<string, Pair>>;
}

/** What keeps the interval from being shorter. */
export type SearchBound =
  | { readonly kind: 'goal' }
  /** This layer is at its full size, or fixed. */
  | { readonly kind: 'layer'; readonly layer: string }
  /** The next shorter interval takes more of these than there are. */
  | { readonly kind: 'budget'; readonly layer: string; readonly over: readonly BudgetResource[] };

export interface SearchStep {
  /** Cycles a sample takes: those of the slowest layer. */
  readonly interval: number;
  readonly folding: Readonly<Record<string, Pair>>;
  /** `base` and all layers. */
  readonly total: Resources;
}

export interface SearchResult extends SearchStep {
  /** False where even the smallest folding takes more than the budget. */
  readonly fits: boolean;
  /** The slowest layer. */
  readonly slowest: string;
  readonly bound: SearchBound;
  /** The next shorter interval and what it would take; absent where every layer is at its full size. */
  readonly next?: SearchStep & { readonly over: readonly BudgetResource[] };
}

/** How much of a resource a design takes. */
export const used = (resources: Resources, name: BudgetResource): number =>
  name === 'bram36' ? bramTiles(resources) : resources[name];

/** The resources of which a design takes more than there are. */
export const overBudget = (resources: Resources, budget: Budget): BudgetResource[] =>
  budgetResources.filter((name) => used(resources, name) > budget[name]);

/** Sum of the shares of the budget: what one folding is dearer than another by. */
export const weigh = (resources: Resources, budget: Budget): number =>
  budgetResources.reduce((sum, name) => sum + used(resources, name) / Math.max(1, budget[name]), 0);

interface Option {
  readonly pair: Pair;
  readonly cycles: number;
  readonly resources: Resources;
}

/** Pairs of a layer that no other pair beats in both cycles and weight, slowest (and cheapest) first. */
function optionsOf(layer: FoldableLayer, budget: Budget, fixed: Pair | undefined): readonly Option[] {
  const pairs = fixed === undefined ? layer.pe.flatMap((PE) => layer.simd.map((SIMD) => ({ PE, SIMD }))) : [fixed];
  const all = pairs
    .map((pair) => {
      const resources = layer.cost(pair);
      return { pair, cycles: layer.cycles(pair), resources, weight: weigh(resources, budget) };
    })
    // Among equals the narrower matrix word, then more inputs: the adders of one row are cheaper than more rows.
    .sort((a, b) => a.cycles - b.cycles || a.weight - b.weight || b.pair.SIMD - a.pair.SIMD);
  let cheapest = Infinity;
  const kept: Option[] = [];
  for (const option of all) {
    if (option.weight >= cheapest) continue;
    cheapest = option.weight;
    kept.push(option);
  }
  return kept.reverse();
}

/**
 * A folding with the products of layers in LUTs until `most` DSPs suffice: of whole layers, those first that take fewest LUTs for
 * a DSP. Layers that are fixed, or whose folding says what makes the products, stay; where all the others are not enough, nothing
 * changes.
 */
export function withinDsps(
  layers: readonly FoldableLayer[],
  {
    folding,
    total,
    most,
    fixed = {},
  }: Pick<SearchStep, 'folding' | 'total'> & { readonly most: number; readonly fixed?: SearchGoal['fixed'] },
): Pick<SearchStep, 'folding' | 'total'> {
  if (total.dsp <= most) return { folding, total };
  const moves = layers
    .filter(({ name }) => fixed[name] === undefined && folding[name]!.mult_style === undefined)
    .map((layer) => {
      const pair: Pair = { ...folding[layer.name]!, mult_style: 'lut' };
      const change = addResources(layer.cost(pair), timesResources(-1, layer.cost(folding[layer.name]!)));
      return { name: layer.name, pair, change, price: change.lut / -change.dsp };
    })
    .filter(({ change }) => change.dsp < 0)
    .sort((a, b) => a.price - b.price);
  const moved = { ...folding };
  let sum = total;
  for (const { name, pair, change } of moves) {
    moved[name] = pair;
    sum = addResources(sum, change);
    if (sum.dsp <= most) break;
  }
  if (sum.dsp > most) return { folding, total };
  // A large layer at the end may have made room for small ones in front of it.
  for (const { name, change } of moves) {
    const back = addResources(sum, timesResources(-1, change));
    if (moved[name] === folding[name] || back.dsp > most) continue;
    moved[name] = folding[name]!;
    sum = back;
  }
  return { folding: moved, total: sum };
}

/** Throws where there are no layers. */
export function searchFolding(layers: readonly FoldableLayer[], goal: SearchGoal): SearchResult {
  const { budget, base = noResources, fixed = {}, beyondBudget = false } = goal;
  const options = layers.map((layer) => optionsOf(layer, budget, fixed[layer.name]));
  const at = (interval: number): SearchStep => {
    const chosen = options.map((each) => each.find(({ cycles }) => cycles <= interval) ?? each.at(-1)!);
    const pairs = Object.fromEntries(chosen.map(({ pair }, i) => [layers[i]!.name, pair]));
    const sum = addResources(base, ...chosen.map(({ resources }) => resources));
    const { folding, total } = withinDsps(layers, { folding: pairs, total: sum, most: budget.dsp, fixed });
    return { interval: Math.max(...chosen.map(({ cycles }) => cycles)), folding, total };
  };
  // No interval below the fastest of the slowest layer can be had.
  const least = Math.max(...options.map((each) => each.at(-1)!.cycles));
  const steps = [...new Set(options.flatMap((each) => each.map(({ cycles }) => cycles)))]
    .filter((cycles) => cycles >= least)
    .sort((a, b) => a - b);
  const wanted = Math.max(goal.interval, least);
  // The slowest step that is fast enough; a goal slower than everything takes the smallest folding.
  let index = Math.max(
    0,
    steps.findLastIndex((cycles) => cycles <= wanted),
  );
  while (!beyondBudget && index + 1 < steps.length && overBudget(at(steps[index]!).total, budget).length > 0) index++;
  const result = at(steps[index]!);
  const slowest = layers.find((layer) => layer.cycles(result.folding[layer.name]!) === result.interval)!.name;
  const faster = index > 0 ? at(steps[index - 1]!) : undefined;
  const next = faster === undefined ? undefined : { ...faster, over: overBudget(faster.total, budget) };
  const bound: SearchBound =
    result.interval <= goal.interval
      ? { kind: 'goal' }
      : next === undefined
        ? { kind: 'layer', layer: slowest }
        : { kind: 'budget', layer: slowest, over: next.over };
  const fits = overBudget(result.total, budget).length === 0;
  return { ...result, fits, slowest, bound, ...(next === undefined ? {} : { next }) };
}

/**
 * Foldings for layers that work one after the other on a vector, where the first result takes the sum of their cycles: from the
 * cheapest to the fastest, each with the change that saves most cycles for its weight. Sums between two of them would take more
 * hardware for the cycles they save, so nothing is lost by leaving them out.
 */
export function latencySteps(layers: readonly FoldableLayer[], budget: Budget): Readonly<Record<string, Pair>>[] {
  const options = layers.map((layer) =>
    optionsOf(layer, budget, undefined).map((each) => ({ ...each, weight: weigh(each.resources, budget) })),
  );
  const chosen = options.map(() => 0);
  const folding = () => Object.fromEntries(layers.map(({ name }, i) => [name, options[i]![chosen[i]!]!.pair]));
  const steps = [folding()];
  for (;;) {
    const changes = options.flatMap((each, layer) => {
      const now = each[chosen[layer]!]!;
      return each.slice(chosen[layer]! + 1).map(({ cycles, weight }, k) => ({
        ...{ layer, option: chosen[layer]! + 1 + k },
        gain: (now.cycles - cycles) / Math.max(1e-9, weight - now.weight),
      }));
    });
    const [first, ...others] = changes;
    if (first === undefined) return steps;
    const best = others.reduce((a, b) => (b.gain > a.gain ? b : a), first);
    chosen[best.layer] = best.option;
    steps.push(folding());
  }
}
