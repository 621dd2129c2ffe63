/** Equal expressions become one object, with what the emitter asks about them: free loop variables and cost. */
import { affineKey, type Affine } from '../affine.js';
import { type Ex, type Index, isAffine } from '../elaborated.js';

export interface Facts {
  readonly id: number;
  /** Bit v is set if the value depends on loop variable v. */
  readonly vars: number;
  /** Rough number of instructions, once. */
  readonly cost: number;
}

export class Interner {
  private readonly canonical = new Map<string, Ex>();
  private readonly facts = new Map<Ex, Facts>();
  private readonly seen = new Map<Ex, Ex>();

  factsOf(ex: Ex): Facts {
    const known = this.facts.get(ex);
    if (known === undefined) throw new Error('not interned');
    return known;
  }

  intern(ex: Ex): Ex {
    const known = this.seen.get(ex);
    if (known !== undefined) return known;
    const done = this.make(ex);
    if (done !== ex) this.seen.set(ex, done);
    return done;
  }

  // Runs once for every node of every expression: text keys without closures.
  private make(ex: Ex): Ex {
    const head = `${ex.op}:${ex.width}${ex.signed ? 's' : 'u'}`;
    switch (ex.op) {
      case 'const':
        return this.add(head + ex.value, ex, 0, 0, 0);
      case 'index':
        return this.add(head + affineKey(ex.value), ex, 1, varsOf(ex.value), 0);
      case 'load': {
        let [key, vars, cost] = [`${head}${ex.signal}:`, 0, 0];
        const index: Index[] = [];
        for (const i of ex.index) {
          if (isAffine(i)) {
            index.push(i);
            key += `${i.terms.length === 0 ? i.c : affineKey(i)};`;
            vars |= varsOf(i);
            continue;
          }
          const at = this.intern(i.at);
          const facts = this.factsOf(at);
          index.push({ at });
          key += `@${facts.id};`;
          vars |= facts.vars;
          cost += facts.cost + 4;
        }
        return this.add(key, { ...ex, index }, 2, vars, cost);
      }
      case 'slice': {
        const a = this.intern(ex.a);
        const f = this.factsOf(a);
        return this.add(`${head}${affineKey(ex.low)}(${f.id}`, { ...ex, a }, 2, f.vars | varsOf(ex.low), f.cost);
      }
      case 'convert':
      case 'unary': {
        const a = this.intern(ex.a);
        const f = this.factsOf(a);
        return this.add(`${head}${ex.op === 'unary' ? ex.fn : ''}(${f.id}`, { ...ex, a }, 1, f.vars, f.cost);
      }
      case 'mux': {
        const [cond, a, b] = [this.intern(ex.cond), this.intern(ex.a), this.intern(ex.b)];
        const [f, g, h] = [this.factsOf(cond), this.factsOf(a), this.factsOf(b)];
        const vars = f.vars | g.vars | h.vars;
        return this.add(`${head}(${f.id},${g.id},${h.id}`, { ...ex, cond, a, b }, 1, vars, f.cost + g.cost + h.cost);
      }
      case 'binary': {
        const [a, b] = [this.intern(ex.a), this.intern(ex.b)];
        const [f, g] = [this.factsOf(a), this.factsOf(b)];
        return this.add(`${head}${ex.fn}(${f.id},${g.id}`, { ...ex, a, b }, 1, f.vars | g.vars, f.cost + g.cost);
      }
      case 'cat': {
        const parts = ex.parts.map((part) => this.intern(part));
        const facts = parts.map((part) => this.factsOf(part));
        const vars = facts.reduce((sum, f) => sum | f.vars, 0);
        const cost = facts.reduce((sum, f) => sum + f.cost, 0);
        return this.add(`${head}(${facts.map((f) => f.id).join()}`, { ...ex, parts }, 2 * parts.length, vars, cost);
      }
      case 'fold':
      case 'pack': {
        const body = this.intern(ex.body);
        const f = this.factsOf(body);
        const key = `${head}${ex.op === 'fold' ? ex.fn : ''}${ex.v}x${ex.count}(${f.id}`;
        return this.add(key, { ...ex, body }, ex.count * 2, f.vars & ~(1 << ex.v), f.cost * ex.count);
      }
    }
  }

  /** The one object for `key`; `own` is the cost of the operator itself in 64-bit pieces. */
  private add(key: string, ex: Ex, own: number, vars: number, inner: number): Ex {
    const known = this.canonical.get(key);
    if (known !== undefined) return known;
    const cost = own * Math.max(1, Math.ceil(ex.width / 64)) + inner;
    this.facts.set(ex, { id: this.facts.size, vars, cost });
    this.canonical.set(key, ex);
    this.seen.set(ex, ex);
    return ex;
  }
}

function varsOf(a: Affine): number {
  let vars = 0;
  for (const t of a.terms) vars |= 1 << t.v;
  return vars;
}
