/**
 * Makes the circuit smaller before it is scheduled: reads of plain copies become reads of the original, values used once
 * move into their reader, and wires that nothing reads any more disappear.
 */
import { type Affine, addAffine, affineConst, isConst, scaleAffine, substituteAffine } from '../affine.js';
import {
  type Assign,
  type ElabSignal,
  type ElaboratedCircuit,
  type Ex,
  type Index,
  type MemoryWrite,
  type Tree,
  type Update,
  isAffine,
} from '../elaborated.js';
import { children, visitReads, visitTree } from '../walk.js';

export interface Prepared {
  readonly assigns: readonly Assign[];
  readonly updates: readonly Update[];
  readonly writes: readonly MemoryWrite[];
}

/** What the registers and memories depend on, or what the outputs do. */
export function prepare(circuit: ElaboratedCircuit, roots: 'state' | 'outputs'): Prepared {
  const whole = wholeDrivers(circuit);
  const copies = new Map([...whole].filter(([, a]) => isCopy(circuit, a)));
  const wanted = roots === 'state' ? circuit : { assigns: circuit.assigns, updates: [], writes: [] };
  const outputs = roots === 'state' ? [] : circuit.ports;
  const first = rewriteAll(wanted, (ex) => readThrough(circuit, copies, ex));
  const live = { ...first, assigns: liveAssigns(outputs, first) };
  const inlined = inlineOnce(circuit, live);
  return { ...inlined, assigns: liveAssigns(outputs, inlined) };
}

/** Wires driven by one node whose index map is the identity over the whole array. */
function wholeDrivers(circuit: Pick<ElaboratedCircuit, 'signals'> & Pick<Prepared, 'assigns'>): Map<number, Assign> {
  const drivers = new Map<number, Assign | undefined>();
  for (const a of circuit.assigns) {
    const signal = circuit.signals[a.target];
    const identity =
      signal !== undefined &&
      a.loops.length === signal.dims.length &&
      a.index.every((map, d) => isVar(map, d) && a.loops[d] === signal.dims[d]);
    // Single-iteration loops have a constant in place of their variable.
    const same =
      identity ||
      (signal !== undefined &&
        a.loops.length === signal.dims.length &&
        a.index.every(
          (map, d) =>
            a.loops[d] === signal.dims[d] && (isVar(map, d) || (signal.dims[d] === 1 && isConst(map) && map.c === 0)),
        ));
    drivers.set(a.target, same && !drivers.has(a.target) ? a : undefined);
  }
  const out = new Map<number, Assign>();
  for (const [id, a] of drivers) if (a !== undefined) out.set(id, a);
  return out;
}

const isVar = (a: Affine, v: number): boolean => {
  const [t] = a.terms;
  return a.c === 0 && a.terms.length === 1 && t !== undefined && t.v === v && t.k === 1 && t.table === undefined;
};

function isCopy(circuit: ElaboratedCircuit, a: Assign): boolean {
  const target = circuit.signals[a.target];
  const { value } = a;
  if (target?.kind !== 'wire' || value.width !== target.width || value.signed !== target.signed) return false;
  if (value.op === 'const' && a.loops.length === 0) return true;
  return value.op === 'load' && value.index.every(isAffine);
}

/** `ex` with reads of copies replaced by reads of what they copy; children are done already. */
function readThrough(circuit: ElaboratedCircuit, copies: ReadonlyMap<number, Assign>, ex: Ex): Ex {
  let now = ex;
  for (let hops = 0; now.op === 'load' && hops < 1000; hops++) {
    const copy = copies.get(now.signal);
    if (copy === undefined) return now;
    if (copy.value.op === 'const') return copy.value;
    if (copy.value.op !== 'load') return now;
    const index = composed(circuit, now.index, copy.value, copy.loops);
    if (index === undefined) return now;
    now = { ...copy.value, index };
  }
  return now;
}

/** The index maps of the original when a copy with `loops` is read at `index`. */
function composed(
  circuit: ElaboratedCircuit,
  index: readonly Index[],
  source: Extract<Ex, { op: 'load' }>,
  loops: readonly number[],
): Index[] | undefined {
  const out: Index[] = [];
  const used = new Set<number>();
  for (const [d, map] of source.index.entries()) {
    if (!isAffine(map)) return undefined;
    const dynamic = map.terms.map((t) => t.v).filter((v) => index[v] !== undefined && !isAffine(index[v]));
    const [v] = dynamic;
    if (v === undefined) {
      const inner = substituteAffine(map, (u) => {
        const at = index[u];
        return at !== undefined && isAffine(at) ? at : affineConst(0);
      });
      if (inner === undefined) return undefined;
      out.push(inner);
    } else {
      const at = index[v];
      if (!isVar(map, v) || at === undefined || circuit.signals[source.signal]?.dims[d] !== loops[v]) return undefined;
      used.add(v);
      out.push(at);
    }
  }
  // A run-time index that the original does not have would lose its range check.
  return index.every((i, d) => isAffine(i) || used.has(d)) ? out : undefined;
}

/** Applies `rule` to every expression, children first. */
export function rewrite(ex: Ex, rule: (ex: Ex) => Ex): Ex {
  switch (ex.op) {
    case 'const':
    case 'index':
      return rule(ex);
    case 'load':
      if (ex.index.every(isAffine)) return rule(ex);
      return rule({ ...ex, index: ex.index.map((i) => (isAffine(i) ? i : { at: rewrite(i.at, rule) })) });
    case 'slice':
    case 'convert':
    case 'unary': {
      const a = rewrite(ex.a, rule);
      return rule(a === ex.a ? ex : { ...ex, a });
    }
    case 'mux': {
      const cond = rewrite(ex.cond, rule);
      const a = rewrite(ex.a, rule);
      const b = rewrite(ex.b, rule);
      return rule(cond === ex.cond && a === ex.a && b === ex.b ? ex : { ...ex, cond, a, b });
    }
    case 'binary': {
      const a = rewrite(ex.a, rule);
      const b = rewrite(ex.b, rule);
      return rule(a === ex.a && b === ex.b ? ex : { ...ex, a, b });
    }
    case 'cat':
      return rule({ ...ex, parts: ex.parts.map((part) => rewrite(part, rule)) });
    case 'fold':
    case 'pack': {
      const body = rewrite(ex.body, rule);
      return rule(body === ex.body ? ex : { ...ex, body });
    }
  }
}

function rewriteTree(tree: Tree, go: (ex: Ex) => Ex): Tree {
  if (tree.kind === 'keep') return tree;
  if (tree.kind === 'value') return { kind: 'value', value: go(tree.value) };
  return { kind: 'if', cond: go(tree.cond), then: rewriteTree(tree.then, go), else: rewriteTree(tree.else, go) };
}

function rewriteAll(circuit: Prepared, rule: (ex: Ex) => Ex): Prepared {
  const go = (ex: Ex): Ex => rewrite(ex, rule);
  return {
    assigns: circuit.assigns.map((a) => ({ ...a, value: go(a.value) })),
    updates: circuit.updates.map((u) => ({ ...u, tree: rewriteTree(u.tree, go) })),
    writes: circuit.writes.map((w) => ({
      ...w,
      address: go(w.address),
      data: go(w.data),
      guards: w.guards.map((g) => ({ ...g, cond: go(g.cond) })),
    })),
  };
}

export function visitClocked(circuit: Pick<Prepared, 'updates' | 'writes'>, visit: (ex: Ex) => void): void {
  for (const u of circuit.updates) visitTree(u.tree, visit);
  for (const w of circuit.writes) for (const ex of [w.address, w.data, ...w.guards.map((g) => g.cond)]) visit(ex);
}

/** The nodes that an output, a register or a memory needs. */
function liveAssigns(outputs: readonly number[], prepared: Prepared): Assign[] {
  const byTarget = new Map<number, Assign[]>();
  for (const a of prepared.assigns) {
    const list = byTarget.get(a.target);
    if (list === undefined) byTarget.set(a.target, [a]);
    else list.push(a);
  }
  const live = new Set<number>();
  const todo: number[] = [];
  const need = (id: number): void => {
    if (live.has(id)) return;
    live.add(id);
    todo.push(id);
  };
  for (const id of outputs) need(id);
  visitClocked(prepared, (ex) => visitReads(ex, (r) => need(r.signal)));
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    for (const a of byTarget.get(id) ?? []) visitReads(a.value, (r) => need(r.signal));
  }
  return prepared.assigns.filter((a) => live.has(a.target));
}

/** Longer chains of wires used once stay chains of wires. */
const MAX_INLINE_DEPTH = 12;

interface Uses {
  count: number;
  /** All reads are plain: affine, outside of `fold` and `pack`. */
  plain: boolean;
  /** Iterations of the nodes that read. */
  executions: number;
}

/**
 * Moves a wire's expression into its only reader where it is not computed more often there. Values move into branches of
 * updates, so they are computed only when the register changes.
 */
function inlineOnce(circuit: ElaboratedCircuit, prepared: Prepared): Prepared {
  const whole = wholeDrivers({ signals: circuit.signals, assigns: prepared.assigns });
  const uses = new Map<number, Uses>();
  const note = (ex: Ex, loops: readonly number[], movable: boolean): void => {
    const executions = loops.reduce((n, d) => n * d, 1);
    visitReads(ex, (r) => {
      if (!whole.has(r.signal)) return;
      const u = uses.get(r.signal) ?? { count: 0, plain: true, executions: 0 };
      u.count++;
      u.executions += executions;
      u.plain &&= movable && r.bound.size === 0 && r.index.every(isAffine);
      uses.set(r.signal, u);
    });
  };
  for (const a of prepared.assigns) note(a.value, a.loops, true);
  for (const u of prepared.updates) noteTree(u.tree, [...u.loops, ...u.inner], false, note);
  for (const w of prepared.writes) {
    for (const ex of [w.address, w.data, ...w.guards.map((g) => g.cond)]) note(ex, [...w.loops, ...w.inner], false);
  }
  const inline = new Map<number, Assign>();
  for (const [id, u] of uses) {
    const a = whole.get(id);
    const signal: ElabSignal | undefined = circuit.signals[id];
    if (a === undefined || signal === undefined || signal.kind !== 'wire' || !u.plain) continue;
    const executions = a.loops.reduce((n, d) => n * d, 1);
    const once = u.count === 1 && u.executions <= executions && size(a.value, 64) < 64;
    const moves = u.count <= 4 && signal.width > 64 && a.loops.length === 0 && isMovement(a.value);
    if (once || moves) inline.set(id, a);
  }
  if (inline.size === 0) return prepared;
  const expand = (ex: Ex, depth: number, level = 0): Ex =>
    rewrite(ex, (e) => {
      if (e.op !== 'load' || level > MAX_INLINE_DEPTH) return e;
      const a = inline.get(e.signal);
      const signal = circuit.signals[e.signal];
      if (a === undefined || signal === undefined) return e;
      const moved = moveExpression(
        a,
        e.index.flatMap((i) => (isAffine(i) ? [i] : [])),
        depth,
      );
      if (moved === undefined) return e;
      const value = expand(moved, depth, level + 1);
      const { width, signed } = signal;
      return value.width === width && value.signed === signed ? value : { op: 'convert', width, signed, a: value };
    });
  return {
    assigns: prepared.assigns.map((a) => ({ ...a, value: expand(a.value, a.loops.length) })),
    updates: prepared.updates.map((u) => ({
      ...u,
      tree: rewriteTree(u.tree, (ex) => expand(ex, u.loops.length + u.inner.length)),
    })),
    writes: prepared.writes,
  };
}

function noteTree(
  tree: Tree,
  loops: readonly number[],
  movable: boolean,
  note: (ex: Ex, loops: readonly number[], movable: boolean) => void,
): void {
  if (tree.kind === 'value') note(tree.value, loops, movable);
  if (tree.kind !== 'if') return;
  note(tree.cond, loops.slice(0, depthOf(tree.cond)), true);
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

function size(ex: Ex, limit: number): number {
  let total = 1;
  for (const child of children(ex)) {
    if (total >= limit) return total;
    total += size(child, limit - total);
  }
  return total;
}

/** The value of `a` at `index`, its bound variables moved to `depth` and up. */
function moveExpression(a: Assign, index: readonly Affine[], depth: number): Ex | undefined {
  if (depth === 0 && a.loops.length === 0) return a.value;
  const own = a.loops.length;
  const shift = Math.max(0, depth - own);
  const by = (v: number): Affine =>
    v < own
      ? (index[v] ?? affineConst(0))
      : addAffine(affineConst(0), scaleAffine({ c: 0, terms: [{ v: v + shift, k: 1 }] }, 1));
  let ok = true;
  const map = (x: Affine): Affine => {
    const y = substituteAffine(x, by);
    if (y === undefined) ok = false;
    return y ?? x;
  };
  const moved = rewrite(a.value, (e): Ex => {
    switch (e.op) {
      case 'index':
        return { ...e, value: map(e.value) };
      case 'load':
        return { ...e, index: e.index.map((i) => (isAffine(i) ? map(i) : i)) };
      case 'slice':
        return { ...e, low: map(e.low) };
      case 'fold':
      case 'pack':
        return { ...e, v: e.v + shift };
      default:
        return e;
    }
  });
  return ok ? moved : undefined;
}
