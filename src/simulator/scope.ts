/**
 * Where the elaboration is: one block of one inlined module, with the loops around it and what it has built so far.
 */
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';
import {
  type BlackBoxBehaviour,
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
import type { Assign, Branch, ElabBlackBox, ElabSignal, Ex, MemoryWrite, Update } from './elaborated.js';
import type { Expressions } from './expressions.js';

/** The circuit under construction. */
export interface Builder {
  readonly expressions: Expressions;
  readonly signals: ElabSignal[];
  readonly assigns: Assign[];
  readonly updates: Update[];
  readonly writes: MemoryWrite[];
  readonly blackBoxes: ElabBlackBox[];
  /** Models of external modules by name, before those that the modules were defined with. */
  readonly behaviours: Readonly<Record<string, BlackBoxBehaviour>>;
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
  /** Label of the generate block. */
  readonly label: string;
  /** Instance path around it, as `Scope.path`. */
  readonly path: string;
}

export interface Scope {
  readonly b: Builder;
  readonly module: ModuleDef;
  readonly modules: Readonly<Record<string, ModuleDef>>;
  /** Instance path with a trailing dot, empty at the top. */
  readonly path: string;
  readonly images: ReadonlyMap<string, Image>;
  readonly loops: readonly LoopVar[];
  /** Counts of `loops`. */
  readonly extents: readonly number[];
  /** Branches of generate conditions that are open, further instances included. */
  readonly branches: readonly Branch[];
  readonly indices: ReadonlyMap<string, Affine>;
  /** Elaborated signal plus one per signal of the module, 0 where its block is not open; shared by the module's blocks. */
  readonly signals: Int32Array;
  readonly params: ReadonlyMap<string, number>;
  readonly nat: NatScope;
  /** Domain of the top by domain of the module. */
  readonly domains: readonly number[];
  /** Signal that resets, by domain of the module: an input of the top, or what an instance further out was given. */
  readonly resets: readonly (number | undefined)[];
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
  const width = widthOf(scope, type);
  if (type.kind !== 'vec') return { dims: NO_DIMS, width, signed: type.kind === 'sint' };
  const dims = vecDims(type).map((n) => number(scope, n));
  if (dims.some((n) => n < 1)) badShape(scope, width, dims);
  return { dims, width, signed: leafType(type).kind === 'sint' };
}

const NO_DIMS: readonly number[] = [];

/** Bits of the scalar at the bottom of `type`. */
export function widthOf(scope: Scope, type: Type): number {
  // As a rule it is a number of one literal.
  if ((type.kind === 'uint' || type.kind === 'sint') && type.width.op === 'lit' && type.width.value > 0)
    return type.width.value;
  const leaf = type.kind === 'vec' ? leafType(type) : type;
  if (leaf.kind === 'bool') return 1;
  const nat = leaf.kind === 'enum' ? scalarWidth(leaf) : leaf.width;
  const width = nat.op === 'lit' ? nat.value : number(scope, nat);
  if (width < 1)
    badShape(
      scope,
      width,
      vecDims(type).map((n) => number(scope, n)),
    );
  return width;
}

function badShape(scope: Scope, width: number, dims: readonly number[]): never {
  const where = scope.path === '' ? scope.module.name : `${scope.path.slice(0, -1)} (${scope.module.name})`;
  return fail({
    code: 'H1106',
    message: `${where}: a signal has ${width} bits x [${dims.join(', ')}]`,
    places: placesOf(scope.module.place),
    fix: 'widths and counts are at least 1: require more of the parameters',
  });
}

export const loopExtents = (scope: Scope): readonly number[] => scope.extents;

const NO_INDEX: readonly Affine[] = [];

/** Index maps of the first `rank` loops. */
export const loopIndex = (rank: number): readonly Affine[] =>
  rank === 0 ? NO_INDEX : Array.from({ length: rank }, (_, v) => affineVar(v));

const NO_ORIGIN: readonly number[] = [];

/** Indices of the first iterations. */
export const originOf = (scope: Scope): readonly number[] =>
  scope.loops.length === 0 ? NO_ORIGIN : scope.loops.map((l) => l.first);

/** Loop extents, then `dims`. */
export const inLoops = (scope: Scope, dims: readonly number[]): readonly number[] =>
  dims.length === 0 ? scope.extents : scope.extents.length === 0 ? dims : [...scope.extents, ...dims];

/** A signal of the circuit. */
export const addSignal = (b: Builder, signal: Omit<ElabSignal, 'id'>): number =>
  pushSignal(
    b,
    signal.name,
    signal.kind,
    signal.dims,
    signal.loopRank,
    signal.origin,
    signal.nest,
    signal.branches,
    signal.width,
    signal.signed,
    signal.members,
    signal.temporary,
    signal.unreset,
    signal.image,
    signal.port,
    signal.hidden,
    signal.place,
  );

/** The same without an object on the way, for what there is a hundred thousand of; one layout for all of them. */
export function pushSignal(
  b: Builder,
  name: string,
  kind: ElabSignal['kind'],
  dims: readonly number[],
  loopRank: number,
  origin: readonly number[],
  nest: ElabSignal['nest'],
  branches: ElabSignal['branches'],
  width: number,
  signed: boolean,
  members: ElabSignal['members'],
  temporary: boolean,
  unreset: boolean,
  image: ElabSignal['image'],
  port: ElabSignal['port'],
  hidden: ElabSignal['hidden'],
  place: ElabSignal['place'],
): number {
  const id = b.signals.length;
  b.signals.push({
    id,
    name,
    kind,
    dims,
    loopRank,
    origin,
    nest,
    branches,
    width,
    signed,
    members,
    temporary,
    unreset,
    image,
    port,
    hidden,
    place,
  });
  return id;
}

/** A signal made by the elaboration with the extents of the loops of `scope`, and `dims` after them. */
export function addTemporary(scope: Scope, hint: string, shape: Shape): number {
  return addSignal(scope.b, {
    name: `${scope.path}${hint}$${scope.b.signals.length}`,
    kind: 'wire',
    dims: inLoops(scope, shape.dims),
    loopRank: scope.loops.length,
    origin: originOf(scope),
    width: shape.width,
    signed: shape.signed,
    temporary: true,
    unreset: false,
  });
}

/** The elaborated signal behind `id`, if a block around declares it. */
export function findSignal(scope: Scope, id: SignalId): ElabSignal {
  const signal = scope.b.signals[(scope.signals[id] ?? 0) - 1];
  if (signal !== undefined) return signal;
  const name = scope.module.signals[id]?.name ?? `#${id}`;
  return fail({
    code: 'H1104',
    message: `${scope.module.name}: '${name}' is used outside the block that declares it`,
    places: placesOf(scope.module.signals[id]?.place),
  });
}

/** Enum members of a signal's scalar, if it has an enum type. */
export function membersOf(signal: Signal): readonly string[] | undefined {
  const leaf = leafType(signal.type);
  return leaf.kind === 'enum' ? leaf.members : undefined;
}
