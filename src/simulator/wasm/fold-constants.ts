/** Operators on numbers that are known: arrays too are spared what the simplification of single bits does for scalars. */
import { type Ex, wrap } from '../elaborated.js';
import type { Expressions } from '../expressions.js';
import { compileEx } from '../interpreter-expr.js';
import { children } from '../walk.js';

const NO_CIRCUIT = { signals: [] };

/** `ex`, whose operands are folded, as a constant or as the operand that is chosen, if it is one. */
export function foldConstant(x: Expressions, ex: Ex): Ex {
  switch (ex.op) {
    case 'const':
    case 'index':
    case 'load':
    case 'fold':
    case 'pack':
      return ex;
    case 'slice':
      if (ex.low.terms.length > 0) return ex;
      break;
    case 'mux':
      if (ex.cond.op === 'const') {
        const chosen = wrap(ex.cond.value, ex.cond.width, false) !== 0n ? ex.a : ex.b;
        return chosen.width === ex.width && chosen.signed === ex.signed ? chosen : ex;
      }
      break;
    default:
  }
  if (!children(ex).every((e) => e.op === 'const')) return ex;
  return x.constant(compileEx(NO_CIRCUIT, [], ex)([]), ex.width, ex.signed);
}
