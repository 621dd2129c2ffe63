/** Terms made smaller by what is known before they are evaluated: the parameters, the handshake, that no payload changed. */
import { type StreamParams, type Term, lit } from './term.js';

export interface Facts {
  readonly params: StreamParams;
  readonly tvalid?: 0 | 1;
  readonly tready?: 0 | 1;
  /** Every payload signal is what it was in the cycle before. */
  readonly calm?: boolean;
}

/** A term of the same value wherever the facts hold; a `lit` where they decide it. Truth that is decided is 0 or 1. */
export function fold(term: Term, facts: Facts): Term {
  const [yes, no] = [lit(1), lit(0)];
  const inner = (each: Term): Term => fold(each, facts);
  switch (term.op) {
    case 'lit':
    case 'before':
    case 'state':
      return term;
    case 'param':
      return lit(facts.params[term.name]);
    case 'now': {
      const known = term.signal === 'tvalid' ? facts.tvalid : term.signal === 'tready' ? facts.tready : undefined;
      return known === undefined ? term : lit(known);
    }
    case 'not': {
      const a = inner(term.a);
      return a.op === 'lit' ? (a.value === 0 ? yes : no) : { op: 'not', a };
    }
    case 'and':
    case 'or': {
      const [a, b] = [inner(term.a), inner(term.b)];
      // The value that decides the outcome alone.
      const decides = (each: Term): boolean => each.op === 'lit' && (each.value === 0) === (term.op === 'and');
      if (decides(a) || decides(b)) return term.op === 'and' ? no : yes;
      if (a.op === 'lit' && (isTruth(b) || b.op === 'lit')) return b.op === 'lit' ? lit(b.value === 0 ? 0 : 1) : b;
      return b.op === 'lit' && isTruth(a) ? a : { op: term.op, a, b };
    }
    case 'eq':
    case 'ne':
    case 'gt': {
      const [a, b] = [inner(term.a), inner(term.b)];
      if (a.op !== 'lit' || b.op !== 'lit') return { op: term.op, a, b };
      const { value } = a;
      return (term.op === 'eq' ? value === b.value : term.op === 'ne' ? value !== b.value : value > b.value) ? yes : no;
    }
    case 'add': {
      const [a, b] = [inner(term.a), inner(term.b)];
      return a.op === 'lit' && b.op === 'lit' ? lit(a.value + b.value) : { op: 'add', a, b };
    }
    case 'mux': {
      const [cond, a, b] = [inner(term.cond), inner(term.a), inner(term.b)];
      return cond.op === 'lit' ? (cond.value !== 0 ? a : b) : { op: 'mux', cond, a, b };
    }
    case 'any': {
      const a = inner(term.a);
      return a.op === 'lit' ? (a.value === 0 ? no : yes) : { op: 'any', a };
    }
    case 'xor': {
      const [a, b] = [inner(term.a), inner(term.b)];
      return facts.calm === true && ofOneSignal(a, b) ? no : { op: 'xor', a, b };
    }
    case 'minus': {
      const [a, b] = [inner(term.a), inner(term.b)];
      return isZero(a) ? no : { op: 'minus', a, b };
    }
    case 'onBytes': {
      const a = inner(term.a);
      return isZero(a) ? no : { ...term, a };
    }
    case 'unknown':
      return no;
    case 'mark':
      return { op: 'mark', value: inner(term.value) };
  }
}

const isZero = (term: Term): boolean => term.op === 'lit' && term.value === 0;

/** A wire in this cycle and in the one before; `eos` and the handshake have no past. */
const ofOneSignal = (a: Term, b: Term): boolean =>
  (a.op === 'now' || a.op === 'before') && (b.op === 'now' || b.op === 'before') && a.signal === b.signal;

/** Its value is 0 or 1. */
const isTruth = ({ op }: Term): boolean =>
  op === 'not' || op === 'and' || op === 'or' || op === 'eq' || op === 'ne' || op === 'gt' || op === 'any';
