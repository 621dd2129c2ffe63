/** Places in the X-RAM: rectangles of bank groups and addresses that do not overlap while their tensors are alive. */
import { randomStream } from '../../base/random.js';
import type { Engine } from '../config.js';
import { extentOf, placeTensor, type TensorPlace } from '../tensor-place.js';
import type { Size } from '../layer.js';
import { overlap, type Rectangle } from './rectangle.js';

/** What is to be placed. `first` and `last`: steps in which the tensor must be there, both included. */
export interface PlaceRequest {
  readonly name: string;
  readonly size: Size;
  readonly phases: number;
  /** Rows that are held; default all. */
  readonly ring?: number;
  /** Must begin at bank 0: its reader is depthwise or a pool. */
  readonly atBank0: boolean;
  readonly first: number;
  readonly last: number;
}

interface Taken extends Rectangle {
  readonly first: number;
  readonly last: number;
}

type Grid = Pick<Engine, 'P' | 'M' | 'D' | 'XD'>;

export interface Allocation {
  readonly places: ReadonlyMap<string, TensorPlace>;
  /** Requests without a place. */
  readonly failed: readonly string[];
}

/** A request with its rectangle at address 0. */
interface Item {
  readonly request: PlaceRequest;
  readonly groups: number;
  readonly words: number;
}

/** In which order places are sought, and from which end of the banks. */
interface Strategy {
  readonly items: readonly Item[];
  readonly fromTop: (item: Item) => boolean;
}

/** How many orders are tried before a failure is believed. */
const attempts = 60;

/**
 * A place for every request: largest first, each at the lowest address where it fits; then in the order of time from both ends in
 * turn; then in orders drawn by lot, always the same ones. Requests that find no place in the first order are named where all fail.
 */
export function allocate(engine: Grid, requests: readonly PlaceRequest[]): Allocation {
  const items = requests.map((request): Item => {
    const { banks, words } = extentOf(engine, placeTensor(engine, request.size, spotOf(request, 0, 0)));
    return { request, groups: banks / engine.D, words };
  });
  const largest = [...items].sort((a, b) => b.groups * b.words - a.groups * a.words);
  const first = attempt(engine, { items: largest, fromTop: () => false });
  // What is alive at one time and takes all banks leaves nothing to try.
  if (first.failed.length === 0 || requests.every((a) => requests.every((b) => a.first <= b.last && b.first <= a.last)))
    return first;
  const inTime = [...items].sort((a, b) => a.request.first - b.request.first || b.words - a.words);
  const turns = attempt(engine, { items: inTime, fromTop: ({ request }) => request.first % 2 === 1 });
  if (turns.failed.length === 0) return turns;
  const random = randomStream(1n, 'places');
  for (let k = 0; k < attempts; k++) {
    const base = k % 2 === 0 ? largest : inTime;
    // The further down the list, the less likely a request changes its place in the order.
    const keys = new Map(base.map((item, index) => [item, index + random.nextFloat() * (2 + (k % 8) * 2)]));
    const tops = new Set(base.filter(() => random.nextInt(2) === 1));
    const shuffled = [...base].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
    const found = attempt(engine, { items: shuffled, fromTop: (item) => tops.has(item) });
    if (found.failed.length === 0) return found;
  }
  return first;
}

const spotOf = ({ phases, ring }: PlaceRequest, base: number, group0: number) => ({
  ...{ base, group0, phases },
  ...(ring === undefined ? {} : { ring }),
});

function attempt(engine: Grid, { items, fromTop }: Strategy): Allocation {
  const { M, D, XD } = engine;
  const taken: Taken[] = [];
  const places = new Map<string, TensorPlace>();
  const failed: string[] = [];
  for (const item of items) {
    const { request, groups, words } = item;
    const { first, last } = request;
    const beside = taken.filter((other) => first <= other.last && other.first <= last);
    const top = fromTop(item);
    const bases = top
      ? [XD - words, ...beside.map((other) => other.base - words)].sort((a, b) => b - a)
      : [0, ...beside.map((other) => other.base + other.words)].sort((a, b) => a - b);
    let best: Taken | undefined;
    const most = request.atBank0 ? 0 : M / D - groups;
    for (let group = 0; group <= most; group++) {
      const fits = (base: number): boolean =>
        base >= 0 && base + words <= XD && !beside.some((other) => overlap({ group, groups, base, words }, other));
      const base = bases.find(fits);
      if (base === undefined) continue;
      if (best === undefined || (top ? base > best.base : base < best.base))
        best = { group, groups, base, words, first, last };
    }
    if (best === undefined) failed.push(request.name);
    else {
      taken.push(best);
      places.set(request.name, placeTensor(engine, request.size, spotOf(request, best.base, best.group)));
    }
  }
  return { places, failed };
}
