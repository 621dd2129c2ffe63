/**
 * Where the elaboration is: one block of one inlined module, with the loops around it and what it has built so far.
 */
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';
import {
  type Image,
  type ModuleDef,
  type Nat,
  type Signal,
  type SignalId,
  type SourcePlace,
  type Type,
  leafType,
  scalarWidth,
  vecDims,
} from '../circuit/index.js';
import { type Affine, type NatScope, affineVar, concreteNat } from './affine.js';
import type { Assign, ElabSignal, Ex, MemoryWrite, Update } from './elaborated.js';

/** The circuit under construction. */
export interface Builder {
  readonly signals: ElabSignal[];
  readonly assigns: Assign[];
  readonly updates: Update[];
  readonly writes: MemoryWrite[];
  /** Reset input of the top per reset name. */
  readonly resets: Map<string, number>;
  /** Registers with what their reset needs, by signal. */
  readonly regs: Map<number, RegisterInfo>;
}

/** Reset of one register: the input and the value of an element; absent without reset. */
export interface RegisterInfo {
  readonly domain: number;
  readonly asynchronous: boolean;
  readonly reset?: { readonly input: number; value(index: readonly Affine[]): Ex };
}

export interface LoopVar {
  readonly count: number;
  /** Index of the first iteration. */
  readonly first: number;
}

export interface Scope {
  readonly b: Builder;
  readonly module: ModuleDef;
  readonly modules: Readonly<Record<string, ModuleDef>>;
  /** Instance path with a trailing dot, empty at the top. */
  readonly path: string;
  readonly images: ReadonlyMap<string, Image>;
  readonly loops: readonly LoopVar[];
  readonly indices: ReadonlyMap<string, Affine>;
  readonly signals: Map<SignalId, number>;
  readonly outer?: Scope;
  readonly params: ReadonlyMap<string, number>;
  readonly nat: NatScope;
}

/** Type with numbers: dimensions of nested vectors and the scalar at the bottom. */
export interface Shape {
  readonly dims: readonly number[];
  readonly width: number;
  readonly signed: boolean;
}

export const fail = (diagnostic: Diagnostic): never => {
  throw new HeddleError(diagnostic);
};

export function placesOf(place: SourcePlace | undefined, text?: string): Diagnostic['places'] {
  if (place === undefined) return text === undefined ? [] : [{ text }];
  return [{ file: place.file, line: place.line, column: place.column, ...(text === undefined ? {} : { text }) }];
}

/** Names for `affineNat` in a module with these parameters, loops and indices. */
export function natScope(
  module: string,
  params: ReadonlyMap<string, number>,
  loops: readonly LoopVar[],
  indices: ReadonlyMap<string, Affine>,
): NatScope {
  const known = <T>(value: T | undefined, name: string): T =>
    value ?? fail({ code: 'H1104', message: `${module}: '${name}' has no value here`, places: [] });
  return {
    param: (name) => known(params.get(name), name),
    index: (name) => known(indices.get(name), name),
    extent: (v) => loops[v]?.count ?? 1,
  };
}

/** A number that the circuit's structure needs; splits loops it depends on. */
export const number = (scope: Scope, nat: Nat): number => concreteNat(nat, scope.nat);

export function shapeOf(scope: Scope, type: Type): Shape {
  const leaf = leafType(type);
  const width = number(scope, scalarWidth(leaf));
  const dims = vecDims(type).map((n) => number(scope, n));
  if (width < 1 || dims.some((n) => n < 1)) {
    const where = scope.path === '' ? scope.module.name : `${scope.path.slice(0, -1)} (${scope.module.name})`;
    fail({
      code: 'H1106',
      message: `${where}: a signal has ${width} bits x [${dims.join(', ')}]`,
      places: placesOf(scope.module.place),
      fix: 'widths and counts are at least 1: require more of the parameters',
    });
  }
  return { dims, width, signed: leaf.kind === 'sint' };
}

export const loopExtents = (scope: Scope): number[] => scope.loops.map((l) => l.count);

/** Index maps of the first `rank` loops. */
export const loopIndex = (rank: number): Affine[] => Array.from({ length: rank }, (_, v) => affineVar(v));

export function addSignal(b: Builder, signal: Omit<ElabSignal, 'id'>): number {
  const id = b.signals.length;
  b.signals.push({ id, ...signal });
  return id;
}

/** A signal made by the elaboration with the extents of the loops of `scope`, and `dims` after them. */
export function addTemporary(scope: Scope, hint: string, shape: Shape): number {
  return addSignal(scope.b, {
    name: `${scope.path}${hint}$${scope.b.signals.length}`,
    kind: 'wire',
    dims: [...loopExtents(scope), ...shape.dims],
    loopRank: scope.loops.length,
    origin: scope.loops.map((l) => l.first),
    width: shape.width,
    signed: shape.signed,
    temporary: true,
    unreset: false,
  });
}

/** The elaborated signal behind `id`, looked up through the blocks of the module. */
export function findSignal(scope: Scope, id: SignalId): ElabSignal {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.outer) {
    const found = s.signals.get(id);
    if (found !== undefined) {
      const signal = scope.b.signals[found];
      if (signal !== undefined) return signal;
    }
  }
  const name = scope.module.signals[id]?.name ?? `#${id}`;
  return fail({
    code: 'H1104',
    message: `${scope.module.name}: '${name}' is used outside the block that declares it`,
    places: placesOf(scope.module.signals[id]?.place),
  });
}

/** Enum members of a signal's scalar, if it has an enum type. */
export function membersOf(signal: Signal): { readonly members?: readonly string[] } {
  const leaf = leafType(signal.type);
  return leaf.kind === 'enum' ? { members: leaf.members } : {};
}
