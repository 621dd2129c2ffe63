/**
 * The expressions of one circuit. Equal expressions are one object, so they can be compared by identity, counted by
 * number and computed once; each knows its free loop variables and its cost.
 *
 * Circuits have hundreds of thousands of them: objects of three layouts only, found through hashes of numbers.
 */
import type { BinaryOp, FoldOp, UnaryOp } from '../circuit/index.js';
import { type Affine, hashAffine, sameAffine, varsOfAffine } from './affine.js';
import { type Ex, type ExShape, type Facts, type Index, isAffine } from './ex.js';

type Op = Ex['op'];

export const NOTHING_BOUND: ReadonlyMap<number, number> = new Map();

// Declared and set in the constructor: fields with initialisers would be set twice, which these hundreds of thousands of
// objects feel.
/** Constants, indices and loads. */
class Leaf {
  declare readonly op: Op;
  declare readonly width: number;
  declare readonly signed: boolean;
  declare readonly id: number;
  declare readonly vars: number;
  declare readonly cost: number;
  declare readonly value: bigint | Affine | undefined;
  declare readonly signal: number;
  declare readonly index: readonly Index[];
  /** A load is a read with no variables bound around it; see `visitReads`. */
  declare readonly bound: ReadonlyMap<number, number>;
  constructor(
    op: Op,
    width: number,
    signed: boolean,
    id: number,
    vars: number,
    cost: number,
    value: bigint | Affine | undefined,
    signal: number,
    index: readonly Index[],
  ) {
    this.op = op;
    this.width = width;
    this.signed = signed;
    this.id = id;
    this.vars = vars;
    this.cost = cost;
    this.value = value;
    this.signal = signal;
    this.index = index;
    this.bound = NOTHING_BOUND;
  }
}

/** Operators with a fixed number of operands. */
class Operator {
  declare readonly op: Op;
  declare readonly width: number;
  declare readonly signed: boolean;
  declare readonly id: number;
  declare readonly vars: number;
  declare readonly cost: number;
  declare readonly fn: BinaryOp | UnaryOp | undefined;
  declare readonly a: Ex;
  declare readonly b: Ex | undefined;
  declare readonly cond: Ex | undefined;
  declare readonly low: Affine | undefined;
  constructor(
    op: Op,
    width: number,
    signed: boolean,
    id: number,
    vars: number,
    cost: number,
    fn: BinaryOp | UnaryOp | undefined,
    a: Ex,
    b: Ex | undefined,
    cond: Ex | undefined,
    low: Affine | undefined,
  ) {
    this.op = op;
    this.width = width;
    this.signed = signed;
    this.id = id;
    this.vars = vars;
    this.cost = cost;
    this.fn = fn;
    this.a = a;
    this.b = b;
    this.cond = cond;
    this.low = low;
  }
}

/** Concatenations, folds and packs. */
class Many {
  constructor(
    readonly op: Op,
    readonly width: number,
    readonly signed: boolean,
    readonly id: number,
    readonly vars: number,
    readonly cost: number,
    readonly parts: readonly Ex[],
    readonly fn: FoldOp | undefined,
    readonly v: number,
    readonly count: number,
    readonly body: Ex | undefined,
  ) {}
}

type Node = Leaf | Operator | Many;

const NO_INDEX: readonly Index[] = [];
const NO_PARTS: readonly Ex[] = [];

/** Numbers of operators, for hashes only. */
const CODE: Readonly<Record<BinaryOp | UnaryOp | FoldOp | Op, number>> = Object.fromEntries(
  (
    'const index load slice mux binary unary convert cat fold pack add sub mul addWrap subWrap and or xor eq ne lt le gt ge ' +
    'shl shr not neg reduceAnd reduceOr reduceXor popcount sum max min'
  )
    .split(' ')
    .map((name, k) => [name, k + 1]),
) as Record<BinaryOp | UnaryOp | FoldOp | Op, number>;

// Numbers of operators where they are known; far apart, as widths and numbers of expressions are put on top of them.
const SLICE = 61 << 20;
const MUX = 62 << 20;
const CONVERT = 63 << 20;

const MOST = 1e9;

/** In place of the hash of an expression that is found without one. */
const UNHASHED = -1;

function mix(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x9e3779b1);
  return h ^ (h >>> 15);
}

const headOf = (op: Op, width: number, signed: boolean): number => mix(CODE[op] * 2 + (signed ? 1 : 0), width);

const limbs = (width: number): number => (width <= 64 ? 1 : Math.ceil(width / 64));

export class Expressions {
  private readonly nodes: Node[] = [];
  private readonly hashes: number[] = [];
  /** Numbers of nodes plus one, by hash. */
  private slots: Int32Array;

  /** Loads of scalars, by signal. */
  private readonly scalars: (Leaf | undefined)[] = [];

  /** `expected` expressions, more or less. */
  constructor(expected = 1000) {
    this.slots = new Int32Array(Math.max(1 << 12, 2 ** Math.ceil(Math.log2(2 * expected + 1))));
  }

  /** Numbers of expressions are below this. */
  get count(): number {
    return this.nodes.length;
  }

  /** The one expression of this shape; its operands are expressions of this circuit. */
  intern(shape: ExShape | Ex): Ex {
    if ('id' in shape) return shape;
    const { width, signed } = shape;
    switch (shape.op) {
      case 'const':
        return this.constant(shape.value, width, signed);
      case 'index':
        return this.index(shape.value, width, signed);
      case 'load':
        return this.load(shape.signal, shape.index, width, signed);
      case 'slice':
        return this.slice(shape.a, shape.low, width, signed);
      case 'mux':
        return this.mux(shape.cond, shape.a, shape.b, width, signed);
      case 'binary':
        return this.binary(shape.fn, shape.a, shape.b, width, signed);
      case 'unary':
        return this.unary(shape.fn, shape.a, width, signed);
      case 'convert':
        return this.convert(shape.a, width, signed);
      case 'cat':
        return this.cat(shape.parts, width, signed);
      case 'fold':
        return this.lanes('fold', shape.fn, shape.v, shape.count, shape.body, width, signed);
      case 'pack':
        return this.lanes('pack', undefined, shape.v, shape.count, shape.body, width, signed);
    }
  }

  factsOf(ex: Ex): Facts {
    return ex;
  }

  constant(value: bigint, width: number, signed: boolean): Ex {
    const h = mix(headOf('const', width, signed), Number(BigInt.asIntN(32, value)));
    for (let at = h & (this.slots.length - 1); ; at = (at + 1) & (this.slots.length - 1)) {
      const id = (this.slots[at] ?? 0) - 1;
      if (id < 0) return this.add(at, h, new Leaf('const', width, signed, this.count, 0, 0, value, -1, NO_INDEX));
      const n = this.nodes[id] as Leaf;
      if (n.op === 'const' && n.width === width && n.signed === signed && n.value === value) return n as Ex;
    }
  }

  /** A loop index or an affine map of several as a value. */
  index(value: Affine, width: number, signed: boolean): Ex {
    const h = mix(headOf('index', width, signed), hashAffine(value));
    for (let at = h & (this.slots.length - 1); ; at = (at + 1) & (this.slots.length - 1)) {
      const id = (this.slots[at] ?? 0) - 1;
      if (id < 0) {
        const vars = varsOfAffine(value);
        return this.add(at, h, new Leaf('index', width, signed, this.count, vars, limbs(width), value, -1, NO_INDEX));
      }
      const n = this.nodes[id] as Leaf;
      if (n.op !== 'index' || n.width !== width || n.signed !== signed) continue;
      if (sameAffine(n.value as Affine, value)) return n as Ex;
    }
  }

  load(signal: number, index: readonly Index[], width: number, signed: boolean): Ex {
    if (index.length > 0) return this.element(signal, index, width, signed);
    // Scalars are read most, always as what they are.
    const known = this.scalars[signal];
    if (known !== undefined && known.width === width && known.signed === signed) return known as Ex;
    if (known !== undefined) return this.element(signal, NO_INDEX, width, signed);
    const node = new Leaf('load', width, signed, this.count, 0, 2 * limbs(width), undefined, signal, NO_INDEX);
    while (this.scalars.length <= signal) this.scalars.push(undefined);
    this.scalars[signal] = node;
    this.nodes.push(node);
    this.hashes.push(UNHASHED);
    return node as Ex;
  }

  private element(signal: number, index: readonly Index[], width: number, signed: boolean): Ex {
    let h = mix(headOf('load', width, signed), signal);
    for (const i of index) h = mix(h, isAffine(i) ? hashAffine(i) : i.at.id);
    for (let at = h & (this.slots.length - 1); ; at = (at + 1) & (this.slots.length - 1)) {
      const id = (this.slots[at] ?? 0) - 1;
      if (id < 0) {
        let [vars, cost] = [0, 2 * limbs(width)];
        for (const i of index) {
          vars |= isAffine(i) ? varsOfAffine(i) : i.at.vars;
          if (!isAffine(i)) cost += i.at.cost + 4;
        }
        return this.add(at, h, new Leaf('load', width, signed, this.count, vars, cost, undefined, signal, index));
      }
      const n = this.nodes[id] as Leaf;
      if (n.signal !== signal || n.op !== 'load' || n.width !== width || n.signed !== signed) continue;
      if (sameIndices(n.index, index)) return n as Ex;
    }
  }

  slice(a: Ex, low: Affine, width: number, signed = false): Ex {
    const h = mix(mix(SLICE ^ width, a.id), low.terms.length === 0 ? low.c : hashAffine(low));
    return this.operator(h, 'slice', undefined, a, undefined, undefined, low, width, signed, 2);
  }

  mux(cond: Ex, a: Ex, b: Ex, width: number, signed: boolean): Ex {
    const h = mix(mix(mix(MUX, cond.id), a.id), b.id);
    return this.operator(h, 'mux', undefined, a, b, cond, undefined, width, signed, 1);
  }

  binary(fn: BinaryOp, a: Ex, b: Ex, width: number, signed: boolean): Ex {
    const h = mix(mix((CODE[fn] << 20) ^ width, a.id), b.id);
    return this.operator(h, 'binary', fn, a, b, undefined, undefined, width, signed, 1);
  }

  unary(fn: UnaryOp, a: Ex, width: number, signed: boolean): Ex {
    const h = mix((CODE[fn] << 20) ^ width, a.id);
    return this.operator(h, 'unary', fn, a, undefined, undefined, undefined, width, signed, 1);
  }

  /** `a` wrapped to a width and sign. */
  convert(a: Ex, width: number, signed: boolean): Ex {
    const h = mix(CONVERT ^ (width << 1) ^ (signed ? 1 : 0), a.id);
    return this.operator(h, 'convert', undefined, a, undefined, undefined, undefined, width, signed, 1);
  }

  private operator(
    h: number,
    op: Op,
    fn: BinaryOp | UnaryOp | undefined,
    a: Ex,
    b: Ex | undefined,
    cond: Ex | undefined,
    low: Affine | undefined,
    width: number,
    signed: boolean,
    own: number,
  ): Ex {
    const { slots, nodes } = this;
    const mask = slots.length - 1;
    for (let at = h & mask; ; at = (at + 1) & mask) {
      const id = (slots[at] ?? 0) - 1;
      if (id < 0) {
        let vars = a.vars;
        let cost = (width <= 64 ? own : own * limbs(width)) + a.cost;
        if (b !== undefined) {
          vars |= b.vars;
          cost += b.cost;
        }
        if (cond !== undefined) {
          vars |= cond.vars;
          cost += cond.cost;
        }
        if (low !== undefined && low.terms.length > 0) vars |= varsOfAffine(low);
        if (cost > MOST) cost = MOST;
        return this.add(at, h, new Operator(op, width, signed, this.nodes.length, vars, cost, fn, a, b, cond, low));
      }
      const n = nodes[id] as Operator;
      if (n.a !== a || n.op !== op || n.b !== b || n.cond !== cond || n.fn !== fn) continue;
      if (n.width !== width || n.signed !== signed) continue;
      if (low === undefined || (n.low !== undefined && sameAffine(n.low, low))) return n as Ex;
    }
  }

  /** Concatenation, first part highest. */
  cat(parts: readonly Ex[], width: number, signed = false): Ex {
    let h = headOf('cat', width, signed);
    for (const part of parts) h = mix(h, part.id);
    for (let at = h & (this.slots.length - 1); ; at = (at + 1) & (this.slots.length - 1)) {
      const id = (this.slots[at] ?? 0) - 1;
      if (id < 0) {
        let [vars, cost] = [0, 2 * parts.length * limbs(width)];
        for (const part of parts) {
          vars |= part.vars;
          cost = Math.min(MOST, cost + part.cost);
        }
        return this.add(
          at,
          h,
          new Many('cat', width, signed, this.count, vars, cost, parts, undefined, 0, 0, undefined),
        );
      }
      const n = this.nodes[id] as Many;
      if (n.op !== 'cat' || n.width !== width || n.signed !== signed || n.parts.length !== parts.length) continue;
      if (n.parts.every((part, k) => part === parts[k])) return n as Ex;
    }
  }

  /** All values of `body` for v = 0 .. count - 1: reduced by `fn`, or side by side. */
  lanes(
    op: 'fold' | 'pack',
    fn: FoldOp | undefined,
    v: number,
    count: number,
    body: Ex,
    width: number,
    signed: boolean,
  ): Ex {
    let h = mix(mix(headOf(op, width, signed), v), count);
    h = mix(mix(h, fn === undefined ? 0 : CODE[fn]), body.id);
    for (let at = h & (this.slots.length - 1); ; at = (at + 1) & (this.slots.length - 1)) {
      const id = (this.slots[at] ?? 0) - 1;
      if (id < 0) {
        const vars = body.vars & ~(1 << v);
        const cost = Math.min(MOST, count * 2 * limbs(width) + body.cost * count);
        return this.add(at, h, new Many(op, width, signed, this.count, vars, cost, NO_PARTS, fn, v, count, body));
      }
      const n = this.nodes[id] as Many;
      if (n.body !== body || n.op !== op || n.v !== v || n.count !== count || n.fn !== fn) continue;
      if (n.width === width && n.signed === signed) return n as Ex;
    }
  }

  private add(at: number, hash: number, node: Node): Ex {
    this.nodes.push(node);
    this.hashes.push(hash & 0x7fffffff);
    this.slots[at] = this.nodes.length;
    if (this.nodes.length * 2 > this.slots.length) this.grow();
    return node as Ex;
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 4);
    const mask = slots.length - 1;
    const { hashes } = this;
    for (let id = 0; id < hashes.length; id++) {
      if (hashes[id] === UNHASHED) continue;
      let at = (hashes[id] ?? 0) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = id + 1;
    }
    this.slots = slots;
  }
}

function sameIndices(x: readonly Index[], y: readonly Index[]): boolean {
  if (x.length !== y.length) return false;
  for (let d = 0; d < x.length; d++) {
    const [i, j] = [x[d], y[d]];
    if (i === j || i === undefined || j === undefined) continue;
    if (isAffine(i) ? !isAffine(j) || !sameAffine(i, j) : isAffine(j) || i.at !== j.at) return false;
  }
  return true;
}

/**
 * One expression of every kind, made and forgotten: engines watch which kinds of values a field holds and throw compiled
 * code away when the first value of another kind comes, which would happen in the middle of a large circuit.
 */
function settleLayouts(): void {
  const x = new Expressions();
  const low: Affine = { c: 1, terms: [{ v: 0, k: 1 }] };
  const leaf = x.load(0, [], 1, false);
  const leaves = [leaf, x.constant(1n, 1, false), x.index(low, 1, false)];
  const operators = [x.convert(leaf, 2, false), x.slice(leaf, low, 1)];
  const many = [x.cat(leaves, 3), x.lanes('fold', 'sum', 0, 2, leaf, 2, false)];
  for (const a of [...leaves, ...operators, ...many]) {
    x.unary('not', a, 1, false);
    x.lanes('pack', undefined, 0, 2, a, 2, false);
    x.load(1, [low, { at: a }], 1, false);
    for (const b of [...leaves, ...operators, ...many]) {
      x.binary('xor', a, b, 1, false);
      x.mux(b, a, b, 1, false);
    }
  }
}

settleLayouts();
