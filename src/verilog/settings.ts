/** Parameter values at which the text is examined: the least ones, the defaults, and two sets that differ from each other. */
import { evalNat, type ModuleDef, type NatCondition, type NatEnv } from '../circuit/index.js';

/** Settings that keep the module's requirements; none where the requirements leave none of them. */
export function legalSettings(def: ModuleDef): NatEnv[] {
  const numbers = def.params.filter((param) => param.kind === 'nat');
  const clamp = (value: number, max = Infinity) => Math.min(value, max);
  const set = (choose: (param: (typeof numbers)[number], k: number) => number): NatEnv =>
    Object.fromEntries(numbers.map((param, k) => [param.name, clamp(choose(param, k), param.max)]));
  return [
    set((param) => param.default),
    set((param) => param.min),
    set((param, k) => param.min + 2 + k),
    set((param, k) => param.default + 1 + (k % 3)),
  ].filter((env) => def.requires.every(({ condition }) => holds(condition, env)));
}

export function holds({ rel, a, b }: NatCondition, env: NatEnv): boolean {
  const [x, y] = [evalNat(a, env), evalNat(b, env)];
  return { '==': x === y, '!=': x !== y, '<': x < y, '<=': x <= y, '>': x > y, '>=': x >= y }[rel];
}
