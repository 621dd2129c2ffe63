/**
 * Plans: what a node or a register update does, with the decisions that guard it and the nodes that are computed inside a
 * decision because nobody outside needs them.
 */
import type { Assign, ElabSignal, Ex, MemoryWrite, Tree, Update } from '../elaborated.js';
import { type Read, visitReads } from '../walk.js';
import type { EqualCopies } from './equal-copies.js';

/** A branch of a plan. It belongs to one nest; nodes that sank into it run before its own values. */
export interface Arm {
  parent: Arm | undefined;
  /** All conditions on the way here are the same in every iteration of their nest. */
  readonly uniform: boolean;
  sunk: readonly PlannedAssign[];
  readonly body: ArmBody;
}
export type ArmBody =
  | { readonly kind: 'keep' }
  | { readonly kind: 'value'; readonly value: Ex }
  | { readonly kind: 'if'; readonly cond: Ex; readonly then: Arm; readonly else: Arm };

export interface PlannedAssign extends Assign {
  readonly plan: Arm;
}
export interface PlannedUpdate extends Update {
  readonly plan: Arm;
}
export interface PlannedCircuit {
  readonly assigns: readonly PlannedAssign[];
  readonly updates: readonly PlannedUpdate[];
  readonly writes: readonly MemoryWrite[];
  /** Wires that depend on themselves as wholes. */
  readonly circular: ReadonlySet<number>;
  /** Registers of whose copies only the first ones are read. */
  readonly copies?: readonly EqualCopies[];
  /** Wires of this program alone, which follow the circuit's signals. */
  readonly added?: readonly ElabSignal[];
}

/** A read inside a plan, in the nest that makes it. */
export interface PlanRead extends Read {
  readonly loops: readonly number[];
  readonly arm: Arm;
  /** Made by a node that sank into the plan. */
  readonly sunk: boolean;
}

const isUniform = (ex: Ex, loops: readonly number[]): boolean => (ex.vars & ((1 << loops.length) - 1)) === 0;

const KEEP: ArmBody = { kind: 'keep' };
const NOTHING: readonly PlannedAssign[] = [];

const armOf = (body: ArmBody, uniform: boolean): Arm => ({ parent: undefined, uniform, sunk: NOTHING, body });

/** The plan of a value without decisions. */
export const valueArm = (value: Ex): Arm => armOf({ kind: 'value', value }, true);

/** Splits multiplexers of arrays and wide values into branches. */
export function planOf(tree: Tree, loops: readonly number[], split: boolean, uniform = true): Arm {
  if (tree.kind === 'keep') return armOf(KEEP, uniform);
  if (tree.kind === 'if' && tree.else.kind === 'keep' && isAnd(tree.cond)) {
    // Decided one after the other: the part that is the same in all iterations may be decided outside of the loops.
    const inner: Tree = { kind: 'if', cond: tree.cond.b, then: tree.then, else: tree.else };
    return planOf({ kind: 'if', cond: tree.cond.a, then: inner, else: tree.else }, loops, split, uniform);
  }
  if (tree.kind === 'if') return branch(tree.cond, tree.then, tree.else, loops, split, uniform);
  const { value } = tree;
  if (split && value.op === 'mux' && isUniform(value.cond, loops)) {
    const [then, otherwise]: Tree[] = [
      { kind: 'value', value: value.a },
      { kind: 'value', value: value.b },
    ];
    if (then !== undefined && otherwise !== undefined)
      return branch(value.cond, then, otherwise, loops, split, uniform);
  }
  return armOf({ kind: 'value', value }, uniform);
}

const isAnd = (ex: Ex): ex is Extract<Ex, { op: 'binary' }> => ex.op === 'binary' && ex.fn === 'and' && ex.width === 1;

function branch(
  cond: Ex,
  then: Tree,
  otherwise: Tree,
  loops: readonly number[],
  split: boolean,
  uniform: boolean,
): Arm {
  const same = uniform && (loops.length === 0 || isUniform(cond, loops));
  const [yes, no] = [planOf(then, loops, split, same), planOf(otherwise, loops, split, same)];
  const arm = armOf({ kind: 'if', cond, then: yes, else: no }, uniform);
  yes.parent = no.parent = arm;
  return arm;
}

/** All decisions hold for all iterations of the nest. */
export const uniformArms = (arm: Arm): boolean =>
  arm.uniform && (arm.body.kind !== 'if' || (uniformArms(arm.body.then) && uniformArms(arm.body.else)));

/** Calls `visit` with every read of a plan, those of sunk nodes included. */
export function visitPlan(arm: Arm, loops: readonly number[], visit: (read: PlanRead) => void, sunk = false): void {
  for (const a of arm.sunk) visitPlan(a.plan, a.loops, visit, true);
  const { body } = arm;
  if (body.kind === 'keep') return;
  visitReads(body.kind === 'value' ? body.value : body.cond, ({ signal, index, bound }) =>
    visit({ signal, index, bound, loops, arm, sunk }),
  );
  if (body.kind !== 'if') return;
  visitPlan(body.then, loops, visit, sunk);
  visitPlan(body.else, loops, visit, sunk);
}

/** One array rather than one number: worth a branch around it. */
export const isHeavy = (loops: readonly number[], target: ElabSignal): boolean =>
  target.width > 64 || (loops.length > 0 && loops.reduce((n, d) => n * d, 1) > 1);
