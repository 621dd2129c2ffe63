/**
 * Parts: small nodes that stand next to each other in the program and belong to one instance run together, and only where
 * something that they read has changed. A part compares what it stores with what was there, and marks the readers of what
 * differs: wires in the same cycle, registers in the next one.
 */
import { type ElabSignal, type ElaboratedCircuit, elementCount, signalOf } from '../elaborated.js';
import { visitReads } from '../walk.js';
import { type ClockedItem, orderClocked } from './clocked.js';
import type { GatedNode } from './gated.js';
import { storageBytes } from './layout.js';
import { type PlannedAssign, type PlannedCircuit, type PlannedUpdate, visitPlan } from './plan.js';
import { scheduleAssigns } from './schedule.js';

type Circuit = Pick<ElaboratedCircuit, 'signals' | 'expressions'>;

/** Larger values are in no part: comparing them costs as much as computing them. */
const MOST_BYTES = 512;
/** Registers of a part, by instructions. */
const PART_COST = 150;

/** Which nodes may be in parts, apart from those that are in circles. */
export function mayBePart(circuit: Circuit, program: PlannedCircuit, fixed: (signal: number) => boolean) {
  return ({ target }: GatedNode): boolean => {
    const s = signalOf(circuit, target);
    if (s.port !== undefined || fixed(target) || program.circular.has(target)) return false;
    return elementCount(s) * storageBytes(s.width) <= MOST_BYTES;
  };
}

/** The nodes of parts; `gated` ones have gates of their own. */
export function partsIn(
  circuit: Circuit,
  program: PlannedCircuit,
  gated: ReadonlySet<GatedNode>,
  may: (node: GatedNode) => boolean,
): GatedNode[][] {
  const whole = new Set<GatedNode>(program.assigns);
  const parts: GatedNode[][] = [];
  for (const { nodes } of scheduleAssigns(circuit, program.assigns, (a) => gated.has(a)))
    if (nodes.every((a) => whole.has(a) && !gated.has(a) && may(a))) parts.push([...nodes]);
  let open: { readonly scope: string; readonly nodes: GatedNode[]; cost: number } | undefined;
  for (const item of orderByInstance(circuit, program)) {
    if (item.kind === 'write' || gated.has(item.update) || !may(item.update)) {
      open = undefined;
      continue;
    }
    const scope = scopeOf(signalOf(circuit, item.update.target));
    if (open?.scope !== scope || open.cost > PART_COST) {
      open = { scope, nodes: [], cost: 0 };
      parts.push(open.nodes);
    }
    open.nodes.push(item.update);
    open.cost += costOf(item.update);
  }
  return parts;
}

/** What happens at the edge, registers of an instance next to each other where that may be. */
export const orderByInstance = (circuit: Circuit, program: PlannedCircuit): ClockedItem[] =>
  orderClocked(circuit, program, ({ target }) => scopeOf(signalOf(circuit, target)));

const scopeOf = ({ name }: ElabSignal): string => name.slice(0, name.lastIndexOf('.') + 1);

function costOf({ plan }: PlannedUpdate): number {
  let cost = 4;
  const walk = ({ body }: PlannedUpdate['plan']): void => {
    if (body.kind === 'value') cost += body.value.cost;
    if (body.kind !== 'if') return;
    cost += body.cond.cost;
    walk(body.then);
    walk(body.else);
  };
  walk(plan);
  return cost;
}

export const loopsOf = (node: GatedNode): readonly number[] =>
  'tree' in node ? [...node.loops, ...node.inner] : node.loops;

/** Calls `visit` with every signal that a node reads. */
export function readsOf(node: PlannedAssign | PlannedUpdate, visit: (signal: number) => void): void {
  visitPlan(node.plan, loopsOf(node), (r) => visit(r.signal));
}

/** Calls `visit` with every signal that writes to memories read. */
export function readsOfWrites(program: PlannedCircuit, visit: (signal: number) => void): void {
  for (const w of program.writes)
    for (const ex of [w.address, w.data, ...w.guards.map((g) => g.cond)]) visitReads(ex, (r) => visit(r.signal));
}
