/** What the parts of the kit need from each other: the builder's core, templates, and the elaborator, as interfaces. */
import type { Crossing, Expr, ModuleDef, Signal, SourcePlace } from '../circuit/index.js';
import type { ModuleContext } from './context.js';
import type { NamedDomain } from './domains.js';
import type { NatExpr } from './nat-expr.js';
import type { ParamSpecs } from './params.js';
import type { Ports, Stream } from './ports.js';
import type { ScopeStack } from './scope.js';
import type { AnySig, Sig } from './sig.js';
import type { Bits, Payload } from './types.js';

export type SignalKind =
  | { readonly kind: 'input' | 'output'; readonly domain?: number | 'asynchronous' }
  | { readonly kind: 'wire'; readonly crossing?: Crossing }
  | { readonly kind: 'reg'; readonly domain: number; readonly reset?: Expr; readonly synchronizer?: boolean }
  | Omit<Extract<Signal, { kind: 'memory' }>, 'name' | 'type' | 'doc' | 'place'>;

export interface BuilderCore extends ModuleContext {
  readonly signals: readonly Signal[];
  readonly scopes: ScopeStack;
  readonly elaborator: ModuleSource;
  /** Clocks for the domains of an instance of `child` that stands here, where the names do not tell. */
  instanceDomains(
    name: string,
    child: ModuleDef,
    given?: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>> | undefined;
  declare<T extends Bits>(name: string, type: T, kind: SignalKind): Sig<T>;
  stream<P extends Payload>(key: string, payload: P): Stream<P>;
  checkVisible(sig: AnySig): void;
  /** Refuses two instances or two generate blocks of one name in one block. */
  claimItem(what: 'instance' | 'generate block', name: string, place: SourcePlace | undefined): void;
}

/** A module that the kit can build for any legal parameters. */
export interface ModuleTemplate<P extends ParamSpecs, Q extends Ports> {
  readonly name: string;
  /** What it does; the header of its text. */
  readonly doc: string;
  readonly params: P;
  /** Clock domains by the names that the author gave them. */
  readonly domains?: readonly NamedDomain[];
  /** The port list in terms of other naturals (an instance's actuals). */
  portsFor(actuals: ReadonlyMap<string, NatExpr>): Q;
  /** Builds the circuit; `witness` serves `freeze` only. */
  elaborate(source: ModuleSource, witness: Readonly<Record<string, number>>): ModuleDef;
}

/** Gives the built module of a template; builds it when it is new. */
export interface ModuleSource {
  readonly modules: Readonly<Record<string, ModuleDef>>;
  module<P extends ParamSpecs, Q extends Ports>(
    template: ModuleTemplate<P, Q>,
    witness: Readonly<Record<string, number>>,
  ): ModuleDef;
}
