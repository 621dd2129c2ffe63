/**
 * Sinking: an array node whose readers all sit in one branch of one update, or of one other node, is computed there, so
 * that a gate that is closed saves all of its work.
 */
import { type Assign, type ElaboratedCircuit, signalOf } from '../elaborated.js';
import { isCombinational, visitReads } from '../walk.js';
import { componentLists } from './graph.js';
import {
  type Arm,
  type PlannedAssign,
  type PlannedCircuit,
  type PlannedUpdate,
  isHeavy,
  planOf,
  valueArm,
  visitPlan,
} from './plan.js';
import { type Prepared, visitClocked } from './prepared.js';

/** Nodes of more drivers stay where they are. */
const MAX_DRIVERS = 8;

/** Plans of everything, before anything has sunk. */
export function planned(
  circuit: Pick<ElaboratedCircuit, 'signals'>,
  prepared: Prepared,
  circular: ReadonlySet<number>,
): PlannedCircuit {
  const assigns = prepared.assigns.map(({ loops, target, index, value, place }): PlannedAssign => {
    const heavy = isHeavy(loops, signalOf(circuit, target)) && !circular.has(target);
    const plan = heavy ? planOf({ kind: 'value', value }, loops, true) : valueArm(value);
    return { loops, target, index, value, place, plan };
  });
  const updates = prepared.updates.map((u): PlannedUpdate => {
    const loops = u.inner.length === 0 ? u.loops : [...u.loops, ...u.inner];
    const heavy = isHeavy(loops, signalOf(circuit, u.target));
    return { ...u, plan: planOf(u.tree, loops, heavy) };
  });
  return { assigns, updates, writes: prepared.writes, circular };
}

/** Moves array nodes into branches; `keep` are signals that must be there in any case. */
export function sink(
  circuit: Pick<ElaboratedCircuit, 'signals'>,
  program: PlannedCircuit,
  keep: ReadonlySet<number>,
): PlannedCircuit {
  // Single values stay where they are: without arrays there is nothing to do.
  if (!program.assigns.some((a) => isHeavy(a.loops, signalOf(circuit, a.target)))) return program;
  const drivers = new Map<number, PlannedAssign[]>();
  for (const a of program.assigns) {
    const list = drivers.get(a.target);
    if (list === undefined) drivers.set(a.target, [a]);
    else list.push(a);
  }
  const families = familiesOf(circuit, drivers);
  const readers = readersOf(program, drivers);
  const gone = new Set<Assign>();
  // Readers come after what they read, so a reader has found its place before what it reads is moved.
  for (const family of families.reverse()) {
    const nodes = family.flatMap((id) => drivers.get(id) ?? []);
    const own = new Set(family);
    if (family.some((id) => keep.has(id)) || nodes.length > MAX_DRIVERS) continue;
    if (!nodes.some((a) => isHeavy(a.loops, signalOf(circuit, a.target)))) continue;
    const arms = new Set<Arm>();
    for (const id of family) for (const r of readers.get(id) ?? []) if (!own.has(r.by)) arms.add(r.arm);
    const arm = commonArm([...arms]);
    if (arm?.parent === undefined) continue;
    arm.sunk = [...nodes, ...arm.sunk];
    for (const a of nodes) {
      a.plan.parent = arm;
      gone.add(a);
    }
  }
  return { ...program, assigns: program.assigns.filter((a) => !gone.has(a)) };
}

/** Signals that depend on each other in circles together; each after what it reads. */
function familiesOf(
  circuit: Pick<ElaboratedCircuit, 'signals'>,
  drivers: ReadonlyMap<number, readonly PlannedAssign[]>,
): number[][] {
  const ids = [...drivers.keys()];
  const position = new Map(ids.map((id, k) => [id, k]));
  const successors = ids.map((id) => {
    const found = new Set<number>();
    for (const a of drivers.get(id) ?? []) {
      visitPlan(a.plan, a.loops, (r) => {
        const at = position.get(r.signal);
        if (at !== undefined && isCombinational(signalOf(circuit, r.signal))) found.add(at);
      });
    }
    return [...found];
  });
  return componentLists(successors).map((members) => members.map((m) => ids[m] ?? 0));
}

interface Reader {
  readonly arm: Arm;
  /** The wire that the reader drives; -1 for registers and memories. */
  readonly by: number;
}

function readersOf(
  program: PlannedCircuit,
  drivers: ReadonlyMap<number, readonly PlannedAssign[]>,
): Map<number, Reader[]> {
  const readers = new Map<number, Reader[]>();
  const note = (signal: number, arm: Arm, by: number): void => {
    if (!drivers.has(signal)) return;
    const list = readers.get(signal);
    if (list === undefined) readers.set(signal, [{ arm, by }]);
    else list.push({ arm, by });
  };
  for (const a of program.assigns) visitPlan(a.plan, a.loops, (r) => note(r.signal, r.arm, a.target));
  for (const u of program.updates) visitPlan(u.plan, [...u.loops, ...u.inner], (r) => note(r.signal, r.arm, -1));
  const outside: Arm = { parent: undefined, uniform: true, sunk: [], body: { kind: 'keep' } };
  visitClocked({ updates: [], writes: program.writes }, (ex) => visitReads(ex, (r) => note(r.signal, outside, -1)));
  return readers;
}

/** The innermost uniform branch around all of `arms`; undefined if there is none. */
function commonArm(arms: readonly Arm[]): Arm | undefined {
  const [first, ...rest] = arms.map(pathTo);
  if (first === undefined) return undefined;
  let length = first.length;
  for (const path of rest) {
    let k = 0;
    while (k < length && k < path.length && path[k] === first[k]) k++;
    length = k;
  }
  for (let k = length - 1; k > 0; k--) if (first.slice(0, k + 1).every((a) => a.uniform)) return first[k];
  return undefined;
}

function pathTo(arm: Arm): Arm[] {
  const path: Arm[] = [];
  for (let a: Arm | undefined = arm; a !== undefined; a = a.parent) path.push(a);
  return path.reverse();
}
