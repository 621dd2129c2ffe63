/** Expressions with parts of them replaced. */
import { type Ex, type Index, isAffine } from '../elaborated.js';
import type { Expressions } from '../expressions.js';

/** `ex` with every operand replaced by `of` it. */
export function withOperands(x: Expressions, ex: Ex, of: (operand: Ex) => Ex): Ex {
  switch (ex.op) {
    case 'const':
    case 'index':
      return ex;
    case 'load': {
      let index: Index[] | undefined;
      for (let d = 0; d < ex.index.length; d++) {
        const i = ex.index[d];
        if (i === undefined || isAffine(i)) continue;
        const at = of(i.at);
        if (at !== i.at) (index ??= [...ex.index])[d] = { at };
      }
      return index === undefined ? ex : x.load(ex.signal, index, ex.width, ex.signed);
    }
    case 'slice': {
      const a = of(ex.a);
      return a === ex.a ? ex : x.slice(a, ex.low, ex.width, ex.signed);
    }
    case 'convert': {
      const a = of(ex.a);
      return a === ex.a ? ex : x.convert(a, ex.width, ex.signed);
    }
    case 'unary': {
      const a = of(ex.a);
      return a === ex.a ? ex : x.unary(ex.fn, a, ex.width, ex.signed);
    }
    case 'mux': {
      const cond = of(ex.cond);
      const a = of(ex.a);
      const b = of(ex.b);
      return cond === ex.cond && a === ex.a && b === ex.b ? ex : x.mux(cond, a, b, ex.width, ex.signed);
    }
    case 'binary': {
      const a = of(ex.a);
      const b = of(ex.b);
      return a === ex.a && b === ex.b ? ex : x.binary(ex.fn, a, b, ex.width, ex.signed);
    }
    case 'cat': {
      const parts = ex.parts.map(of);
      return parts.every((part, k) => part === ex.parts[k]) ? ex : x.cat(parts, ex.width, ex.signed);
    }
    case 'fold': {
      const body = of(ex.body);
      return body === ex.body ? ex : x.lanes('fold', ex.fn, ex.v, ex.count, body, ex.width, ex.signed);
    }
    case 'pack': {
      const body = of(ex.body);
      return body === ex.body ? ex : x.lanes('pack', undefined, ex.v, ex.count, body, ex.width, ex.signed);
    }
  }
}

/** Applies `rule` to every expression, operands first; each expression once. */
export function rewriter(x: Expressions, rule: (ex: Ex) => Ex): (ex: Ex) => Ex {
  const before = x.count;
  const done = new Array<Ex | undefined>(before);
  const go = (ex: Ex): Ex => {
    if (ex.id >= before) return rule(withOperands(x, ex, go));
    const known = done[ex.id];
    if (known !== undefined) return known;
    const out = rule(withOperands(x, ex, go));
    done[ex.id] = out;
    return out;
  };
  return go;
}

/** Applies `rule` to every expression of one tree, operands first. */
export function rewrite(x: Expressions, ex: Ex, rule: (ex: Ex) => Ex): Ex {
  const go = (e: Ex): Ex => rule(withOperands(x, e, go));
  return go(ex);
}
