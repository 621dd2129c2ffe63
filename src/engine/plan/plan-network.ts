/** The plan of a whole network: which layers run together, which tensors stay on the chip and where, what goes through DRAM. */
import { HeddleError } from '../../base/diagnostics.js';
import type { Engine } from '../config.js';
import { engineDiagnostic, engineError } from '../errors.js';
import { weightBeats } from '../stream-sizes.js';
import { extentOf, placeTensor, type TensorPlace } from '../tensor-place.js';
import { allocate, type PlaceRequest } from './allocate.js';
import { chooseGroups, type ChosenGroup } from './choose-groups.js';
import {
  planFormat,
  planVersion,
  type EnginePlan,
  type PlannedGroup,
  type PlannedLayer,
  type PlannedPlace,
} from './engine-plan.js';
import { inDram, onChip, type NetworkFacts, type Where } from './group-cost.js';
import { LayerFigures } from './layer-traffic.js';
import type { EngineNetwork, NetworkLayer } from './lower-stages.js';
import { groupNote } from './plan-notes.js';
import { scheduleOf } from './schedule.js';
import { readersOf, rowsAlive, stripsOf } from './strips.js';

/** Shares of the X-RAM that are planned with, until everything finds a place: rectangles leave gaps. */
const shares = [1, 0.98, 0.95, 0.92, 0.88, 0.84, 0.8, 0.75, 0.7, 0.6, 0.5];

/** The plan with the least DRAM traffic that is found. Throws H2205 for a layer whose rows do not fit into the X-RAM. */
export function planNetwork(engine: Engine, network: EngineNetwork): EnginePlan {
  const wide = network.tensors.filter(({ size }) => size.channels > engine.maxChannels);
  if (wide.length > 0)
    throw new HeddleError(
      wide.map(({ name, size }) =>
        engineDiagnostic(
          'H2205',
          name,
          `${size.channels} channels, this engine is made for ${engine.maxChannels}`,
          'maxChannels',
        ),
      ),
    );
  const facts = factsOf(engine, network);
  let stuck = 0;
  for (const share of shares) {
    const chosen = chooseGroups(facts, Math.floor(engine.XD * share));
    if (!('length' in chosen)) {
      stuck = Math.max(stuck, chosen.stuck);
      continue;
    }
    for (const ahead of [true, false]) {
      const placed = placeGroups(facts, chosen, ahead);
      if (placed !== undefined) return withSharedWeights(facts, chosen, placed);
    }
  }
  throw new HeddleError(tooLarge(facts, stuck));
}

function factsOf(engine: Engine, network: EngineNetwork): NetworkFacts {
  const sizes = new Map(network.tensors.map(({ name, size }) => [name, size]));
  const writers = new Map(network.layers.map((layer) => [layer.output, layer]));
  return {
    ...{ engine, network, figures: new LayerFigures(engine), phases: () => 1 },
    writer: (tensor) => writers.get(tensor),
    sizeOf: (tensor) => {
      const size = sizes.get(tensor);
      if (size === undefined) throw engineError('H2209', tensor, 'the network has no such tensor');
      return size;
    },
  };
}

/** A tensor on the chip for a run of groups. */
interface Stay {
  readonly tensor: string;
  readonly first: number;
  last: number;
  readonly from: 'dram' | 'layer';
  readonly phases: number;
  readonly ring: number;
}

/** Every stay of a tensor on the chip, in the order of the groups. `ahead`: rings with the rows of the next strip. */
function staysOf(facts: NetworkFacts, chosen: readonly ChosenGroup[], ahead: boolean): Stay[] {
  const stays: Stay[] = [];
  const open = new Map<string, Stay>();
  chosen.forEach(({ cost, behind, before }, index) => {
    for (const tensor of before) {
      const stay = open.get(tensor);
      if (stay !== undefined) stay.last = index;
    }
    const spare = ahead ? spareRows(facts, chosen, index) : 0;
    for (const { tensor, from, phases, ring, ahead: more } of cost.held) {
      const stay: Stay = { tensor, first: index, last: index, from, phases, ring: spare >= 0 && ahead ? more : ring };
      stays.push(stay);
      if (onChip(behind.get(tensor)?.where)) open.set(tensor, stay);
    }
    for (const [tensor] of open) if (!onChip(behind.get(tensor)?.where)) open.delete(tensor);
  });
  return stays;
}

/** Words a bank that are left in a group when its rings take rows ahead. */
function spareRows({ engine, sizeOf }: NetworkFacts, chosen: readonly ChosenGroup[], index: number): number {
  const group = chosen[index];
  if (group === undefined) return -1;
  const more = group.cost.held.reduce((sum, { tensor, phases, ring, ahead }) => {
    const words = (rows: number): number => {
      const extent = extentOf(engine, placeTensor(engine, sizeOf(tensor), { base: 0, group0: 0, phases, ring: rows }));
      return (extent.banks * extent.words) / engine.M;
    };
    return sum + words(ahead) - words(ring);
  }, 0);
  return engine.XD - group.cost.words - more;
}

type Placed = readonly (Stay & { readonly place: TensorPlace })[];

/** A place for every stay, or undefined where one finds none. */
function placeGroups(facts: NetworkFacts, chosen: readonly ChosenGroup[], ahead: boolean): Placed | undefined {
  const { engine, network, sizeOf } = facts;
  const stays = staysOf(facts, chosen, ahead);
  const requests = stays.map((stay, index): PlaceRequest => {
    const layers = network.layers.slice(chosen[stay.first]?.first, chosen[stay.last]?.end);
    const { tensor, first, last, phases, ring } = stay;
    return {
      ...{ name: String(index), size: sizeOf(tensor), phases, ring, first, last },
      atBank0: readersOf(layers, tensor).some(({ layer, residual }) => !residual && layer.op !== 'dense'),
    };
  });
  const { places, failed } = allocate(engine, requests);
  if (failed.length > 0) return undefined;
  return stays.flatMap((stay, index) => {
    const place = places.get(String(index));
    return place === undefined ? [] : [{ ...stay, place }];
  });
}

/** The plan with the bytes of weights that its passes really take: the bytes of wide codes may share theirs. */
function withSharedWeights(facts: NetworkFacts, chosen: readonly ChosenGroup[], placed: Placed): EnginePlan {
  const plan = planOf(facts, chosen, placed);
  const { engine, network } = facts;
  if (network.output.parts.length < 2) return plan;
  const weights = plan.groups.map(() => 0);
  for (const { group, pass } of scheduleOf(engine, plan, network).passes)
    weights[group] = (weights[group] ?? 0) + (weightBeats(engine, pass.header) * engine.WP) / 8;
  return planOf(facts, chosen, placed, weights);
}

/** @param weights bytes of the weight packets of every group, where they are known better than from its price */
function planOf(
  facts: NetworkFacts,
  chosen: readonly ChosenGroup[],
  placed: Placed,
  weights?: readonly number[],
): EnginePlan {
  const { engine, network } = facts;
  const stored = new Set<string>([network.input]);
  for (const { behind } of chosen) for (const [tensor, { where }] of behind) if (inDram(where)) stored.add(tensor);
  for (const part of network.output.parts) stored.add(part);
  const groups = chosen.map(({ first, end, cost }, index): PlannedGroup => {
    const layers = network.layers.slice(first, end);
    const places = placed
      .filter((stay) => stay.first <= index && index <= stay.last)
      .filter(({ tensor }) => layers.some(({ input, residual, output }) => [input, residual, output].includes(tensor)))
      .map(({ tensor, from, place, first: since }): PlannedPlace => ({
        ...{ tensor, from: since === index ? from : 'before' },
        ...place,
      }));
    const bytes = { ...cost.bytes, weights: weights?.[index] ?? cost.bytes.weights };
    return {
      ...{ layers: layers.map(plannedLayer), rows: cost.rows, keepWeights: cost.keepWeights, places },
      bytes: bytes.weights + bytes.loads + bytes.results,
      note: groupNote(facts, layers, { ...cost, bytes }, stored, places),
    };
  });
  return {
    ...{ format: planFormat, version: planVersion, network: network.name, engine: engine.toJSON() },
    ...{ input: network.input, groups },
    tensors: network.tensors.map(({ name, size }) => ({ name, size, dram: stored.has(name) })),
  };
}

const plannedLayer = ({ layer, input, residual, output }: NetworkLayer): PlannedLayer => ({
  ...{ name: layer.name, op: layer.op, input, ...(residual === undefined ? {} : { residual }), output },
  kernel: `${layer.y.kernel}x${layer.x.kernel} stride ${layer.y.stride}x${layer.x.stride}`,
});

/** What the layer that no group can hold would need for a strip of one row. */
function tooLarge({ engine, network, sizeOf }: NetworkFacts, stuck: number): ReturnType<typeof engineDiagnostic> {
  const found = network.layers[Math.min(stuck, network.layers.length - 1)];
  if (found === undefined) return engineDiagnostic('H2205', network.name, 'a network without layers');
  const { layer, input } = found;
  const ring = rowsAlive([found], stripsOf([found], 1), input, 0);
  const place = placeTensor(engine, sizeOf(input), { base: 0, group0: 0, phases: layer.x.stride, ring });
  const { words } = extentOf(engine, place);
  const { height, width, channels } = layer.input;
  return engineDiagnostic(
    'H2205',
    layer.name,
    `${ring} of the rows of ${height} x ${width} x ${channels} take ${words} words a bank, and there is no room for them (XD=${engine.XD})`,
    'give the engine deeper banks (XD)',
  );
}

export type { Where };
