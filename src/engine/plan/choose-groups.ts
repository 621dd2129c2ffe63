/**
 * Which layers run together and which tensors stay on the chip: the choice with the least DRAM traffic, by dynamic programming
 * over the places between layers. A state says where each tensor that is still to be read lies.
 */
import type { NetworkLayer } from './lower-stages.js';
import { costOf, inDram, onChip, priceOf, type GroupCost, type NetworkFacts, type Where } from './group-cost.js';
import { readersOf } from './strips.js';

/** Where a tensor is, and for which horizontal stride its copy on the chip is laid out. */
interface Location {
  readonly where: Where;
  readonly phases: number;
}
type State = ReadonlyMap<string, Location>;

/** A group as it was chosen. */
export interface ChosenGroup {
  /** Layers `first` .. `end - 1` of the network. */
  readonly first: number;
  readonly end: number;
  readonly cost: GroupCost;
  /** Tensors behind the group. */
  readonly behind: State;
  readonly before: readonly string[];
}

interface Reached {
  readonly price: number;
  readonly state: State;
  readonly from?: { readonly reached: Reached; readonly group: ChosenGroup };
}

/** Layers of a group at most: longer chains of rings do not pay. */
const longest = 6;

/** Groups with the least traffic under a capacity in words a bank; or the first layer that no group can hold. */
export function chooseGroups(
  facts: NetworkFacts,
  capacity: number,
): readonly ChosenGroup[] | { readonly stuck: number } {
  const { layers } = facts.network;
  const table = Array.from({ length: layers.length + 1 }, () => new Map<string, Reached>());
  const start: State = new Map([[facts.network.input, { where: 'dram', phases: 1 }]]);
  table[0]?.set(keyOf(start), { price: 0, state: start });
  let furthest = 0;
  for (let first = 0; first < layers.length; first++) {
    for (const reached of [...(table[first]?.values() ?? [])]) {
      for (const state of droppings(reached.state)) {
        for (let end = first + 1; end <= Math.min(layers.length, first + longest); end++) {
          const group = layers.slice(first, end);
          if (end > first + 1 && !connected(group)) break;
          for (const next of transitions(facts, { state, first, end, group }, capacity)) {
            furthest = Math.max(furthest, end);
            const price = reached.price + priceOf(next.cost);
            const key = keyOf(next.behind);
            const known = table[end]?.get(key);
            if (known !== undefined && known.price <= price) continue;
            table[end]?.set(key, { price, state: next.behind, from: { reached, group: next } });
          }
        }
      }
    }
  }
  let best: Reached | undefined;
  for (const each of table[layers.length]?.values() ?? [])
    if (best === undefined || each.price < best.price) best = each;
  if (best === undefined) return { stuck: furthest };
  const chosen: ChosenGroup[] = [];
  for (let at: Reached | undefined = best; at?.from !== undefined; at = at.from.reached) chosen.unshift(at.from.group);
  return chosen;
}

const keyOf = (state: State): string =>
  [...state].map(([tensor, { where, phases }]) => `${tensor}:${where}${phases}`).join(' ');

/** The state, and those with copies on the chip given up that are in DRAM as well. */
function droppings(state: State): State[] {
  const both = [...state].filter(([, { where }]) => where === 'both');
  const [one] = both;
  if (one === undefined) return [state];
  const without = new Map([...state]);
  without.set(one[0], { where: 'dram', phases: 1 });
  return [state, without];
}

/** Every layer behind the first reads something that the group writes. */
function connected(group: readonly NetworkLayer[]): boolean {
  const outputs = new Set(group.map(({ output }) => output));
  return group.slice(1).every(({ input, residual }) => outputs.has(input) || outputs.has(residual ?? ''));
}

interface Step {
  readonly state: State;
  readonly first: number;
  readonly end: number;
  readonly group: readonly NetworkLayer[];
}

/** The horizontal stride of the first reader from a layer on; a residual has none. */
function phasesFrom({ network }: NetworkFacts, tensor: string, first: number): number {
  const [reader] = readersOf(network.layers.slice(first), tensor);
  return reader === undefined || reader.residual ? 1 : reader.layer.x.stride;
}

const strides = (group: readonly NetworkLayer[], tensor: string): number[] =>
  readersOf(group, tensor).map(({ layer, residual }) => (residual ? 1 : layer.x.stride));

/** Every way to run layers `first` .. `end - 1` as one group. */
function* transitions(facts: NetworkFacts, step: Step, capacity: number): Generator<ChosenGroup> {
  const { state, first, end, group } = step;
  const { network } = facts;
  const rest = network.layers.slice(end);
  const lives = (tensor: string): boolean =>
    rest.some(({ input, residual }) => input === tensor || residual === tensor);
  const outputs = group.map(({ output }) => output);
  const isResult = (tensor: string): boolean => network.output.parts.includes(tensor);
  const external = [...new Set(group.flatMap(({ input, residual }) => [input, residual ?? input]))].filter(
    (tensor) => !outputs.includes(tensor),
  );
  const fits = (tensor: string, phases: number): boolean => strides(group, tensor).every((stride) => stride === phases);
  const before = external.filter((tensor) => {
    const at = state.get(tensor);
    return onChip(at?.where) && fits(tensor, at?.phases ?? 1);
  });
  const load = external.filter((tensor) => !before.includes(tensor));
  // A copy with the wrong layout cannot be loaded once more where there is none in DRAM.
  if (load.some((tensor) => !inDram(state.get(tensor)?.where) || new Set(strides(group, tensor)).size > 1)) return;
  if (outputs.some((tensor) => new Set(strides(group, tensor)).size > 1)) return;
  const taken = [...state].flatMap(([tensor, { where, phases }]) =>
    onChip(where) && !load.includes(tensor) ? [{ tensor, phases }] : [],
  );
  const crossing = outputs.filter((tensor) => lives(tensor) || isResult(tensor));
  const wholes = choices(load.filter(lives), [false, true]);
  const wheres = choices(crossing, ['chip', 'dram', 'both'] as const);
  for (const whole of wholes) {
    for (const written of wheres) {
      if (crossing.some((tensor) => isResult(tensor) && !inDram(written.get(tensor)))) continue;
      if (crossing.some((tensor) => !lives(tensor) && onChip(written.get(tensor)))) continue;
      const choice = {
        layers: group,
        before,
        loaded: load.map((tensor) => ({ tensor, whole: whole.get(tensor) === true })),
        ...{ written, taken },
      };
      const phases = (tensor: string): number => phasesFrom(facts, tensor, first);
      const cost = costOf({ ...facts, phases }, choice, capacity);
      // Several layers in one go are the same as one after the other.
      if (cost === undefined || (group.length > 1 && cost.strips.count === 1)) continue;
      const behind = new Map<string, Location>();
      for (const [tensor, location] of state) if (lives(tensor)) behind.set(tensor, location);
      for (const { tensor, whole: stays } of choice.loaded)
        if (lives(tensor))
          behind.set(tensor, stays ? { where: 'both', phases: phases(tensor) } : { where: 'dram', phases: 1 });
      for (const [tensor, where] of written)
        if (lives(tensor)) behind.set(tensor, { where, phases: onChip(where) ? phases(tensor) : 1 });
      yield { first, end, cost, behind, before };
    }
  }
}

/** Every assignment of values to names. */
function choices<T>(names: readonly string[], values: readonly T[]): ReadonlyMap<string, T>[] {
  return names.reduce<ReadonlyMap<string, T>[]>(
    (maps, name) => maps.flatMap((map) => values.map((value) => new Map([...map, [name, value]]))),
    [new Map()],
  );
}
