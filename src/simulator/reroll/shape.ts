/** Dimensions of arrays of former scalars: two where their nests walk them row by row, so that rows can shift as wholes. */
import type { Affine } from '../affine.js';
import type { Line } from './factor.js';
import type { Access, Pack } from './fit.js';
import type { Homes } from './homes.js';

/** Array by number: positions from `least` on, in rows of `row` elements (its size where it has one row). */
export interface ArrayShape {
  readonly least: number;
  readonly size: number;
  readonly row: number;
}

/** A pack with other loops over the same iterations in the same order. */
export interface Shaped {
  readonly pack: Pack;
  readonly extents: readonly number[];
  readonly slots: readonly (Access | undefined)[];
  readonly target: readonly Access[];
}

/** Chooses rows for the arrays, and splits loops that walk over several rows. */
export function shaped(
  noted: readonly Pack[],
  homes: Homes,
): { readonly packs: readonly Shaped[]; readonly arrays: ReadonlyMap<number, ArrayShape> } {
  const packs = noted.map((p) => current(p, homes));
  const rows = rowsOf(packs);
  const arrays = new Map<number, ArrayShape>();
  for (const p of packs) {
    for (const a of accesses(p)) {
      if (a.kind !== 'member' || arrays.has(a.array)) continue;
      const { least, members } = homes.rows.get(a.array) ?? { least: 0, members: [] };
      const size = members.length;
      const row = rows.get(a.array) ?? 0;
      arrays.set(a.array, { least, size, row: row > 1 && size % row === 0 ? row : size });
    }
  }
  let all = packs.map((p) => split(p, arrays));
  // A row that some access crosses is given up, and with it the loops that were split for it.
  for (;;) {
    const crossed = new Set<number>();
    for (const s of all) {
      for (const a of accesses(s)) {
        const shape = a.kind === 'member' ? arrays.get(a.array) : undefined;
        if (a.kind === 'member' && shape !== undefined && indexOf(a.line, s.extents, shape) === undefined) {
          crossed.add(a.array);
        }
      }
    }
    if (crossed.size === 0) return { packs: all, arrays };
    for (const id of crossed) {
      const shape = arrays.get(id);
      if (shape !== undefined) arrays.set(id, { ...shape, row: shape.size });
    }
    all = packs.map((p) => split(p, arrays));
  }
}

const accesses = (p: Pick<Shaped, 'slots' | 'target'>): Access[] => [...p.target, ...p.slots.flatMap((a) => a ?? [])];

/** The pack with its accesses to the arrays as they have become. */
function current(pack: Pack, homes: Homes): Pack {
  const move = (a: Access): Access => {
    if (a.kind !== 'member') return a;
    const { array, position } = homes.current({ array: a.array, position: a.line.base });
    return array === a.array ? a : { ...a, array, line: { ...a.line, base: position } };
  };
  return {
    ...pack,
    target: pack.target.map(move),
    slots: pack.slots.map((a) => (a === undefined ? undefined : move(a))),
  };
}

/** Rows by array: what the inner loops of nests walk over while an outer one steps from row to row. */
function rowsOf(packs: readonly Pack[]): Map<number, number> {
  const rows = new Map<number, number>();
  for (const p of packs) {
    const inner = p.extents.at(-1) ?? 1;
    if (p.extents.length < 2) continue;
    for (const a of accesses(p)) {
      if (a.kind !== 'member' || a.line.step.at(-1) !== 1) continue;
      if (!a.line.step.slice(0, -1).some((s) => s === inner)) continue;
      const known = rows.get(a.array);
      rows.set(a.array, known === undefined || known === inner ? inner : 0);
    }
  }
  // One long loop over several arrays walks over all of them in the rows of one.
  for (let found = true; found;) {
    found = false;
    for (const p of packs) {
      if (p.extents.length > 1) continue;
      const walked = accesses(p).flatMap((a) => (a.kind === 'member' && a.line.step[0] === 1 ? [a.array] : []));
      const row = walked.reduce((r, array) => Math.max(r, rows.get(array) ?? 0), 0);
      if (row === 0 || (p.extents[0] ?? 1) % row !== 0) continue;
      for (const array of walked) {
        if (rows.has(array)) continue;
        rows.set(array, row);
        found = true;
      }
    }
  }
  return rows;
}

/** One loop over several whole rows of its target becomes two. */
function split(pack: Pack, arrays: ReadonlyMap<number, ArrayShape>): Shaped {
  const [target] = pack.target;
  const shape = target?.kind === 'member' ? arrays.get(target.array) : undefined;
  const [count = 1] = pack.extents;
  const same: Shaped = { pack, extents: pack.extents, slots: pack.slots, target: pack.target };
  if (target === undefined || shape === undefined || pack.extents.length > 1) return same;
  const { row, size, least } = shape;
  if (row === size || count <= row || count % row !== 0 || (target.line.base - least) % row !== 0) return same;
  const cut = (a: Access): Access => {
    const [step = 0] = a.line.step;
    return { ...a, line: { base: a.line.base, step: [step * row, step] } };
  };
  return {
    pack,
    extents: [count / row, row],
    slots: pack.slots.map((a) => (a === undefined ? undefined : cut(a))),
    target: pack.target.map(cut),
  };
}

const affine = (base: number, step: readonly number[], extents: readonly number[]): Affine => ({
  c: base,
  terms: step.flatMap((k, v) => (k === 0 || extents[v] === 1 ? [] : [{ v, k }])),
});

/** The map of a line. */
export const mapOf = (line: Line, extents: readonly number[]): Affine => affine(line.base, line.step, extents);

/** Indices of an access to an array; undefined if it leaves a row on the way. */
export function indexOf(line: Line, extents: readonly number[], shape: ArrayShape): readonly Affine[] | undefined {
  const base = line.base - shape.least;
  if (shape.row === shape.size) return [affine(base, line.step, extents)];
  const { row } = shape;
  const outer = line.step.map((k) => (k % row === 0 ? k / row : 0));
  const inner = line.step.map((k) => (k % row === 0 ? 0 : k));
  let [least, most] = [base % row, base % row];
  inner.forEach((k, v) => {
    const far = k * ((extents[v] ?? 1) - 1);
    if (far < 0) least += far;
    else most += far;
  });
  if (least < 0 || most >= row) return undefined;
  return [affine(Math.floor(base / row), outer, extents), affine(base % row, inner, extents)];
}
