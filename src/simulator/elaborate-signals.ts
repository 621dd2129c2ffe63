/**
 * Declarations: the signals of a block as arrays with the extents of the loops around it.
 */
import type { Item, Signal, SignalId } from '../circuit/index.js';
import type { ElabSignal } from './elaborated.js';
import { broadcast } from './lower-process.js';
import { lower } from './lower-expr.js';
import { type Scope, addSignal, fail, loopExtents, membersOf, number, placesOf, shapeOf } from './scope.js';

/** Declares what `items` declare; at module level also the ports and whatever no block declares. */
export function declareSignals(scope: Scope, items: readonly Item[], moduleLevel: boolean): void {
  const ids = new Set<SignalId>();
  if (moduleLevel) {
    const nested = new Set<SignalId>();
    for (const item of items) if (item.item !== 'declare') collectDeclared(item, nested);
    scope.module.signals.forEach((_, id) => {
      if (!nested.has(id)) ids.add(id);
    });
  } else {
    for (const item of items) if (item.item === 'declare') ids.add(item.signal);
  }
  for (const id of ids) {
    const signal = scope.module.signals[id];
    if (signal !== undefined) scope.signals.set(id, declare(scope, signal));
  }
  for (const id of ids) {
    const signal = scope.module.signals[id];
    const own = scope.signals.get(id);
    if (signal?.kind === 'reg' && own !== undefined) registerReset(scope, signal, own);
  }
}

function collectDeclared(item: Item, into: Set<SignalId>): void {
  if (item.item === 'declare') into.add(item.signal);
  const children = item.item === 'for' ? item.items : item.item === 'if' ? [...item.then, ...item.else] : [];
  for (const child of children) collectDeclared(child, into);
}

function declare(scope: Scope, signal: Signal): number {
  const shape = shapeOf(scope, signal.type);
  const depth = signal.kind === 'memory' ? [number(scope, signal.depth)] : [];
  const port = scope.path === '' && (signal.kind === 'input' || signal.kind === 'output');
  const fields: Omit<ElabSignal, 'id'> = {
    name: scope.path + signal.name,
    kind: port ? signal.kind : signal.kind === 'input' || signal.kind === 'output' ? 'wire' : signal.kind,
    dims: [...loopExtents(scope), ...depth, ...shape.dims],
    loopRank: scope.loops.length,
    origin: scope.loops.map((l) => l.first),
    width: shape.width,
    signed: shape.signed,
    ...membersOf(signal),
    temporary: false,
    unreset: signal.kind === 'reg' && signal.reset === undefined,
    ...(port ? { port: signal.kind } : {}),
    ...(signal.place === undefined ? {} : { place: signal.place }),
    ...(signal.kind === 'memory' && signal.image !== undefined ? { image: imageOf(scope, signal, depth[0] ?? 0) } : {}),
  };
  return addSignal(scope.b, fields);
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
  const register = scope.b.signals[own];
  if (signal.reset === undefined || register === undefined) {
    scope.b.regs.set(own, { domain: signal.domain, asynchronous });
    return;
  }
  const resets = [...scope.b.resets];
  const byName = scope.b.resets.get(domain?.reset ?? '');
  const input = byName ?? resets[signal.domain]?.[1] ?? resets[0]?.[1];
  if (input === undefined) {
    return fail({
      code: 'H1104',
      message: `${register.name}: has a reset value, but the top has no reset`,
      places: placesOf(signal.place),
    });
  }
  const value = broadcast(lower(scope, signal.reset), register, { path: [] });
  scope.b.regs.set(own, {
    domain: signal.domain,
    asynchronous,
    reset: { input, value: (index) => value.at(index.slice(register.loopRank)) },
  });
}
