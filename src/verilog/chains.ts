/**
 * Vectors whose elements depend on each other without a register between: `carry[i + 1]` made from `carry[i]`. There is no
 * loop, but a simulator that looks at whole vectors sees one; Verilator takes such a vector apart when it is told to.
 */
import {
  allItems,
  type Design,
  type Expr,
  forEachRead,
  type Item,
  type ModuleDef,
  type SignalId,
  type Stmt,
} from '../circuit/index.js';

/** For every signal, the signals that it follows within a cycle. */
type Graph = Map<SignalId, Set<SignalId>>;

export function findChains(def: ModuleDef, design: Design): ReadonlySet<SignalId> {
  const graph = combinational(def, design);
  const chains = new Set<SignalId>();
  def.signals.forEach((signal, id) => {
    if (signal.kind !== 'wire' || signal.type.kind !== 'vec') return;
    if (reachable(graph, graph.get(id) ?? new Set()).has(id)) chains.add(id);
  });
  return chains;
}

function combinational(def: ModuleDef, design: Design): Graph {
  const graph: Graph = new Map();
  const edge = (from: SignalId, to: ReadonlySet<SignalId>) => {
    const known = graph.get(from) ?? new Set();
    for (const id of to) known.add(id);
    graph.set(from, known);
  };
  for (const item of allItems(def.items)) {
    if (item.item === 'assign') edge(item.target.signal, readsOf(item.value));
    else if (item.item === 'process') settings(item.body, new Set(), edge);
    else if (item.item === 'instance') throughInstance(item, design, edge);
  }
  return graph;
}

/** Wires that statements set depend on the values and on every condition around them. */
function settings(
  body: readonly Stmt[],
  conditions: ReadonlySet<SignalId>,
  edge: (from: SignalId, to: ReadonlySet<SignalId>) => void,
): void {
  for (const stmt of body) {
    if (stmt.stmt === 'set') edge(stmt.target.signal, new Set([...conditions, ...readsOf(stmt.value)]));
    else if (stmt.stmt === 'if') {
      const inner = new Set([...conditions, ...readsOf(stmt.cond)]);
      settings(stmt.then, inner, edge);
      settings(stmt.else, inner, edge);
    } else if (stmt.stmt === 'switch') {
      const inner = new Set([...conditions, ...readsOf(stmt.subject)]);
      for (const each of stmt.cases) settings(each.body, inner, edge);
      settings(stmt.default ?? [], inner, edge);
    }
  }
}

function throughInstance(
  item: Extract<Item, { item: 'instance' }>,
  design: Design,
  edge: (from: SignalId, to: ReadonlySet<SignalId>) => void,
): void {
  const child = design.modules[item.module];
  if (child === undefined) return;
  const graph = childGraph(child, design);
  child.signals.forEach((port, id) => {
    const binding = item.bindings[port.name];
    if (port.kind !== 'output' || binding?.dir !== 'output') return;
    for (const source of reachable(graph, new Set([id]))) {
      const input = item.bindings[child.signals[source]!.name];
      if (input?.dir === 'input') edge(binding.target.signal, readsOf(input.value));
    }
  });
}

const graphs = new WeakMap<ModuleDef, Graph>();
function childGraph(def: ModuleDef, design: Design): Graph {
  const known = graphs.get(def);
  if (known !== undefined) return known;
  const graph = combinational(def, design);
  graphs.set(def, graph);
  return graph;
}

function readsOf(expr: Expr): ReadonlySet<SignalId> {
  const reads = new Set<SignalId>();
  forEachRead(expr, (id) => reads.add(id));
  return reads;
}

function reachable(graph: Graph, start: ReadonlySet<SignalId>): ReadonlySet<SignalId> {
  const seen = new Set(start);
  const open = [...start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const next of graph.get(id) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}
