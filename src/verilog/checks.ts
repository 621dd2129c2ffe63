/** Checks of parameters at elaboration: their ranges, and what must hold between them, each of it once. */
import type { ModuleDef, Nat, NatCondition } from '../circuit/index.js';
import { conditionSv, natSv } from './nat.js';
import { binary, type SvItem, text } from './tree.js';

/** Ranges that say more than "at least one", then the requirements that they do not imply. */
export function checks(def: ModuleDef): SvItem[] {
  const ranges = def.params.flatMap((param) => {
    if (param.kind !== 'nat') return [];
    const value: Nat = { op: 'param', name: param.name };
    const low = param.min > 1 ? [{ sign: '<', limit: param.min, words: 'at least' }] : [];
    const high = param.max === undefined ? [] : [{ sign: '>', limit: param.max, words: 'at most' }];
    return [...low, ...high].map(({ sign, limit, words }) => ({
      fails: binary(sign, natSv(value), text(limit)),
      message: `${def.name}: ${param.name} must be ${words} ${limit}`,
    }));
  });
  const said = new Set<string>();
  const relations = def.requires.flatMap(({ condition, reason }) => {
    const key = JSON.stringify(condition);
    if (said.has(key) || inRange(condition, def)) return [];
    said.add(key);
    return [{ fails: conditionSv(condition, true), message: `${def.name}: ${reason}` }];
  });
  const rows = [...ranges, ...relations];
  return rows.length === 0 ? [] : [{ item: 'checks', rows }];
}

/** Whether the range of a parameter alone makes a condition true. */
function inRange({ rel, a, b }: NatCondition, { params }: ModuleDef): boolean {
  const rangeOf = (value: Nat): { readonly min: number; readonly max: number } | undefined => {
    if (value.op === 'lit') return { min: value.value, max: value.value };
    const param = value.op === 'param' ? params.find(({ name }) => name === value.name) : undefined;
    return param?.kind === 'nat' ? { min: param.min, max: param.max ?? Infinity } : undefined;
  };
  const left = rangeOf(a);
  const right = rangeOf(b);
  if (left === undefined || right === undefined) return false;
  if (rel === '>=') return left.min >= right.max;
  return rel === '<=' && left.max <= right.min;
}
