/**
 * Declarations: the signals of a block as arrays with the extents of the loops around it.
 */
import { type Expr, type Item, type Signal, type SignalId, leafType } from '../circuit/index.js';
import type { Affine } from './affine.js';
import type { ElabSignal, Ex } from './elaborated.js';
import { broadcast } from './lower-process.js';
import { lower, lowerScalar } from './lower-expr.js';
import {
  type Scope,
  type Shape,
  addSignal,
  fail,
  inLoops,
  membersOf,
  number,
  originOf,
  placesOf,
  pushSignal,
  shapeOf,
  widthOf,
} from './scope.js';

/** Declares what `items` declare; at module level also the ports and whatever no block declares. */
export function declareSignals(scope: Scope, items: readonly Item[], moduleLevel: boolean): void {
  const { signals } = scope.module;
  const ids: SignalId[] = [];
  if (moduleLevel) {
    const nested = new Uint8Array(signals.length);
    for (const item of items) if (item.item === 'for' || item.item === 'if') markDeclared(item, nested);
    for (let id = 0; id < nested.length; id++) if (nested[id] === 0) ids.push(id);
  } else {
    for (const item of items) if (item.item === 'declare') ids.push(item.signal);
  }
  const registers: SignalId[] = [];
  for (let k = 0; k < ids.length; k++) {
    const id = ids[k] ?? 0;
    const signal = signals[id];
    if (signal === undefined) continue;
    scope.signals[id] = declare(scope, signal) + 1;
    if (signal.kind === 'reg') registers.push(id);
  }
  for (const id of registers) {
    const signal = signals[id];
    if (signal?.kind === 'reg') registerReset(scope, signal, (scope.signals[id] ?? 0) - 1);
  }
}

function markDeclared(item: Item, into: Uint8Array): void {
  if (item.item === 'declare') into[item.signal] = 1;
  else if (item.item === 'for') for (const child of item.items) markDeclared(child, into);
  else if (item.item === 'if') {
    for (const child of item.then) markDeclared(child, into);
    for (const child of item.else) markDeclared(child, into);
  }
}

function declare(scope: Scope, signal: Signal): number {
  const { kind, type } = signal;
  const memory = kind === 'memory';
  const depth = memory ? number(scope, signal.depth) : 0;
  const port = kind === 'input' || kind === 'output' ? kind : undefined;
  const top = scope.path === '';
  if (port !== undefined && scope.module.external !== undefined)
    return declareHidden(scope, signal, port, shapeOf(scope, type));
  const width = widthOf(scope, type);
  const dims = type.kind === 'vec' ? shapeOf(scope, type).dims : NO_DIMS;
  return pushSignal(
    scope.b,
    scope.path + signal.name,
    port !== undefined && !top ? 'wire' : kind,
    inLoops(scope, memory ? [depth, ...dims] : dims),
    scope.loops.length,
    originOf(scope),
    scope.loops,
    scope.branches,
    width,
    (type.kind === 'vec' ? leafType(type) : type).kind === 'sint',
    type.kind === 'uint' || type.kind === 'sint' ? undefined : membersOf(signal),
    false,
    kind === 'reg' && signal.reset === undefined,
    memory
      ? (signal.contents?.words ?? (signal.image === undefined ? undefined : imageOf(scope, signal, depth)))
      : undefined,
    top ? port : undefined,
    undefined,
    signal.place,
  );
}

const NO_DIMS: readonly number[] = [];

/** A port of a black box, seen from the circuit: what the box takes leaves the circuit. */
function declareHidden(scope: Scope, signal: Signal, dir: 'input' | 'output', shape: Shape): number {
  const port = dir === 'input' ? 'output' : 'input';
  const origin = originOf(scope);
  const piece = origin.some((n) => n > 0) ? `@${origin.join(',')}` : '';
  return addSignal(scope.b, {
    name: `${scope.path}${signal.name}${piece}`,
    kind: port,
    dims: inLoops(scope, shape.dims),
    loopRank: scope.loops.length,
    origin,
    width: shape.width,
    signed: shape.signed,
    members: membersOf(signal),
    temporary: false,
    unreset: false,
    port,
    hidden: true,
    place: signal.place,
  });
}

function imageOf(scope: Scope, signal: Extract<Signal, { kind: 'memory' }>, depth: number): readonly bigint[] {
  const image = scope.images.get(signal.image ?? '');
  if (image === undefined) {
    return fail({
      code: 'H1105',
      message: `${scope.path}${signal.name}: the image '${signal.image ?? ''}' is missing`,
      places: placesOf(signal.place),
    });
  }
  if (image.words.length > depth) {
    return fail({
      code: 'H1105',
      message: `${scope.path}${signal.name}: ${image.file} has ${image.words.length} words, the memory ${depth}`,
      places: placesOf(signal.place),
    });
  }
  return image.words;
}

function registerReset(scope: Scope, signal: Extract<Signal, { kind: 'reg' }>, own: number): void {
  const domain = scope.module.domains[signal.domain];
  const asynchronous = domain?.asynchronousReset ?? false;
  const top = scope.domains[signal.domain] ?? 0;
  const register = scope.b.signals[own];
  if (signal.reset === undefined || register === undefined) {
    scope.b.regs.set(own, { domain: top, asynchronous });
    return;
  }
  const input = scope.resets[signal.domain];
  if (input === undefined) {
    return fail({
      code: 'H1104',
      message: `${register.name}: has a reset value, but the top has no reset`,
      places: placesOf(signal.place),
    });
  }
  scope.b.regs.set(own, {
    domain: top,
    asynchronous,
    reset: { input, value: resetValue(scope, signal.reset, register) },
  });
}

/** The reset value of an element. */
function resetValue(scope: Scope, reset: Expr, register: ElabSignal): (index: readonly Affine[]) => Ex {
  if (register.dims.length === register.loopRank) {
    const one = lowerScalar(scope, reset);
    return () => one;
  }
  const value = broadcast(lower(scope, reset), register, { path: [] });
  return (index) => value.at(index.slice(register.loopRank));
}
