/**
 * Inlining: a wire's expression moves into its only reader where it is not computed more often there. Values move into
 * branches of updates, so they are computed only when the register changes.
 */
import { type Affine, affineConst, substituteAffine } from '../affine.js';
import { type Assign, type ElaboratedCircuit, type Ex, type Tree, type Update, isAffine } from '../elaborated.js';
import { type Read, children, visitReads } from '../walk.js';
import { EdgeOrder } from './edge-order.js';
import type { Prepared } from './prepared.js';
import { rewrite, withOperands } from './rewrite.js';

/** Longer chains of wires used once stay chains of wires. */
const MAX_INLINE_DEPTH = 12;

/** Wires that are expanded one inside the other; the stack of the host is finite. */
const MAX_NESTED = 100;

/**
 * Rewritings by the number of loops around a reader: the expressions of `inline` move in, and `need` is told every signal
 * that is read as before.
 */
export function inliner(
  circuit: ElaboratedCircuit,
  inline: readonly (Assign | undefined)[],
  need: (signal: number) => void,
): (depth: number) => (ex: Ex) => Ex {
  const x = circuit.expressions;
  /** Per signal the expanded expression in its own nest, and how many wires it has taken in, one inside the other. */
  const values = new Array<Ex | undefined>(inline.length);
  const levels = new Uint8Array(inline.length);
  const before = x.count;
  const memos: (Ex | undefined)[][] = [];
  /** By depth: `go` for operands. */
  const operands: ((ex: Ex) => Ex)[] = [];
  // Levels of the expression that is being rewritten, innermost call last.
  let level = 0;
  let nested = 0;
  const valueOf = (a: Assign): Ex => {
    const known = values[a.target];
    if (known !== undefined) return known;
    const outer = level;
    level = 0;
    nested++;
    const value = go(a.value, a.loops.length);
    nested--;
    levels[a.target] = level + 1;
    level = outer;
    values[a.target] = value;
    return value;
  };
  const moved = (e: Extract<Ex, { op: 'load' }>, depth: number): Ex => {
    const a = inline[e.signal];
    const signal = circuit.signals[e.signal];
    if (a === undefined || signal === undefined) return e;
    if (nested > MAX_NESTED && values[e.signal] === undefined) return e;
    const own = valueOf(a);
    if ((levels[e.signal] ?? 0) > MAX_INLINE_DEPTH) return e;
    const value = moveExpression(circuit, own, a.loops.length, e.index.filter(isAffine), depth);
    if (value === undefined) return e;
    level = Math.max(level, levels[e.signal] ?? 0);
    const { width, signed } = signal;
    return value.width === width && value.signed === signed ? value : x.convert(value, width, signed);
  };
  const go = (ex: Ex, depth: number): Ex => {
    // An expression without loads that move is itself; one with them occurs in one place.
    const memo = (memos[depth] ??= new Array<Ex | undefined>(before));
    if (memo[ex.id] === ex) return ex;
    const out = withOperands(x, ex, (operands[depth] ??= (e) => go(e, depth)));
    const done = out.op === 'load' ? moved(out, depth) : out;
    if (done === out && out.op === 'load') need(out.signal);
    if (done === ex && ex.op !== 'load' && ex.id < before) memo[ex.id] = ex;
    return done;
  };
  return (depth) => (ex) => go(ex, depth);
}

/** Per signal the node whose expression moves into its readers; undefined if there is none at all. */
export function inlined(
  circuit: ElaboratedCircuit,
  prepared: Prepared,
  whole: readonly (Assign | undefined)[],
): (Assign | undefined)[] | undefined {
  const uses = usesOf(circuit, prepared, whole);
  const toRegisters = uses.registers.some((u) => u !== undefined) ? new EdgeOrder(circuit, prepared) : undefined;
  let some = false;
  const inline = whole.map((a, id) => {
    const signal = circuit.signals[id];
    const count = uses.count[id] ?? 0;
    if (a === undefined || count === 0 || signal?.kind !== 'wire' || uses.vague[id] === 1) return undefined;
    const once = count === 1 && (uses.executions[id] ?? 0) <= points(a.loops) && isSmall(a.value);
    const moves = count <= 4 && signal.width > 64 && a.loops.length === 0 && isMovement(a.value);
    const register = uses.registers[id];
    if (register !== undefined && !(once && hasLanes(a.value) && toRegisters?.admit(register.target, a.value) === true))
      return undefined;
    some ||= once || moves;
    return once || moves ? a : undefined;
  });
  return some ? inline : undefined;
}

interface Uses {
  readonly count: Int32Array;
  /** Iterations of the nodes that read. */
  readonly executions: Float64Array;
  /** 1 where a read is not plain: not affine, or inside `fold` or `pack`, or in a place where nothing may move. */
  readonly vague: Uint8Array;
  /** The update in whose value the last read is. */
  readonly registers: (Update | undefined)[];
}

/** Larger values are not looked through. */
const MOST_LANES_COST = 500;

/** Fewer iterations have no vectors. */
const FEWEST_LANES = 8;

/** An array that is computed in vectors, most likely: values may move there without losing theirs. */
function takesLanes(circuit: Pick<ElaboratedCircuit, 'signals'>, u: Update): boolean {
  if ((circuit.signals[u.target]?.width ?? 65) > 64 || points(u.loops) * points(u.inner) < FEWEST_LANES) return false;
  const plain = (tree: Tree): boolean =>
    tree.kind === 'keep' || (tree.kind === 'value' ? hasLanes(tree.value) : plain(tree.then) && plain(tree.else));
  return plain(u.tree);
}

/** Nothing in it keeps vectors away. */
function hasLanes(ex: Ex): boolean {
  if (ex.width > 64 || ex.cost > MOST_LANES_COST || ex.op === 'pack' || ex.op === 'fold') return false;
  if (ex.op === 'load') return ex.index.every(isAffine);
  return children(ex).every(hasLanes);
}

const points = (loops: readonly number[]): number => {
  let n = 1;
  if (loops.length > 0) for (const d of loops) n *= d;
  return n;
};

/** How the wires with one driver are read. */
function usesOf(circuit: ElaboratedCircuit, prepared: Prepared, whole: readonly (Assign | undefined)[]): Uses {
  const n = circuit.signals.length;
  const uses: Uses = {
    count: new Int32Array(n),
    executions: new Float64Array(n),
    vague: new Uint8Array(n),
    registers: new Array<Update | undefined>(n),
  };
  let executions = 1;
  let moves = true;
  let register: Update | undefined;
  const read = (r: Read): void => {
    const id = r.signal;
    if (whole[id] === undefined) return;
    uses.count[id] = (uses.count[id] ?? 0) + 1;
    uses.executions[id] = (uses.executions[id] ?? 0) + executions;
    if (register !== undefined) uses.registers[id] = register;
    if (!moves || r.bound.size > 0 || (r.index.length > 0 && !r.index.every(isAffine))) uses.vague[id] = 1;
  };
  const note = (ex: Ex, loops: readonly number[], movable: boolean): void => {
    executions = points(loops);
    moves = movable;
    visitReads(ex, read);
  };
  for (const a of prepared.assigns) note(a.value, a.loops, true);
  for (const u of prepared.updates) {
    const movable = takesLanes(circuit, u);
    noteTree(u.tree, [...u.loops, ...u.inner], movable, (ex, loops, moves, value) => {
      register = movable && value ? u : undefined;
      note(ex, loops, moves);
    });
  }
  register = undefined;
  for (const w of prepared.writes) {
    for (const ex of [w.address, w.data, ...w.guards.map((g) => g.cond)]) note(ex, [...w.loops, ...w.inner], false);
  }
  return uses;
}

function noteTree(
  tree: Tree,
  loops: readonly number[],
  movable: boolean,
  note: (ex: Ex, loops: readonly number[], movable: boolean, value: boolean) => void,
): void {
  if (tree.kind === 'value') note(tree.value, loops, movable, true);
  if (tree.kind !== 'if') return;
  note(tree.cond, loops.slice(0, depthOf(tree.cond)), true, false);
  noteTree(tree.then, loops, true, note);
  noteTree(tree.else, loops, true, note);
}

/** Loops that a condition depends on, counted from the outside. */
function depthOf(ex: Ex): number {
  let depth = 0;
  visitReads(ex, (r) => {
    for (const i of r.index) if (isAffine(i)) for (const t of i.terms) depth = Math.max(depth, t.v + 1);
  });
  return depth;
}

/** Bits that only change their places: computing them into their destination costs no more than copying them there. */
function isMovement(ex: Ex): boolean {
  switch (ex.op) {
    case 'load':
      return ex.index.every(isAffine);
    case 'const':
      return true;
    case 'pack':
      return ex.body.width % 8 === 0 && isMovement(ex.body);
    case 'convert':
      return isMovement(ex.a);
    case 'cat':
      return ex.parts.every((part) => part.width <= 8 || isMovement(part)) && size(ex, 24) < 24;
    default:
      return false;
  }
}

/** Fewer than 64 operators and operands; an operator costs at least one and has at most three operands for that. */
const isSmall = (ex: Ex): boolean => ex.cost < 20 || size(ex, 64) < 64;

function size(ex: Ex, limit: number): number {
  let total = 1;
  for (const child of children(ex)) {
    if (total >= limit) return total;
    total += size(child, limit - total);
  }
  return total;
}

/** `value`, from a nest of `own` loops, at `index`: its bound variables move to `depth` and up. */
export function moveExpression(
  circuit: Pick<ElaboratedCircuit, 'expressions'>,
  value: Ex,
  own: number,
  index: readonly Affine[],
  depth: number,
): Ex | undefined {
  if (depth === 0 && own === 0) return value;
  const x = circuit.expressions;
  const shift = Math.max(0, depth - own);
  const by = (v: number): Affine =>
    v < own ? (index[v] ?? affineConst(0)) : { c: 0, terms: [{ v: v + shift, k: 1 }] };
  let ok = true;
  const map = (a: Affine): Affine => {
    if (a.terms.length === 0) return a;
    const b = substituteAffine(a, by);
    if (b === undefined) ok = false;
    return b ?? a;
  };
  const moved = rewrite(x, value, (e): Ex => {
    switch (e.op) {
      case 'index':
        return x.index(map(e.value), e.width, e.signed);
      case 'load': {
        if (e.index.length === 0) return e;
        const at = e.index.map((i) => (isAffine(i) ? map(i) : i));
        return x.load(e.signal, at, e.width, e.signed);
      }
      case 'slice':
        return x.slice(e.a, map(e.low), e.width, e.signed);
      case 'fold':
        return x.lanes('fold', e.fn, e.v + shift, e.count, e.body, e.width, e.signed);
      case 'pack':
        return x.lanes('pack', undefined, e.v + shift, e.count, e.body, e.width, e.signed);
      default:
        return e;
    }
  });
  return ok ? moved : undefined;
}
