/** Why a group of a plan is as it is, in one sentence. */
import type { PlannedPlace } from './engine-plan.js';
import { meanWords, type GroupCost, type NetworkFacts } from './group-cost.js';
import type { NetworkLayer } from './lower-stages.js';

const mega = (bytes: number): string => (bytes / 1e6).toFixed(2);

/** What stays, what leaves, in how many strips and how often the weights come. */
export function groupNote(
  { engine, sizeOf }: NetworkFacts,
  layers: readonly NetworkLayer[],
  { strips, bytes, keepWeights, rows }: GroupCost,
  stored: ReadonlySet<string>,
  places: readonly PlannedPlace[],
): string {
  const inputs = new Set(
    layers.flatMap(({ input, residual }) => [input, ...(residual === undefined ? [] : [residual])]),
  );
  const outputs = new Set(layers.map(({ output }) => output));
  const from = (which: PlannedPlace['from']): string[] =>
    places
      .filter((place) => place.from === which && inputs.has(place.tensor) && !outputs.has(place.tensor))
      .map(({ tensor }) => tensor);
  const stay = places
    .filter(({ tensor, ring, height }) => outputs.has(tensor) && ring === height)
    .map(({ tensor }) => tensor);
  const rings = places
    .filter(({ tensor, ring, height }) => outputs.has(tensor) && ring < height)
    .map(({ tensor }) => tensor);
  const leave = [...outputs].filter((tensor) => stored.has(tensor));
  const words = Math.ceil(
    places.reduce((sum, place) => sum + meanWords(engine, sizeOf(place.tensor), place.phases, place.ring), 0),
  );
  const part = (list: readonly string[], what: string): string[] =>
    list.length === 0 ? [] : [`${list.join(', ')} ${what}`];
  const often =
    strips.count === 1
      ? 'in one go'
      : `${strips.count} strips of ${rows} rows, weights ${keepWeights ? 'stay in the ring' : 'come again for each'}`;
  return [
    often,
    ...part(from('before'), 'on the chip'),
    ...part(from('dram'), 'from DRAM'),
    ...part(rings, 'in rings'),
    ...part(stay, 'stays'),
    ...part(leave, 'to DRAM'),
    `${words} of ${engine.XD} words a bank`,
    `${mega(bytes.weights)} MB weights, ${mega(bytes.loads)} in, ${mega(bytes.results)} out`,
  ].join('; ');
}
