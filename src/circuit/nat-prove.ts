/**
 * Inequalities between symbolic naturals, by interval and affine reasoning over the declared ranges.
 *
 * `provesAtLeast` answers true only where a >= b holds at every legal parameter value; false means "not shown", and the
 * caller asks the author for a `requires` clause. Method: write a - b as a polynomial, shift every parameter to its
 * minimum (x = min + x', x' >= 0) and every loop index to one of its ends, replace opaque atoms by bounds, and see that
 * no coefficient is negative. `requires` clauses take part as facts that may be subtracted first.
 *
 * The search may branch at every atom and every fact. It has a budget of steps, counted the same way on every machine; where that is
 * spent the answer is `out of steps`, which is not `proved` either.
 */
import { clog2Number, type Nat } from './nat.js';
import {
  addPolynomials,
  type Atom,
  constantPolynomial,
  constantValue,
  multiplyPolynomials,
  natEquals,
  normalizeNat,
  type Polynomial,
} from './nat-normal.js';

export interface NatContext {
  /** Least value by parameter name; 0 when absent. */
  readonly minimum: ReadonlyMap<string, number>;
  /** Greatest value by parameter name, where there is one. */
  readonly maximum: ReadonlyMap<string, number>;
  /** Count of each enclosing loop by index name: 0 <= index <= count - 1. */
  readonly indexCount: ReadonlyMap<string, Nat>;
  /** Facts f >= 0. */
  readonly facts: readonly Polynomial[];
}

export const emptyContext: NatContext = { minimum: new Map(), maximum: new Map(), indexCount: new Map(), facts: [] };

/** How many replacements a proof may have: few are tried first, so that a short proof is found before a long search for it. */
const DEPTHS = [1, 2, 4, 6];

/** Steps that one question may take; a step is a term of a polynomial looked at. */
export const proofSteps = 100_000;

export type Verdict = 'proved' | 'not proved' | 'out of steps';

/** A context and what is left of the steps of one question. */
interface Search extends NatContext {
  readonly budget: { left: number };
}

function decide(context: NatContext, proves: (search: Search) => boolean): Verdict {
  const budget = { left: proofSteps };
  if (proves({ ...context, budget })) return 'proved';
  return budget.left < 0 ? 'out of steps' : 'not proved';
}

/** Whether a and b are shown to be equal, by normal form or by facts in force here. */
export function decideEqual(a: Nat, b: Nat, context: NatContext): Verdict {
  return decide(context, (search) => natEquals(a, b) || (atLeast(a, b, search) && atLeast(b, a, search)));
}

/** Whether a >= b is shown. */
export function decideAtLeast(a: Nat, b: Nat, context: NatContext): Verdict {
  return decide(context, (search) => atLeast(a, b, search));
}

/** Whether `value` is shown to fit an unsigned number of `width` bits at every legal parameter value. */
export function decideFits(value: Nat, width: Nat, context: NatContext): Verdict {
  return decide(context, (search) => fits(value, width, search));
}

export function provesAtLeast(a: Nat, b: Nat, context: NatContext): boolean {
  return decideAtLeast(a, b, context) === 'proved';
}

export function provesFits(value: Nat, width: Nat, context: NatContext): boolean {
  return decideFits(value, width, context) === 'proved';
}

function atLeast(a: Nat, b: Nat, search: Search): boolean {
  return isNatural(addPolynomials(normalizeNat(a), normalizeNat(b), -1), search);
}

/** Whether p >= 0 is shown. */
const isNatural = (p: Polynomial, search: Search): boolean => DEPTHS.some((depth) => nonNegative(p, search, depth));

function nonNegative(p: Polynomial, context: Search, depth: number): boolean {
  context.budget.left -= 1 + p.size;
  if (context.budget.left < 0) return false;
  if (allNonNegative(shiftToMinimum(p, context))) return true;
  if (depth === 0) return false;
  const atom = firstReducible(p);
  if (atom !== undefined && reductions(p, atom, context, depth)) return true;
  const indices = [...context.indexCount].filter(([name]) => mentions(p, name));
  for (const [name, count] of indices) {
    // i = count - 1 - i', i' >= 0; the reflected index keeps its name and loses its upper end.
    const reflected = substitute(p, name, (atomPoly) =>
      addPolynomials(addPolynomials(normalizeNat(count), constantPolynomial(-1)), atomPoly, -1),
    );
    const rest = new Map(context.indexCount);
    rest.delete(name);
    if (nonNegative(reflected, { ...context, indexCount: rest }, depth - 1)) return true;
  }
  for (const fact of context.facts) {
    const remaining = { ...context, facts: context.facts.filter((other) => other !== fact) };
    // A fact holds as it is and times any parameter, since parameters are not negative.
    for (const product of [fact, ...parametersOf(p).map((parameter) => multiplyPolynomials(fact, parameter))]) {
      if (helps(product, p, context) && nonNegative(addPolynomials(p, product, -1), remaining, depth - 1)) return true;
    }
  }
  return false;
}

/** Subtracting a fact can only help where it takes away from a negative term; anything else is search for its own sake. */
function helps(fact: Polynomial, p: Polynomial, context: Search): boolean {
  context.budget.left -= fact.size + p.size;
  if (context.budget.left < 0) return false;
  const goal = shiftToMinimum(p, context);
  return [...shiftToMinimum(fact, context)].some(
    ([key, term]) => term.coefficient < 0 && (goal.get(key)?.coefficient ?? 0) < 0,
  );
}

function parametersOf(p: Polynomial): readonly Polynomial[] {
  const atoms = new Map([...p.values()].flatMap((term) => term.atoms).map((atom) => [atom.key, atom]));
  return [...atoms.values()]
    .filter((atom) => atom.kind === 'param')
    .map((atom) => new Map([[atom.key, { coefficient: 1, atoms: [atom] }]]));
}

function allNonNegative(p: Polynomial): boolean {
  return [...p.values()].every((term) => term.coefficient >= 0);
}

function mentions(p: Polynomial, name: string): boolean {
  return [...p.values()].some((term) => term.atoms.some((atom) => atom.key === name));
}

/** An opaque atom, preferring those that occur with a negative coefficient. */
function firstReducible(p: Polynomial): Atom | undefined {
  const terms = [...p.values()].sort((x, y) => x.coefficient - y.coefficient);
  return terms.flatMap((term) => term.atoms).find((atom) => atom.kind !== 'param' && atom.kind !== 'index');
}

/** Proves p >= 0 by replacing `atom`: both cases of max/min, lower bounds of the rest where they occur positively. */
function reductions(p: Polynomial, atom: Atom, context: Search, depth: number): boolean {
  const put = (value: Polynomial) =>
    nonNegative(
      substitute(p, atom.key, () => value),
      context,
      depth - 1,
    );
  const positive = [...p.values()].every((term) => term.coefficient >= 0 || !term.atoms.includes(atom));
  switch (atom.kind) {
    case 'max':
      return (positive && (put(atom.a) || put(atom.b))) || (put(atom.a) && put(atom.b));
    case 'min':
      return put(atom.a) && put(atom.b);
    case 'clog2': {
      const low = clog2Number(Math.max(1, lowerBound(atom.a, context)));
      const high = upperBound(atom.a, context);
      if (positive) return put(constantPolynomial(low));
      // clog2(e) <= e - 1 for e >= 1, and at most clog2 of the greatest e.
      return (high !== undefined && put(constantPolynomial(clog2Number(high)))) || put(minusOne(atom.a));
    }
    case 'div':
    case 'ceilDiv':
    case 'mod': {
      if (positive) {
        const low = lowerBound(atom.a, context) >= 1 && atom.kind === 'ceilDiv' ? 1 : 0;
        return put(constantPolynomial(low));
      }
      // With a divisor of at least 1: a div b <= a, ceilDiv(a, b) <= a, a mod b <= b - 1.
      return atom.kind === 'mod' ? put(minusOne(atom.b)) : put(atom.a);
    }
    default:
      return false;
  }
}

const minusOne = (p: Polynomial): Polynomial => addPolynomials(p, constantPolynomial(-1));

function substitute(p: Polynomial, key: string, value: (atom: Polynomial) => Polynomial): Polynomial {
  let result: Polynomial = new Map();
  for (const term of p.values()) {
    let product = constantPolynomial(term.coefficient);
    for (const atom of term.atoms) {
      const atomPoly: Polynomial = new Map([[atom.key, { coefficient: 1, atoms: [atom] }]]);
      product = multiplyPolynomials(product, atom.key === key ? value(atomPoly) : atomPoly);
    }
    result = addPolynomials(result, product);
  }
  return result;
}

/** Every parameter x becomes min(x) + x with x >= 0; opaque atoms and indices are >= 0 as they are. */
function shiftToMinimum(p: Polynomial, context: NatContext): Polynomial {
  let shifted = p;
  for (const [name, min] of context.minimum) {
    if (min > 0 && mentions(p, name)) {
      shifted = substitute(shifted, name, (atom) => addPolynomials(atom, constantPolynomial(min)));
    }
  }
  return shifted;
}

function lowerBound(p: Polynomial, context: NatContext): number {
  const shifted = shiftToMinimum(p, context);
  return allNonNegative(shifted) ? (shifted.get('')?.coefficient ?? 0) : 0;
}

function upperBound(p: Polynomial, context: NatContext): number | undefined {
  let total = 0;
  for (const term of p.values()) {
    if (term.coefficient < 0) return undefined;
    let product = term.coefficient;
    for (const atom of term.atoms) {
      const max = greatest(atom, context);
      if (max === undefined) return undefined;
      product *= max;
    }
    total += product;
  }
  return total;
}

/** Greatest value of an atom where the limits of parameters say one. */
function greatest(atom: Atom, context: NatContext): number | undefined {
  if (atom.kind === 'param') return context.maximum.get(atom.name);
  if (atom.kind !== 'clog2') return undefined;
  const of = upperBound(atom.a, context);
  return of === undefined ? undefined : clog2Number(Math.max(1, of));
}

function fits(value: Nat, width: Nat, context: Search): boolean {
  const v = normalizeNat(value);
  const w = normalizeNat(width);
  const literal = constantValue(v);
  if (literal !== undefined) {
    const bits = clog2Number(literal + 1);
    return isNatural(addPolynomials(w, constantPolynomial(bits), -1), context);
  }
  // Widths of the forms clog2(e) and max(clog2(e), ...) hold e - 1; e may be any shown greater than the value.
  const holders = [...w.values()].flatMap((term) =>
    term.coefficient >= 1 && term.atoms.length === 1 ? term.atoms : [],
  );
  if (holders.some((atom) => holds(atom, v, context)) || upperFits(v, w, context)) return true;
  const bits: Nat = { op: 'clog2', a: { op: 'add', a: value, b: { op: 'lit', value: 1 } } };
  return atLeast(width, bits, context);
}

function holds(atom: Atom, value: Polynomial, context: Search): boolean {
  if (atom.kind === 'clog2') return isNatural(addPolynomials(minusOne(atom.a), value, -1), context);
  if (atom.kind !== 'max') return false;
  return [atom.a, atom.b].some((side) =>
    [...side.values()].some((t) => t.atoms.length === 1 && holds(t.atoms[0]!, value, context)),
  );
}

function upperFits(value: Polynomial, width: Polynomial, context: Search): boolean {
  const high = upperBound(value, context);
  if (high === undefined) return false;
  return isNatural(addPolynomials(width, constantPolynomial(clog2Number(high + 1)), -1), context);
}
