/** Places in the X-RAM: rectangles of bank groups and addresses that do not overlap while their tensors are alive. */
import type { Engine } from '../config.js';
import { extentOf, placeTensor, type TensorPlace } from '../tensor-place.js';
import type { Size } from '../layer.js';

/** What is to be placed. `first` and `last`: steps in which the tensor must be there, both included. */
export interface PlaceRequest {
  readonly name: string;
  readonly size: Size;
  readonly phases: number;
  /** Must begin at bank 0: its reader is depthwise or a pool. */
  readonly atBank0: boolean;
  readonly first: number;
  readonly last: number;
}

interface Rectangle {
  readonly group: number;
  readonly groups: number;
  readonly base: number;
  readonly words: number;
  readonly first: number;
  readonly last: number;
}

const apart = (a: number, aEnd: number, b: number, bEnd: number): boolean => aEnd <= b || bEnd <= a;

const collide = (a: Rectangle, b: Rectangle): boolean =>
  !apart(a.first, a.last + 1, b.first, b.last + 1) &&
  !apart(a.base, a.base + a.words, b.base, b.base + b.words) &&
  !apart(a.group, a.group + a.groups, b.group, b.group + b.groups);

/**
 * A place for every request, largest first, each at the lowest address where it fits. Returns the names that found none instead
 * where there are such.
 */
export function allocate(
  engine: Engine,
  requests: readonly PlaceRequest[],
): { readonly places: ReadonlyMap<string, TensorPlace>; readonly failed: readonly string[] } {
  const { M, D, XD } = engine;
  const taken: Rectangle[] = [];
  const places = new Map<string, TensorPlace>();
  const failed: string[] = [];
  const area = ({ size, phases }: PlaceRequest): number => {
    const { banks, words } = extentOf(engine, placeTensor(engine, size, { base: 0, group0: 0, phases }));
    return banks * words;
  };
  for (const request of [...requests].sort((a, b) => area(b) - area(a))) {
    let best: { readonly place: TensorPlace; readonly rectangle: Rectangle } | undefined;
    const groupsNeeded = Math.min(M, Math.ceil(request.size.channels / D) * D) / D;
    const most = request.atBank0 ? 0 : M / D - groupsNeeded;
    for (let group = 0; group <= most; group++) {
      for (const base of [0, ...taken.map((other) => other.base + other.words)].sort((a, b) => a - b)) {
        const place = placeTensor(engine, request.size, { base, group0: group, phases: request.phases });
        const { words } = extentOf(engine, place);
        const { first, last } = request;
        const rectangle: Rectangle = { group, groups: groupsNeeded, base, words, first, last };
        if (base + words > XD || taken.some((other) => collide(rectangle, other))) continue;
        if (best === undefined || base < best.rectangle.base) best = { place, rectangle };
        break;
      }
    }
    if (best === undefined) failed.push(request.name);
    else {
      taken.push(best.rectangle);
      places.set(request.name, best.place);
    }
  }
  return { places, failed };
}
