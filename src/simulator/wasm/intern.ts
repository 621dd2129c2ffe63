/** Equal expressions become one object, with what the emitter asks about them: free loop variables and cost. */
import { affineKey, type Affine } from '../affine.js';
import { type Ex, isAffine } from '../elaborated.js';

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
  private readonly seen = new WeakMap<Ex, Ex>();

  factsOf(ex: Ex): Facts {
    const known = this.facts.get(ex);
    if (known === undefined) throw new Error('not interned');
    return known;
  }

  intern(ex: Ex): Ex {
    const known = this.seen.get(ex);
    if (known !== undefined) return known;
    const done = this.make(ex);
    this.seen.set(ex, done);
    return done;
  }

  private make(ex: Ex): Ex {
    const kids: Ex[] = [];
    const go = (e: Ex): Ex => {
      const k = this.intern(e);
      kids.push(k);
      return k;
    };
    let vars = 0;
    const map = (a: Affine): string => {
      for (const t of a.terms) vars |= 1 << t.v;
      return affineKey(a);
    };
    let key = `${ex.op}:${ex.width}${ex.signed ? 's' : 'u'}`;
    let out: Ex = ex;
    let own = 1;
    let bound = 0;
    switch (ex.op) {
      case 'const':
        key += ex.value;
        own = 0;
        break;
      case 'index':
        key += map(ex.value);
        break;
      case 'load': {
        const index = ex.index.map((i) => (isAffine(i) ? i : { at: go(i.at) }));
        key += `${ex.signal}:${index.map((i) => (isAffine(i) ? map(i) : `@${this.factsOf(i.at).id}`)).join(';')}`;
        own = 2 + 4 * index.filter((i) => !isAffine(i)).length;
        out = { ...ex, index };
        break;
      }
      case 'slice':
        out = { ...ex, a: go(ex.a) };
        key += map(ex.low);
        own = 2;
        break;
      case 'convert':
        out = { ...ex, a: go(ex.a) };
        break;
      case 'unary':
        out = { ...ex, a: go(ex.a) };
        key += ex.fn;
        break;
      case 'mux':
        out = { ...ex, cond: go(ex.cond), a: go(ex.a), b: go(ex.b) };
        break;
      case 'binary':
        out = { ...ex, a: go(ex.a), b: go(ex.b) };
        key += ex.fn;
        break;
      case 'cat':
        out = { ...ex, parts: ex.parts.map(go) };
        own = 2 * ex.parts.length;
        break;
      case 'fold':
      case 'pack':
        out = { ...ex, body: go(ex.body) };
        key += `${ex.op === 'fold' ? ex.fn : ''}${ex.v}x${ex.count}`;
        bound = 1 << ex.v;
        own = ex.count * 2;
        break;
    }
    key += `(${kids.map((k) => this.factsOf(k).id).join(',')})`;
    const known = this.canonical.get(key);
    if (known !== undefined) return known;
    let cost = own * Math.max(1, Math.ceil(ex.width / 64));
    for (const k of kids) {
      const f = this.factsOf(k);
      vars |= f.vars;
      cost += f.cost * (bound !== 0 && (ex.op === 'fold' || ex.op === 'pack') ? ex.count : 1);
    }
    this.facts.set(out, { id: this.facts.size, vars: vars & ~bound, cost });
    this.canonical.set(key, out);
    return out;
  }
}
