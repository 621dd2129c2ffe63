/**
 * Normal form of symbolic naturals: a sum of products of atoms with integer coefficients.
 *
 * Atoms are parameters, indices and opaque operators (`clog2`, `max`, `div` ...) over normalized operands, so two
 * expressions that differ only by commuting, associating or distributing have one key (CIRCT keeps parameter
 * expressions in the same affine form).
 */
import { applyNat, clog2Number, type Nat, type NatBinaryOp } from './nat.js';

export type Atom =
  | { readonly kind: 'param' | 'index'; readonly key: string; readonly name: string }
  | { readonly kind: 'clog2'; readonly key: string; readonly a: Polynomial }
  | {
      readonly kind: 'div' | 'mod' | 'ceilDiv' | 'max' | 'min';
      readonly key: string;
      readonly a: Polynomial;
      readonly b: Polynomial;
    };

export interface Term {
  readonly coefficient: number;
  /** Sorted by key; a power repeats its atom. Empty for the constant term. */
  readonly atoms: readonly Atom[];
}
/** Terms by monomial key; no zero coefficients. */
export type Polynomial = ReadonlyMap<string, Term>;

const monomialKey = (atoms: readonly Atom[]): string => atoms.map((atom) => atom.key).join('*');

export function constantPolynomial(value: number): Polynomial {
  return value === 0 ? new Map() : new Map([['', { coefficient: value, atoms: [] }]]);
}

function atomPolynomial(atom: Atom): Polynomial {
  return new Map([[atom.key, { coefficient: 1, atoms: [atom] }]]);
}

export function addPolynomials(a: Polynomial, b: Polynomial, scale = 1): Polynomial {
  const sum = new Map(a);
  for (const [key, term] of b) {
    const coefficient = (sum.get(key)?.coefficient ?? 0) + scale * term.coefficient;
    if (coefficient === 0) sum.delete(key);
    else sum.set(key, { coefficient, atoms: term.atoms });
  }
  return sum;
}

export function multiplyPolynomials(a: Polynomial, b: Polynomial): Polynomial {
  let product: Polynomial = new Map();
  for (const x of a.values()) {
    for (const y of b.values()) {
      const atoms = [...x.atoms, ...y.atoms].sort((p, q) => (p.key < q.key ? -1 : p.key > q.key ? 1 : 0));
      const term = { coefficient: x.coefficient * y.coefficient, atoms };
      product = addPolynomials(product, new Map([[monomialKey(atoms), term]]));
    }
  }
  return product;
}

/** Keys and normal forms are functions of immutable data: each is computed once an object. */
const keys = new WeakMap<Polynomial, string>();
const normalForms = new WeakMap<Nat, Polynomial>();

/** Text that is equal exactly for equal polynomials. */
function polynomialKey(p: Polynomial): string {
  const known = keys.get(p);
  if (known !== undefined) return known;
  const key = makeKey(p);
  keys.set(p, key);
  return key;
}

function makeKey(p: Polynomial): string {
  return [...p.entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, term]) => `${term.coefficient}${key === '' ? '' : `*${key}`}`)
    .join('+');
}

/** The number that `p` is, or undefined when it has atoms. */
export function constantValue(p: Polynomial): number | undefined {
  if (p.size === 0) return 0;
  return p.size === 1 ? p.get('')?.coefficient : undefined;
}

function opaque(kind: 'div' | 'mod' | 'ceilDiv' | 'max' | 'min', a: Polynomial, b: Polynomial): Polynomial {
  const [x, y] = [constantValue(a), constantValue(b)];
  if (x !== undefined && y !== undefined) return constantPolynomial(applyNat(kind, x, y));
  if ((kind === 'div' || kind === 'ceilDiv') && y === 1) return a;
  const keyA = polynomialKey(a);
  const keyB = polynomialKey(b);
  if (kind === 'max' || kind === 'min') {
    if (keyA === keyB) return a;
    const gap = constantValue(addPolynomials(a, b, -1));
    if (gap !== undefined) return gap >= 0 === (kind === 'max') ? a : b;
    // One order of operands, so that max(a, b) and max(b, a) are one atom.
    const [p, q, kp, kq] = keyA < keyB ? [a, b, keyA, keyB] : [b, a, keyB, keyA];
    return atomPolynomial({ kind, key: `${kind}(${kp},${kq})`, a: p, b: q });
  }
  const quotient = kind === 'mod' ? undefined : exactQuotient(a, b);
  if (quotient !== undefined) return quotient;
  return atomPolynomial({ kind, key: `${kind}(${keyA},${keyB})`, a, b });
}

/** a / b where b is one term that divides every term of a; otherwise undefined. */
function exactQuotient(a: Polynomial, b: Polynomial): Polynomial | undefined {
  if (b.size !== 1) return undefined;
  const divisor = [...b.values()][0];
  if (divisor === undefined) return undefined;
  let quotient: Polynomial = new Map();
  for (const term of a.values()) {
    if (term.coefficient % divisor.coefficient !== 0) return undefined;
    const atoms = [...term.atoms];
    for (const atom of divisor.atoms) {
      const at = atoms.findIndex((candidate) => candidate.key === atom.key);
      if (at < 0) return undefined;
      atoms.splice(at, 1);
    }
    const coefficient = term.coefficient / divisor.coefficient;
    quotient = addPolynomials(quotient, new Map([[monomialKey(atoms), { coefficient, atoms }]]));
  }
  return quotient;
}

export function normalizeNat(nat: Nat): Polynomial {
  const known = normalForms.get(nat);
  if (known !== undefined) return known;
  const made = makeNormal(nat);
  normalForms.set(nat, made);
  return made;
}

function makeNormal(nat: Nat): Polynomial {
  switch (nat.op) {
    case 'lit':
      return constantPolynomial(nat.value);
    case 'param':
    case 'index':
      return atomPolynomial({ kind: nat.op, key: nat.name, name: nat.name });
    case 'local':
      return normalizeNat(nat.value);
    case 'clog2': {
      const a = normalizeNat(nat.a);
      const value = constantValue(a);
      if (value !== undefined) return constantPolynomial(clog2Number(value));
      return atomPolynomial({ kind: 'clog2', key: `clog2(${polynomialKey(a)})`, a });
    }
    default:
      return normalizeBinary(nat.op, normalizeNat(nat.a), normalizeNat(nat.b));
  }
}

function normalizeBinary(op: NatBinaryOp, a: Polynomial, b: Polynomial): Polynomial {
  switch (op) {
    case 'add':
      return addPolynomials(a, b);
    case 'sub':
      return addPolynomials(a, b, -1);
    case 'mul':
      return multiplyPolynomials(a, b);
    default:
      return opaque(op, a, b);
  }
}

/** True where a and b have one value for all parameter values, as far as the normal form shows. */
export function natEquals(a: Nat, b: Nat): boolean {
  return a === b || polynomialKey(normalizeNat(a)) === polynomialKey(normalizeNat(b));
}
