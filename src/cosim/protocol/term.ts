/**
 * Terms: the conditions of protocol rules as plain data over one stream's wires in this cycle and the one before.
 *
 * Small on purpose: everything here can be evaluated in TypeScript (`checker.ts`), built with the kit (`monitor.ts`) and
 * printed as SystemVerilog (`verilog.ts`). A term is a truth value or a vector of bits; the constructors say which.
 */

/** Wires of a stream; `eos` (end of simulation) is raised by the test when everything should have arrived. */
export type SignalName =
  'tvalid' | 'tready' | 'tdata' | 'tkeep' | 'tstrb' | 'tlast' | 'tid' | 'tdest' | 'tuser' | 'eos';

/** What is known of a stream when it is built; zero means absent. */
export interface StreamParams {
  /** Bits of tdata; tkeep and tstrb have one bit per started byte. */
  readonly DATA_W: number;
  /** 1 where the stream has tkeep. */
  readonly KEEP: number;
  readonly STRB: number;
  readonly LAST: number;
  readonly ID_W: number;
  readonly DEST_W: number;
  readonly USER_W: number;
  /** Cycles that tready may stay low under tvalid; 0: for ever. */
  readonly MAX_WAIT: number;
  /** Promised beats of every packet; 0: no promise. */
  readonly PACKET: number;
  /** Low bits of {tid, tdest} by which unfinished packets are told apart, 0 .. 10. */
  readonly TRACK_W: number;
}
export type ParamName = keyof StreamParams;

/** What a checker counts: see `states` in `rules.ts`. */
export type StateName = 'wait' | 'beat' | 'open';

/** tkeep or tstrb; all ones where the stream has none. */
export interface ByteMask {
  readonly op: 'now' | 'before';
  readonly signal: 'tkeep' | 'tstrb';
}

export type Term =
  | { readonly op: 'lit'; readonly value: number }
  | { readonly op: 'param'; readonly name: ParamName }
  /** A wire in this cycle, and in the cycle before. */
  | { readonly op: 'now' | 'before'; readonly signal: SignalName }
  | { readonly op: 'state'; readonly name: StateName }
  /** Truth. */
  | { readonly op: 'not'; readonly a: Term }
  | { readonly op: 'and' | 'or'; readonly a: Term; readonly b: Term }
  /** Numbers to truth. */
  | { readonly op: 'eq' | 'ne' | 'gt'; readonly a: Term; readonly b: Term }
  | { readonly op: 'add'; readonly a: Term; readonly b: Term }
  | { readonly op: 'mux'; readonly cond: Term; readonly a: Term; readonly b: Term }
  /** Some bit is one. */
  | { readonly op: 'any'; readonly a: Term }
  /** Bitwise, of one width. `minus`: ones of a that b lacks. */
  | { readonly op: 'xor' | 'minus'; readonly a: Term; readonly b: Term }
  /** `a`, a vector as wide as tdata, with zeros in the bytes whose bit of `bytes` is zero. */
  | { readonly op: 'onBytes'; readonly a: Term; readonly bytes: ByteMask }
  /** Some bit is X or Z; never true in two-state simulation. */
  | { readonly op: 'unknown'; readonly a: Term }
  /** The state `open` with the bit of this beat's {tid, tdest} set to `value`. */
  | { readonly op: 'mark'; readonly value: Term };

export const lit = (value: number): Term => ({ op: 'lit', value });
export const param = (name: ParamName): Term => ({ op: 'param', name });
export const now = <S extends SignalName>(signal: S) => ({ op: 'now', signal }) as const;
export const before = <S extends SignalName>(signal: S) => ({ op: 'before', signal }) as const;
export const state = (name: StateName): Term => ({ op: 'state', name });
export const not = (a: Term): Term => ({ op: 'not', a });
export const eq = (a: Term, b: Term): Term => ({ op: 'eq', a, b });
export const ne = (a: Term, b: Term): Term => ({ op: 'ne', a, b });
export const gt = (a: Term, b: Term): Term => ({ op: 'gt', a, b });
export const add = (a: Term, b: Term): Term => ({ op: 'add', a, b });
export const xor = (a: Term, b: Term): Term => ({ op: 'xor', a, b });
export const minus = (a: Term, b: Term): Term => ({ op: 'minus', a, b });
export const any = (a: Term): Term => ({ op: 'any', a });
export const unknown = (a: Term): Term => ({ op: 'unknown', a });
export const onBytes = (a: Term, bytes: ByteMask): Term => ({ op: 'onBytes', a, bytes });
export const mux = (cond: Term, a: Term, b: Term): Term => ({ op: 'mux', cond, a, b });
export const mark = (value: Term): Term => ({ op: 'mark', value });
export const or = (a: Term, b: Term): Term => ({ op: 'or', a, b });
/** All of them. */
export const and = (first: Term, ...rest: readonly Term[]): Term =>
  rest.reduce<Term>((a, b) => ({ op: 'and', a, b }), first);

/** Direct operands. */
export function termOperands(term: Term): readonly Term[] {
  switch (term.op) {
    case 'lit':
    case 'param':
    case 'now':
    case 'before':
    case 'state':
      return [];
    case 'not':
    case 'any':
    case 'unknown':
      return [term.a];
    case 'mark':
      return [term.value];
    case 'onBytes':
      return [term.a, term.bytes];
    case 'mux':
      return [term.cond, term.a, term.b];
    default:
      return [term.a, term.b];
  }
}

/** True when `test` holds for the term or for anything in it. */
export function termHas(term: Term, test: (term: Term) => boolean): boolean {
  return test(term) || termOperands(term).some((each) => termHas(each, test));
}

/** The wires a term looks at; not those that only select bytes, which a stream may lack. */
export function termSignals(term: Term): ReadonlySet<SignalName> {
  if (term.op === 'now' || term.op === 'before') return new Set([term.signal]);
  const operands = term.op === 'onBytes' ? [term.a] : termOperands(term);
  return new Set(operands.flatMap((each) => [...termSignals(each)]));
}

/** The value of a term over parameters alone; truth is 0 or 1. */
export function constantTerm(term: Term, params: StreamParams): number {
  const value = (each: Term): number => constantTerm(each, params);
  switch (term.op) {
    case 'lit':
      return term.value;
    case 'param':
      return params[term.name];
    case 'not':
      return value(term.a) === 0 ? 1 : 0;
    case 'and':
      return value(term.a) !== 0 && value(term.b) !== 0 ? 1 : 0;
    case 'or':
      return value(term.a) !== 0 || value(term.b) !== 0 ? 1 : 0;
    case 'eq':
      return value(term.a) === value(term.b) ? 1 : 0;
    case 'ne':
      return value(term.a) !== value(term.b) ? 1 : 0;
    case 'gt':
      return value(term.a) > value(term.b) ? 1 : 0;
    case 'add':
      return value(term.a) + value(term.b);
    default:
      throw new Error(`'${term.op}' is not known before the simulation`);
  }
}
