/**
 * Merging: copies at the ends of a chain read something else than those in its middle, so they are in other classes; but
 * if they are written alike and their targets lie in one array, one loop does for all of them.
 */
import type { ElaboratedCircuit } from '../elaborated.js';
import type { Classes } from './classes.js';
import { type Pack, candidateOf, fit } from './fit.js';
import type { Homes } from './homes.js';
import type { Statement } from './statements.js';

/** Merging places more elements, which may let others merge. */
const ROUNDS = 2;

export function merged(
  circuit: ElaboratedCircuit,
  homes: Homes,
  classes: Classes,
  packs: readonly Pack[],
): readonly Pack[] {
  let now = packs;
  for (let round = 0; round < ROUNDS; round++) now = once(circuit, homes, classes, now);
  return now;
}

interface Pieces {
  readonly packs: Set<Pack>;
  readonly copies: Statement[];
}

function once(
  circuit: ElaboratedCircuit,
  homes: Homes,
  { statements, colours }: Classes,
  packs: readonly Pack[],
): readonly Pack[] {
  const packOf = new Map<string, Pack>();
  for (const p of packs) for (const s of p.candidate.copies) packOf.set(`${s.kind}${s.at}`, p);
  const groups = new Map<string, Pieces>();
  for (let n = 0; n < statements.count; n++) {
    const s = statements.at(n);
    const home = s === undefined || s.index.length > 0 ? undefined : homes.find(s.target);
    if (s === undefined || (home === undefined && s.index.length === 0)) continue;
    const key = `${home?.array ?? `signal ${s.target}`}:${colours.of(n, 0)}`;
    let pieces = groups.get(key);
    if (pieces === undefined) groups.set(key, (pieces = { packs: new Set(), copies: [] }));
    pieces.copies.push(s);
    const pack = packOf.get(`${s.kind}${s.at}`);
    if (pack !== undefined) pieces.packs.add(pack);
  }
  const gone = new Set<Pack>();
  const made: Pack[] = [];
  for (const { packs: some, copies } of groups.values()) {
    let packed = 0;
    for (const p of some) packed += p.candidate.copies.length;
    // Nothing to add; or a pack that reaches beyond this group.
    if (some.size === 0 || packed > copies.length || (some.size === 1 && packed === copies.length)) continue;
    const candidate = candidateOf(circuit, copies);
    const pack = candidate === undefined ? undefined : fit(circuit, homes, candidate);
    if (pack === undefined) continue;
    for (const p of some) gone.add(p);
    made.push(pack);
  }
  return [...packs.filter((p) => !gone.has(p)), ...made];
}
