/**
 * Gives names to values that SystemVerilog cannot take in place: the operand of a bit selection that is not a signal,
 * sums over lanes and run-time selections (loops in the text), values cut to fewer bits and computed constants of symbolic
 * width (Yosys), constant selections inside `always_comb` (Icarus).
 *
 * Circuit in, circuit out: each name is a wire with its equation, in front of the item that uses it.
 */
import {
  type Expr,
  forEachStmt,
  type Item,
  lit,
  type ModuleDef,
  type Nat,
  natEquals,
  type Signal,
  type Stmt,
} from '../circuit/index.js';
import { bitsOf, coversAll } from './bits.js';
import { isZero } from './constants.js';
import { indexCovers } from './indices.js';
import { freshName, takenNames, valueName } from './names.js';
import { exprKey } from './key.js';
import { widthOf } from './expr.js';

/** Where an expression stands. */
interface Site {
  /** Name of what it drives. */
  readonly target: string;
  /** Inside `always_comb`. */
  readonly comb: boolean;
}

export function prepare(def: ModuleDef): ModuleDef {
  const preparer = new Preparer(def);
  const items = preparer.block(def.items);
  return { ...def, signals: preparer.signals, items };
}

/** True for values that take a loop in the text: `always_comb` with `for`. */
export function needsLoop(expr: Expr): boolean {
  switch (expr.op) {
    case 'fold':
      return !(expr.type.kind === 'bool' && (expr.fn === 'and' || expr.fn === 'or' || expr.fn === 'xor'));
    case 'unary':
      return expr.fn === 'popcount';
    case 'select':
      return expr.vec.type.kind !== 'vec' || !indexCovers(widthOf(expr.index), expr.vec.type.count);
    default:
      return false;
  }
}

class Preparer {
  readonly signals: Signal[];
  private readonly taken: Set<string>;
  /** Wires added in the current block, by expression. */
  private known = new Map<string, Expr>();
  private prelude: Item[] = [];

  constructor(def: ModuleDef) {
    this.signals = [...def.signals];
    this.taken = takenNames(def);
  }

  block(items: readonly Item[]): Item[] {
    const outer = { known: this.known, prelude: this.prelude };
    this.known = new Map(outer.known);
    const result: Item[] = [];
    for (const item of items) {
      this.prelude = [];
      const prepared = this.item(item);
      result.push(...this.prelude, prepared);
    }
    ({ known: this.known, prelude: this.prelude } = outer);
    return result;
  }

  private item(item: Item): Item {
    switch (item.item) {
      case 'assign': {
        const signal = this.signals[item.target.signal]!;
        const site: Site = { target: signal.name, comb: false };
        const whole = item.target.path.length === 0;
        return { ...item, value: whole ? this.root(item.value, site) : this.value(item.value, site) };
      }
      case 'process':
        return { ...item, body: this.body(item.body) };
      case 'instance': {
        const bindings = Object.fromEntries(
          Object.entries(item.bindings).map(([port, binding]) => [
            port,
            binding.dir === 'input'
              ? { ...binding, value: this.rewrite(binding.value, { target: `${item.name}_${port}`, comb: false }) }
              : binding,
          ]),
        );
        return { ...item, bindings };
      }
      case 'for':
        return { ...item, items: this.block(item.items) };
      case 'if':
        return { ...item, then: this.block(item.then), else: this.block(item.else) };
      default:
        return item;
    }
  }

  private body(body: readonly Stmt[]): Stmt[] {
    return body.map((stmt) => this.stmt(stmt));
  }

  private stmt(stmt: Stmt): Stmt {
    const comb = drivesWires(stmt);
    switch (stmt.stmt) {
      case 'next':
      case 'set':
        return { ...stmt, value: this.value(stmt.value, { target: this.signals[stmt.target.signal]!.name, comb }) };
      case 'write': {
        const site: Site = { target: this.signals[stmt.memory]!.name, comb };
        const address = this.rewrite(stmt.address, site);
        if (stmt.lanes === undefined) return { ...stmt, address, data: this.value(stmt.data, site) };
        return { ...stmt, address, data: this.selectable(stmt.data, site), lanes: this.selectable(stmt.lanes, site) };
      }
      case 'if': {
        const cond = this.rewrite(stmt.cond, { target: this.drivenBy(stmt), comb });
        return { ...stmt, cond, then: this.body(stmt.then), else: this.body(stmt.else) };
      }
      case 'switch': {
        const subject = this.rewrite(stmt.subject, { target: this.drivenBy(stmt), comb });
        const cases = stmt.cases.map(({ match, body }) => ({ match, body: this.body(body) }));
        const rest = stmt.default === undefined ? {} : { default: this.body(stmt.default) };
        return { ...stmt, subject, cases, ...rest };
      }
    }
  }

  /** Name of the first thing that a statement drives. */
  private drivenBy(stmt: Stmt): string {
    let name: string | undefined;
    forEachStmt([stmt], (each) => {
      if (each.stmt === 'next' || each.stmt === 'set') name ??= this.signals[each.target.signal]!.name;
      if (each.stmt === 'write') name ??= this.signals[each.memory]!.name;
    });
    return name ?? 'condition';
  }

  /** The value of a whole wire: may be a loop. */
  private root(expr: Expr, site: Site): Expr {
    return needsLoop(expr) ? this.operands(expr, site) : this.value(expr, site);
  }

  /** A whole right side: may cut bits off. */
  private value(expr: Expr, site: Site): Expr {
    const cut = cutSelection(expr);
    if (isCut(cut)) return this.operands(cut, site);
    const inner = cut.op === 'convert' && cut.fn === 'reinterpret' ? cutSelection(cut.a) : cut;
    if (cut.op === 'convert' && isCut(inner)) return { ...cut, a: this.operands(inner, site) };
    if (invertsCast(expr)) return expr;
    return this.rewrite(expr, site);
  }

  private rewrite(expr: Expr, site: Site): Expr {
    const moved = cutSelection(pushSelection(expr));
    // bits of a signal are one thing; bits of a value are computed from its operands
    const inner = this.operands(moved, bitsOf(moved) === undefined ? site : { ...site, comb: false });
    if (needsLoop(inner) || isCut(inner) || invertsCast(inner)) return this.named(inner, site);
    if (!site.comb) return inner;
    const bits = bitsOf(inner);
    const selects = bits !== undefined && !coversAll(bits, this.signals);
    return selects || inner.op === 'read' || inner.op === 'select' ? this.named(inner, site) : inner;
  }

  /** `expr` with its operands prepared; those that bits are taken from become signals. */
  private operands(expr: Expr, site: Site): Expr {
    const free: Site = { ...site, comb: false };
    const plain = (e: Expr) => this.rewrite(e, site);
    const selectable = (e: Expr) => this.selectable(e, site);
    const signal = (e: Expr): Expr => {
      const inner = this.rewrite(e, free);
      return inner.op === 'ref' || inner.op === 'const' ? inner : this.named(inner, site);
    };
    switch (expr.op) {
      case 'const':
      case 'ref':
        return expr;
      case 'at':
        return { ...expr, vec: selectable(expr.vec) };
      case 'slice':
        return { ...expr, a: plain(expr.a) };
      case 'select': {
        const index = needsLoop(expr) ? signal(expr.index) : plain(expr.index);
        return { ...expr, vec: selectable(expr.vec), index };
      }
      case 'fold':
        return { ...expr, vec: selectable(expr.vec) };
      case 'read':
        return { ...expr, address: plain(expr.address) };
      case 'mux':
        return { ...expr, cond: plain(expr.cond), a: plain(expr.a), b: plain(expr.b) };
      case 'binary': {
        const [a, b] = [plain(expr.a), plain(expr.b)];
        const shift = expr.fn === 'shl' || expr.fn === 'shr';
        return { ...expr, a: isCast(a) && (shift || isCast(b)) ? this.named(a, site) : a, b };
      }
      case 'unary':
        return { ...expr, a: expr.fn === 'popcount' ? selectable(expr.a) : plain(expr.a) };
      case 'convert':
        if (expr.type.kind === 'enum' && expr.fn === 'reinterpret') return { ...expr, a: signal(expr.a) };
        return { ...expr, a: plain(expr.a) };
      case 'cat':
        return { ...expr, parts: expr.parts.map(plain) };
    }
  }

  /** `expr` as bits of a signal, of which parts can be taken. */
  private selectable(expr: Expr, site: Site): Expr {
    const inner = this.rewrite(expr, { ...site, comb: false });
    return bitsOf(inner) === undefined ? this.named(inner, site) : inner;
  }

  private named(expr: Expr, site: Site): Expr {
    const key = exprKey(expr);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const name = freshName(valueName(expr, site.target, this.signals), this.taken);
    const signal = this.signals.length;
    this.signals.push({ kind: 'wire', name, type: expr.type });
    this.prelude.push({ item: 'declare', signal }, { item: 'assign', target: { signal, path: [] }, value: expr });
    const ref: Expr = { op: 'ref', type: expr.type, signal };
    this.known.set(key, ref);
    return ref;
  }
}

function drivesWires(stmt: Stmt): boolean {
  let found = false;
  forEachStmt([stmt], (each) => {
    found ||= each.stmt === 'set';
  });
  return found;
}

/** The low bits of a signal are selected: `x[W-1:0]`. */
function cutSelection(expr: Expr): Expr {
  if (expr.op !== 'convert' || expr.fn !== 'truncate' || natEquals(widthOf(expr), widthOf(expr.a))) return expr;
  if (bitsOf(expr.a) === undefined) return expr;
  const slice: Expr = { op: 'slice', type: { kind: 'uint', width: widthOf(expr) }, a: expr.a, low: lit(0) };
  return expr.type.kind === 'uint' ? slice : { op: 'convert', type: expr.type, fn: 'reinterpret', a: slice };
}

/** Some bits of a value that is not a signal. */
function isCut(expr: Expr): boolean {
  if (expr.op === 'convert' && expr.fn === 'truncate') return !natEquals(widthOf(expr), widthOf(expr.a));
  return expr.op === 'slice' && bitsOf(expr) === undefined;
}

/**
 * A constant of symbolic width: `W'(5)`. Yosys 0.23 folds it to 32 bits where nothing but constants stands around it, so
 * what is computed from it alone needs a name of its own width.
 */
function isCast(expr: Expr): boolean {
  return expr.op === 'const' && (expr.type.kind === 'uint' || expr.type.kind === 'sint') && widthOf(expr).op !== 'lit';
}

/** `~W'(0)`: right where its lowest bits are assigned, wrong inside of an expression. */
function invertsCast(expr: Expr): boolean {
  return expr.op === 'unary' && (expr.fn === 'not' || expr.fn === 'neg') && isCast(expr.a);
}

/** An element of a choice is a choice of elements; an element of zeros is zero. */
function pushSelection(expr: Expr): Expr {
  if (expr.op !== 'at') return expr;
  const vec = pushSelection(expr.vec);
  if (vec.op === 'mux') {
    const element = (side: Expr) => pushSelection({ ...expr, vec: side });
    return { op: 'mux', type: expr.type, cond: vec.cond, a: element(vec.a), b: element(vec.b) };
  }
  if (vec.op === 'convert' && vec.fn === 'unpack' && vec.a.op === 'const' && isZero(vec.a.value)) {
    const zero = (type: Expr['type']): Expr =>
      type.kind === 'vec'
        ? {
            op: 'convert',
            type,
            fn: 'unpack',
            a: { op: 'const', type: { kind: 'uint', width: widthOf(expr) }, value: 0n },
          }
        : { op: 'const', type, value: 0n };
    return zero(expr.type);
  }
  return { ...expr, vec };
}

/** Element `path` of a vector value; used for the reset values of registers that are written by elements. */
export function elementOf(value: Expr, path: readonly Nat[]): Expr {
  return path.reduce<Expr>((vec, index) => {
    if (vec.type.kind !== 'vec') throw new Error('a path goes deeper than its vector');
    return pushSelection({ op: 'at', type: vec.type.element, vec, index });
  }, value);
}
