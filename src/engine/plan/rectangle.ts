/** Which part of the X-RAM a place takes. */
import type { Engine } from '../config.js';
import { extentOf, type TensorPlace } from '../tensor-place.js';

/** Bank groups `group` .. `group + groups - 1`, words `base` .. `base + words - 1` of their banks. */
export interface Rectangle {
  readonly group: number;
  readonly groups: number;
  readonly base: number;
  readonly words: number;
}

/** A tensor that goes on from the last bank group to the first takes all of them. */
export function rectangleOf({ M, D }: Pick<Engine, 'M' | 'D'>, place: TensorPlace): Rectangle {
  const { words } = extentOf({ M, D }, place);
  const groups = Math.ceil(place.channels / D);
  const within = place.group0 + groups <= M / D;
  return { group: within ? place.group0 : 0, groups: within ? groups : M / D, base: place.base, words };
}

const apart = (a: number, aEnd: number, b: number, bEnd: number): boolean => aEnd <= b || bEnd <= a;

export const overlap = (a: Rectangle, b: Rectangle): boolean =>
  !apart(a.base, a.base + a.words, b.base, b.base + b.words) &&
  !apart(a.group, a.group + a.groups, b.group, b.group + b.groups);
