/**
 * The output tree: a SystemVerilog module as plain data, in the order and grouping in which it is printed.
 *
 * Everything is decided here (names, casts, grouping, blank lines); the printer only aligns columns and breaks lines.
 */
import type { SourcePlace } from '../circuit/index.js';

export type SvExpr =
  /** Identifier or literal. */
  | { readonly sv: 'text'; readonly text: string }
  | { readonly sv: 'unary'; readonly fn: string; readonly a: SvExpr }
  | { readonly sv: 'binary'; readonly fn: string; readonly a: SvExpr; readonly b: SvExpr }
  | { readonly sv: 'cond'; readonly cond: SvExpr; readonly a: SvExpr; readonly b: SvExpr }
  /** System function: `$signed(a)`. */
  | { readonly sv: 'call'; readonly name: string; readonly args: readonly SvExpr[] }
  /** Size cast: `W'(a)`. */
  | { readonly sv: 'cast'; readonly width: SvExpr; readonly a: SvExpr }
  | { readonly sv: 'concat'; readonly parts: readonly SvExpr[] }
  | { readonly sv: 'bit'; readonly base: SvExpr; readonly index: SvExpr }
  | { readonly sv: 'range'; readonly base: SvExpr; readonly high: SvExpr; readonly low: SvExpr }
  | { readonly sv: 'part'; readonly base: SvExpr; readonly low: SvExpr; readonly width: SvExpr };

export interface SvAssign {
  readonly target: SvExpr;
  readonly value: SvExpr;
  readonly place?: SourcePlace | undefined;
}

export type SvStmt =
  | ({ readonly st: 'assign'; readonly nonblocking: boolean } & SvAssign)
  /** `if` with its `else if` chain; a last branch without condition is the `else`. */
  | { readonly st: 'if'; readonly branches: readonly SvBranch[]; readonly place?: SourcePlace | undefined }
  | {
      readonly st: 'case';
      readonly subject: SvExpr;
      readonly arms: readonly { readonly label: SvExpr; readonly body: readonly SvStmt[] }[];
      readonly default: readonly SvStmt[];
      readonly place?: SourcePlace | undefined;
    }
  | { readonly st: 'for'; readonly index: string; readonly count: SvExpr; readonly body: readonly SvStmt[] };

export interface SvBranch {
  readonly cond?: SvExpr;
  readonly body: readonly SvStmt[];
}

export interface SvDeclaration {
  /** `logic signed [W-1:0]`: keyword and signing, then the packed range if any. */
  readonly type: SvType;
  readonly name: string;
  /** Unpacked range of a memory. */
  readonly depth?: SvExpr;
  /** Attribute before the declaration, without the stars. */
  readonly attribute?: string;
  /** Comment between name and semicolon that tells a tool how to treat the signal. */
  readonly pragma?: string;
  readonly doc?: string | undefined;
  readonly place?: SourcePlace | undefined;
}

export interface SvType {
  readonly keyword: string;
  /** Bits of the packed range; absent for a single bit. */
  readonly width?: SvExpr;
}

export interface SvConnection {
  readonly name: string;
  /** Absent for an open port. */
  readonly value?: SvExpr;
}

export type SvItem = (
  | { readonly item: 'comment'; readonly lines: readonly string[] }
  | {
      readonly item: 'enum';
      readonly name: string;
      readonly width: number;
      readonly members: readonly { readonly name: string; readonly value: number }[];
    }
  | {
      readonly item: 'localparams';
      readonly rows: readonly { name: string; value: SvExpr; doc?: string | undefined }[];
    }
  | { readonly item: 'declarations'; readonly rows: readonly SvDeclaration[] }
  | { readonly item: 'assigns'; readonly rows: readonly SvAssign[] }
  | {
      readonly item: 'always';
      /** `always_ff @(posedge aclk)` or `always_comb`. */
      readonly head: string;
      readonly note?: string;
      readonly body: readonly SvStmt[];
      readonly place?: SourcePlace | undefined;
    }
  /** Contents of a ROM as a function of the address, `NAME_at(address)`. */
  | { readonly item: 'rom'; readonly memory: string; readonly width: number; readonly words: readonly bigint[] }
  /** `$readmemh(IMAGE, rom)` where an image is given, zeros where not, so that the module elaborates by itself. */
  | { readonly item: 'readmem'; readonly image: string; readonly memory: string; readonly depth: SvExpr }
  | {
      readonly item: 'instance';
      readonly module: string;
      readonly name: string;
      readonly parameters: readonly SvConnection[];
      readonly ports: readonly SvConnection[];
      readonly place?: SourcePlace | undefined;
    }
  | {
      readonly item: 'for';
      readonly index: string;
      readonly count: SvExpr;
      readonly label: string;
      readonly items: readonly SvItem[];
      readonly place?: SourcePlace | undefined;
    }
  | {
      readonly item: 'if';
      readonly cond: SvExpr;
      readonly label: string;
      readonly then: readonly SvItem[];
      readonly else: readonly SvItem[];
      readonly elseLabel: string;
      readonly place?: SourcePlace | undefined;
    }
  /** Checks of parameters at elaboration, kept from synthesis. */
  | { readonly item: 'checks'; readonly rows: readonly { readonly fails: SvExpr; readonly message: string }[] }
) & {
  /** No blank line before this item. */
  readonly tight?: boolean;
};

export interface SvParameter {
  readonly name: string;
  /** `parameter int` when true, untyped otherwise. */
  readonly integer: boolean;
  readonly default: string;
}

export interface SvPort {
  readonly dir: 'input' | 'output';
  readonly type: SvType;
  readonly name: string;
  /** A blank line stands before this port. */
  readonly gap: boolean;
  readonly doc?: string | undefined;
  readonly place?: SourcePlace | undefined;
}

export interface SvModule {
  readonly name: string;
  /** Header comment, one string a line, without the slashes. */
  readonly header: readonly string[];
  readonly parameters: readonly SvParameter[];
  readonly ports: readonly SvPort[];
  readonly items: readonly SvItem[];
  readonly place?: SourcePlace | undefined;
}

export const text = (value: string | number): SvExpr => ({ sv: 'text', text: String(value) });
export const unary = (fn: string, a: SvExpr): SvExpr => ({ sv: 'unary', fn, a });
export const binary = (fn: string, a: SvExpr, b: SvExpr): SvExpr => ({ sv: 'binary', fn, a, b });
export const call = (name: string, ...args: SvExpr[]): SvExpr => ({ sv: 'call', name, args });
export const cast = (width: SvExpr, a: SvExpr): SvExpr => ({ sv: 'cast', width, a });
