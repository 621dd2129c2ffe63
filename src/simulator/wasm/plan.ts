/**
 * Plans: what a node or a register update does, with the decisions that guard it and the nodes that are computed inside a
 * decision because nobody outside needs them.
 */
import type { Assign, ElabSignal, Ex, MemoryWrite, Tree, Update } from '../elaborated.js';
import { type Read, visitReads } from '../walk.js';

/** A branch of a plan. It belongs to one nest; nodes that sank into it run before its own values. */
export interface Arm {
  parent: Arm | undefined;
  /** All conditions on the way here are the same in every iteration of their nest. */
  readonly uniform: boolean;
  sunk: PlannedAssign[];
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
}

/** A read inside a plan, in the nest that makes it. */
export interface PlanRead extends Read {
  readonly loops: readonly number[];
  readonly arm: Arm;
  /** Made by a node that sank into the plan. */
  readonly sunk: boolean;
}

const isUniform = (ex: Ex, loops: readonly number[], varying: (ex: Ex) => number): boolean =>
  (varying(ex) & ((1 << loops.length) - 1)) === 0;

/** Splits multiplexers of arrays and wide values into branches; `varying` gives the loop variables of a value as bits. */
export function planOf(tree: Tree, loops: readonly number[], split: boolean, varying: (ex: Ex) => number): Arm {
  const make = (t: Tree, uniform: boolean): Arm => {
    const branch = (cond: Ex, then: Tree, otherwise: Tree): ArmBody => {
      const same = uniform && isUniform(cond, loops, varying);
      return { kind: 'if', cond, then: make(then, same), else: make(otherwise, same) };
    };
    const body = ((): ArmBody => {
      if (t.kind === 'keep') return t;
      if (t.kind === 'if') return branch(t.cond, t.then, t.else);
      const { value } = t;
      if (split && value.op === 'mux' && isUniform(value.cond, loops, varying)) {
        return branch(value.cond, { kind: 'value', value: value.a }, { kind: 'value', value: value.b });
      }
      return { kind: 'value', value };
    })();
    const arm: Arm = { parent: undefined, uniform, sunk: [], body };
    if (body.kind === 'if') {
      body.then.parent = arm;
      body.else.parent = arm;
    }
    return arm;
  };
  return make(tree, true);
}

/** Calls `visit` with every read of a plan, those of sunk nodes included. */
export function visitPlan(plan: Arm, loops: readonly number[], visit: (read: PlanRead) => void, sunk = false): void {
  const note = (ex: Ex, arm: Arm): void => visitReads(ex, (r) => visit({ ...r, loops, arm, sunk }));
  const walk = (arm: Arm): void => {
    for (const a of arm.sunk) visitPlan(a.plan, a.loops, visit, true);
    if (arm.body.kind === 'value') note(arm.body.value, arm);
    if (arm.body.kind !== 'if') return;
    note(arm.body.cond, arm);
    walk(arm.body.then);
    walk(arm.body.else);
  };
  walk(plan);
}

/** One array rather than one number: worth a branch around it. */
export const isHeavy = (loops: readonly number[], target: ElabSignal): boolean =>
  target.width > 64 || loops.reduce((n, d) => n * d, 1) > 1;
