/**
 * Modules and designs as plain data: what the construction kit builds, what the printer prints, what the simulators run.
 *
 * Replication is kept: a generate loop is one `for` item with a symbolic count, a vector is one signal, an instance in a
 * loop is one item. Nothing here depends on a parameter's value; `elaborate` in the simulator supplies values.
 */
import type { Expr, SignalId } from './expr.js';
import type { Nat } from './nat.js';
import type { Type } from './types.js';

/** Where the author wrote something: a TypeScript file and line. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A live parameter: `parameter int NAME = default`. */
export interface NatParam {
  readonly kind: 'nat';
  readonly name: string;
  readonly default: number;
  readonly min: number;
  readonly max?: number;
  readonly doc: string;
}
/** Contents of a read-only memory: `parameter NAME = "file.mem"`, read with `$readmemh`. */
export interface ImageParam {
  readonly kind: 'image';
  readonly name: string;
  readonly doc: string;
}
export type Param = NatParam | ImageParam;

/** Words of a memory, address 0 first. `file` is the name under which the text refers to it. */
export interface Image {
  readonly file: string;
  readonly width: number;
  readonly words: readonly bigint[];
}

/** Between natural numbers; decided before simulation and printed as a generate condition or an elaboration check. */
export interface NatCondition {
  readonly rel: '==' | '!=' | '<' | '<=' | '>' | '>=';
  readonly a: Nat;
  readonly b: Nat;
}

/** Something that must hold between parameters; proves widths, and is checked when the text is elaborated. */
export interface Requirement {
  readonly condition: NatCondition;
  readonly reason: string;
}

export interface LocalParam {
  readonly name: string;
  readonly value: Nat;
  readonly doc?: string;
}

/** A clock with its reset (active low). Module ports `clock` and `reset` exist where something uses them. */
export interface Domain {
  readonly clock: string;
  readonly reset: string;
  readonly asynchronousReset: boolean;
}

/** The author's statement that domain `domain` may use a wire whatever clock its value comes from, and why. */
export interface Crossing {
  readonly domain: number;
  readonly reason: string;
}

interface SignalCommon {
  /** Final name in every output (snake_case, `_q` on registers), unique within the module. */
  readonly name: string;
  readonly type: Type;
  /** What the signal means, one line; printed beside its declaration. */
  readonly doc?: string;
  readonly place?: SourcePlace;
}
export type Signal = SignalCommon &
  /** Changes with domain `domain`, the first one where none is given; `asynchronous` with no clock of the module. */
  (
    | { readonly kind: 'input'; readonly domain?: number | 'asynchronous' }
    | { readonly kind: 'output'; readonly domain?: number | 'asynchronous' }
    /** Combinational, driven once: by an `assign`, by `set` statements of one scope, or by instance outputs. */
    | { readonly kind: 'wire'; readonly crossing?: Crossing }
    /** Changes at the clock edge of domain `domain`. Without `reset` it has no reset. */
    | {
        readonly kind: 'reg';
        readonly domain: number;
        readonly reset?: Expr;
        /** Takes a value of another clock and may be metastable: kept apart and close together by tools. */
        readonly synchronizer?: boolean;
        /** What makes the product that it takes, where tools are told. */
        readonly multiplier?: 'lut' | 'dsp';
      }
    /**
     * Memory of `depth` words of `type`. Written at the clock edge; a read in the same cycle sees the old word.
     * `image` names an image parameter that gives the contents at the start, for ever where nothing writes.
     */
    | {
        readonly kind: 'memory';
        readonly domain: number;
        readonly depth: Nat;
        readonly image?: string;
        /**
         * What several writes of one cycle to one address do: the `last` statement wins, or the author states that they
         * `never` meet. Needed where two write statements may run in one cycle.
         */
        readonly collision?: 'last' | 'never';
        readonly style?: 'auto' | 'block' | 'distributed' | 'ultra';
        /** Contents that stand in the text itself (`bindImages`), in the place of `image`. */
        readonly contents?: Image;
        /** Nothing can write it: `image` stands for ever. */
        readonly readOnly?: boolean;
      }
  );

/** A signal, or one element of a vector signal; `path` indexes nested vectors from the outside. */
export interface Target {
  readonly signal: SignalId;
  readonly path: readonly Nat[];
}

/**
 * Statements of one clocked or combinational scope. Later statements win over earlier ones, as in a process.
 * `next` gives a register its value after the edge (kept when no statement runs), `set` drives a wire.
 */
export type Stmt =
  | { readonly stmt: 'next'; readonly target: Target; readonly value: Expr; readonly place?: SourcePlace }
  | { readonly stmt: 'set'; readonly target: Target; readonly value: Expr; readonly place?: SourcePlace }
  | {
      readonly stmt: 'write';
      readonly memory: SignalId;
      readonly address: Expr;
      /** A word; with `lanes` a vector of equal parts of one. */
      readonly data: Expr;
      /** Vector of truth values: which parts of the word are written, part 0 lowest. All of it where absent. */
      readonly lanes?: Expr;
      readonly place?: SourcePlace;
    }
  | {
      readonly stmt: 'if';
      readonly cond: Expr;
      readonly then: readonly Stmt[];
      readonly else: readonly Stmt[];
      readonly place?: SourcePlace;
    }
  | {
      readonly stmt: 'switch';
      readonly subject: Expr;
      /** Member of the enum, or a number, per case. Without `default` all members are present. */
      readonly cases: readonly { readonly match: bigint; readonly body: readonly Stmt[] }[];
      readonly default?: readonly Stmt[];
      readonly place?: SourcePlace;
    };

/** What a port of an instance is tied to: an input to an expression, an output to a target (or to nothing). */
export type Binding =
  | { readonly dir: 'input'; readonly value: Expr }
  | { readonly dir: 'output'; readonly target: Target }
  | { readonly dir: 'open' };

/** An actual parameter: an expression over the parent's parameters, an image, or an image parameter passed on. */
export type Actual =
  Nat | { readonly op: 'image'; readonly image: Image } | { readonly op: 'imageParam'; readonly name: string };

/** Items of a module body or of a generate block, in the author's order. A signal belongs to the block that declares it. */
export type Item =
  | { readonly item: 'declare'; readonly signal: SignalId }
  | { readonly item: 'assign'; readonly target: Target; readonly value: Expr; readonly place?: SourcePlace }
  /** One group of statements as the author wrote it; may mix registers with and without reset, wires and memories. */
  | { readonly item: 'process'; readonly body: readonly Stmt[]; readonly place?: SourcePlace }
  | {
      readonly item: 'instance';
      /** Without the `u_` of the text. */
      readonly name: string;
      readonly module: string;
      readonly actuals: Readonly<Record<string, Actual>>;
      readonly bindings: Readonly<Record<string, Binding>>;
      /** Clock of this module by clock of the instantiated one, where the names or the order of domains do not tell. */
      readonly domains?: Readonly<Record<string, string>>;
      readonly place?: SourcePlace;
    }
  | {
      readonly item: 'for';
      /** Without the `g_` of the text. */
      readonly label: string;
      readonly index: string;
      readonly count: Nat;
      readonly items: readonly Item[];
      readonly place?: SourcePlace;
    }
  | {
      readonly item: 'if';
      readonly label: string;
      readonly condition: NatCondition;
      readonly then: readonly Item[];
      readonly else: readonly Item[];
      readonly place?: SourcePlace;
    }
  /** A remark of the author between two groups of items. */
  | { readonly item: 'comment'; readonly text: string };

/** A ready/valid stream among the ports; what protocol checks, lockstep and the IP wrapper look at. */
export interface StreamPort {
  /** Prefix of its ports: `s_axis`. */
  readonly name: string;
  readonly role: 'sink' | 'source';
  readonly valid: SignalId;
  readonly ready: SignalId;
  /** Payload ports, `tlast` among them where the stream has one. */
  readonly payload: readonly SignalId[];
  readonly last?: SignalId;
}

/** What makes a module external; it has no items. */
export interface ExternalModule {
  /** Name of the module in Verilog. */
  readonly module: string;
  /** Names of ports in Verilog, where they differ. */
  readonly pins: Readonly<Record<string, string>>;
  /** Further parameters, the same in every instance; a text is printed in quotes. */
  readonly fixed: Readonly<Record<string, string | number>>;
  /** The module changes state at the edge of its domain's clock. */
  readonly clocked: boolean;
  /** Outputs that follow inputs within the cycle, with those inputs. Other outputs change at the edge only. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /** File with its Verilog, where we know it: for lint and co-simulation. */
  readonly source?: string;
}

export interface ModuleDef {
  readonly name: string;
  /** Header text: first line what it does; then what it cuts or guarantees, latency, throughput. */
  readonly doc: string;
  readonly params: readonly Param[];
  readonly localParams: readonly LocalParam[];
  readonly requires: readonly Requirement[];
  readonly domains: readonly Domain[];
  /** Ports first, in order of the port list, then everything declared in the body. */
  readonly signals: readonly Signal[];
  readonly streams: readonly StreamPort[];
  readonly items: readonly Item[];
  /** Written elsewhere: ports only, no items. */
  readonly external?: ExternalModule;
  readonly place?: SourcePlace;
}

/** A closed set of modules with its top; every module that an instance names is present. */
export interface Design {
  readonly top: string;
  readonly modules: Readonly<Record<string, ModuleDef>>;
}
