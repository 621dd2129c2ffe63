/** What the kit knows while one module is built: parameter ranges for proofs, and what a signal belongs to. */
import {
  addPolynomials,
  constantPolynomial,
  type Nat,
  type NatContext,
  normalizeNat,
  type NatCondition,
  type Polynomial,
} from '../circuit/index.js';

/** Identity of a module under construction; signals of different modules never meet. */
export interface ModuleContext {
  readonly moduleName: string;
  /** Grows and shrinks with the generate blocks around the place being built. */
  proof(): NatContext;
}

/** A condition as facts f >= 0. */
export function conditionFacts(condition: NatCondition): readonly Polynomial[] {
  const a = normalizeNat(condition.a);
  const b = normalizeNat(condition.b);
  const ab = addPolynomials(a, b, -1);
  const ba = addPolynomials(b, a, -1);
  const minusOne = constantPolynomial(-1);
  switch (condition.rel) {
    case '>=':
      return [ab];
    case '<=':
      return [ba];
    case '>':
      return [addPolynomials(ab, minusOne)];
    case '<':
      return [addPolynomials(ba, minusOne)];
    case '==':
      return [ab, ba];
    case '!=':
      return [];
  }
}

/** The condition that holds where `condition` does not. */
export function negate(condition: NatCondition): NatCondition {
  const opposite = { '==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const;
  return { ...condition, rel: opposite[condition.rel] };
}

export function withIndex(context: NatContext, index: string, count: Nat): NatContext {
  return { ...context, indexCount: new Map([...context.indexCount, [index, count]]) };
}

export function withFacts(context: NatContext, facts: readonly Polynomial[]): NatContext {
  return { ...context, facts: [...context.facts, ...facts] };
}
