/** Names of elements: `dense_0.acc_q[3]` is instance path, signal, then one index per dimension, loops first. */
import { HeddleError } from '../base/diagnostics.js';
import { type ElabSignal, elementCount, strides } from './elaborated.js';

/** A run of elements of one signal. */
export interface Place {
  readonly signal: ElabSignal;
  /** First flat element. */
  readonly flat: number;
  /** One for a scalar, the whole array where the path names no index. */
  readonly count: number;
}

export function elementName(signal: ElabSignal, flat: number): string {
  let rest = flat;
  const index = strides(signal.dims).map((step, d) => {
    const i = Math.floor(rest / step);
    rest -= i * step;
    return `[${i + (signal.origin[d] ?? 0)}]`;
  });
  return signal.name + index.join('');
}

/** Looks up paths among `signals`; leading indices may be given, the rest is a run of elements. */
export function pathFinder(signals: readonly ElabSignal[]): (path: string) => Place {
  const byName = new Map<string, ElabSignal[]>();
  for (const signal of signals) byName.set(signal.name, [...(byName.get(signal.name) ?? []), signal]);
  return (path) => {
    const match = /^([^[\]]+)((?:\[\d+\])*)$/.exec(path);
    const name = match?.[1] ?? path;
    const index = [...(match?.[2] ?? '').matchAll(/\d+/g)].map((m) => Number(m[0]));
    for (const signal of byName.get(name) ?? []) {
      const local = index.map((i, d) => i - (signal.origin[d] ?? 0));
      if (local.length > signal.dims.length || local.some((i, d) => i < 0 || i >= (signal.dims[d] ?? 0))) continue;
      const step = strides(signal.dims);
      const flat = local.reduce((sum, i, d) => sum + i * (step[d] ?? 0), 0);
      const count = local.length === 0 ? elementCount(signal) : (step[local.length - 1] ?? 1);
      return { signal, flat, count };
    }
    const near = [...byName.keys()].filter((k) => k.endsWith(name.slice(name.lastIndexOf('.') + 1))).slice(0, 5);
    throw new HeddleError({
      code: 'H1109',
      message: `there is no signal element '${path}'`,
      places: [],
      ...(near.length > 0 ? { fix: `similar: ${near.join(', ')}` } : {}),
    });
  };
}
