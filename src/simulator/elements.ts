/**
 * The dependency graph element by element: an order in which every element is computed after what it reads, or the
 * user's combinational loop, reported as one simple cycle.
 */
import { HeddleError } from '../base/diagnostics.js';
import { evalAffine } from './affine.js';
import { type Assign, type ElabSignal, elementCount, forEachPoint, isAffine, signalOf, strides } from './elaborated.js';
import { elementName } from './paths.js';
import { isCombinational, visitReads } from './walk.js';

/** One iteration of one array node. */
export interface Element {
  readonly assign: Assign;
  readonly point: readonly number[];
  /** Flat position in the target. */
  readonly flat: number;
}

type Circuit = { readonly signals: readonly ElabSignal[] };

/** All elements of `assigns`, each after the elements it reads; throws H1101 on a combinational loop. */
export function orderElements(circuit: Circuit, assigns: readonly Assign[]): Element[] {
  const { elements, driver } = expand(circuit, assigns);
  const order: Element[] = [];
  const state = new Uint8Array(elements.length);
  const stack: { id: number; deps: readonly number[]; next: number }[] = [];
  const enter = (id: number): void => {
    const element = elements[id];
    if (element === undefined) return;
    state[id] = 1;
    stack.push({ id, deps: dependencies(circuit, element, driver), next: 0 });
  };
  for (let root = 0; root < elements.length; root++) {
    if (state[root] !== 0) continue;
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const dep = top.deps[top.next++];
      if (dep === undefined) {
        state[top.id] = 2;
        const done = elements[top.id];
        if (done !== undefined) order.push(done);
        stack.pop();
      } else if (state[dep] === 0) enter(dep);
      else if (state[dep] === 1) {
        const from = stack.findIndex((s) => s.id === dep);
        throw loopError(
          circuit,
          stack.slice(from).flatMap((s) => elements[s.id] ?? []),
        );
      }
    }
  }
  return order;
}

/** Elements by number, and per signal the element that drives each position (plus one; 0 is none). */
function expand(
  circuit: Circuit,
  assigns: readonly Assign[],
): { elements: Element[]; driver: Map<number, Int32Array> } {
  const elements: Element[] = [];
  const driver = new Map<number, Int32Array>();
  for (const assign of assigns) {
    const signal = signalOf(circuit, assign.target);
    const step = strides(signal.dims);
    let table = driver.get(assign.target);
    if (table === undefined) driver.set(assign.target, (table = new Int32Array(elementCount(signal))));
    const driven = table;
    forEachPoint(assign.loops, (point) => {
      const flat = assign.index.reduce((sum, a, d) => sum + evalAffine(a, point) * (step[d] ?? 0), 0);
      elements.push({ assign, point: [...point], flat });
      if (driven[flat] !== 0) {
        throw new HeddleError({
          code: 'H1107',
          message: `${elementName(signal, flat)} is driven twice`,
          places: [assign.place, elements[(driven[flat] ?? 1) - 1]?.assign.place].flatMap((p) => (p ? [{ ...p }] : [])),
        });
      }
      driven[flat] = elements.length;
    });
  }
  return { elements, driver };
}

function dependencies(circuit: Circuit, element: Element, driver: ReadonlyMap<number, Int32Array>): number[] {
  const found = new Set<number>();
  visitReads(element.assign.value, (read) => {
    const signal = signalOf(circuit, read.signal);
    const table = driver.get(read.signal);
    if (table === undefined || !isCombinational(signal)) return;
    const step = strides(signal.dims);
    // Bound variables and run-time indices range over everything they may be.
    const bound = [...read.bound];
    const dynamic = read.index.flatMap((i, d) => (isAffine(i) ? [] : [d]));
    forEachPoint([...bound.map(([, n]) => n), ...dynamic.map((d) => signal.dims[d] ?? 1)], (free) => {
      const vars = [...element.point];
      bound.forEach(([v], k) => (vars[v] = free[k] ?? 0));
      let flat = 0;
      read.index.forEach((i, d) => {
        const at = isAffine(i) ? evalAffine(i, vars) : (free[bound.length + dynamic.indexOf(d)] ?? 0);
        flat += at * (step[d] ?? 0);
      });
      const dep = table[flat] ?? 0;
      if (dep !== 0) found.add(dep - 1);
    });
  });
  return [...found];
}

const MAX_HOPS = 24;

function loopError(circuit: Circuit, cycle: readonly Element[]): HeddleError {
  const visible = cycle.filter((e) => !signalOf(circuit, e.assign.target).temporary);
  const hops = (visible.length > 0 ? visible : cycle).map((e) => ({
    name: elementName(signalOf(circuit, e.assign.target), e.flat),
    place: e.assign.place,
  }));
  const [first] = hops;
  const shown = hops.length > MAX_HOPS ? hops.slice(0, MAX_HOPS) : hops;
  const places = shown.map(({ name, place }, k) => ({
    ...(place === undefined ? {} : { file: place.file, line: place.line, column: place.column }),
    text: `${name} depends on ${shown[k + 1]?.name ?? (shown.length < hops.length ? `${hops.length - shown.length} more` : (first?.name ?? ''))}`,
  }));
  return new HeddleError({
    code: 'H1101',
    message: `combinational loop through ${first?.name ?? ''}`,
    places,
    fix: 'put a register on one of these hops',
  });
}
