/** The search for packs: classes one after the other, those first whose order follows from what is placed already. */
import type { ElaboratedCircuit } from '../elaborated.js';
import { type Classes, LEAST_COPIES } from './classes.js';
import { firstBreak } from './factor.js';
import { type Candidate, type Pack, candidateOf, fit } from './fit.js';
import type { Homes } from './homes.js';
import type { Statement } from './statements.js';

/** With more classes than this they are taken by size only. */
const MOST_RANKED = 400;
/** Classes are cut into smaller ones so many times. */
const MOST_CUTS = 3;

export function packsOf(circuit: ElaboratedCircuit, homes: Homes, { statements, classes }: Classes): Pack[] {
  const packs: Pack[] = [];
  const take = (candidate: Candidate | undefined, cuts: number): boolean => {
    if (candidate === undefined) return false;
    const pack = fit(circuit, homes, candidate);
    if (pack !== undefined) {
      packs.push(pack);
      return true;
    }
    if (cuts === 0) return false;
    let some = false;
    for (const part of partsOf(homes, candidate)) some = take(candidateOf(circuit, part), cuts - 1) || some;
    return some;
  };
  let waiting = classes.flatMap(
    (members) =>
      candidateOf(
        circuit,
        members.flatMap((n) => statements.at(n) ?? []),
      ) ?? [],
  );
  const ranked = waiting.length <= MOST_RANKED;
  // Whole classes first: what they set in order decides about how the others are cut.
  for (const cuts of [0, MOST_CUTS]) {
    const left: Candidate[] = [];
    while (waiting.length > 0) {
      const at = ranked ? bestOf(homes, waiting) : 0;
      const [candidate] = waiting.splice(at, 1);
      if (candidate !== undefined && !take(candidate, cuts)) left.push(candidate);
    }
    waiting = left;
  }
  return packs;
}

function bestOf(homes: Homes, waiting: readonly Candidate[]): number {
  let [best, most] = [0, -1];
  waiting.forEach((candidate, at) => {
    const anchored = anchors(homes, candidate) > 0 ? 1e9 : 0;
    const score = anchored + candidate.copies.length;
    if (score > most) [best, most] = [at, score];
  });
  return best;
}

/** Things that say in which order the copies are: elements of vectors, places in arrays. */
function anchors(homes: Homes, { copies, weave }: Candidate): number {
  let count = (copies[0]?.index.length ?? 0) > 0 ? 1 : 0;
  const placed = (signals: readonly number[]): boolean => signals.every((s) => homes.find(s) !== undefined);
  for (const slot of weave.slots) {
    if (slot.kind === 'number' || (slot.kind === 'signal' && placed(slot.values))) count++;
  }
  return count + (copies.every((s) => homes.find(s.target) !== undefined) ? 1 : 0);
}

/** Smaller groups of a class: those that share the most, else runs that are regular in the order of the circuit. */
function partsOf(homes: Homes, { copies, weave: { slots } }: Candidate): (readonly Statement[])[] {
  let fewest: readonly number[] | undefined;
  let least = copies.length / LEAST_COPIES + 1;
  for (const slot of slots) {
    if (slot.kind === 'constant') continue;
    const distinct = new Set(slot.values).size;
    if (distinct > 1 && distinct < least) [least, fewest] = [distinct, slot.values];
  }
  if (fewest !== undefined) {
    const groups = new Map<number, Statement[]>();
    copies.forEach((s, k) => {
      const key = fewest[k] ?? 0;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [s]);
      else group.push(s);
    });
    return [...groups.values()].filter((g) => g.length >= LEAST_COPIES);
  }
  return runs(homes, copies, slots);
}

function runs(
  homes: Homes,
  copies: readonly Statement[],
  slots: Candidate['weave']['slots'],
): (readonly Statement[])[] {
  const rows: (readonly number[])[] = [];
  const place = (signals: readonly number[]): void => {
    // Different arrays are far apart; what has no place yet has it in the order in which it comes.
    const order = new Map<number, number>();
    rows.push(
      signals.map((s) => {
        const home = homes.find(s);
        if (home !== undefined) return (home.array + 1) * 1e9 + home.position;
        const known = order.get(s) ?? order.size;
        order.set(s, known);
        return known;
      }),
    );
  };
  if ((copies[0]?.index.length ?? 0) === 0) place(copies.map((s) => s.target));
  else for (let d = 0; d < (copies[0]?.index.length ?? 0); d++) rows.push(copies.map((s) => s.index[d] ?? 0));
  for (const slot of slots) {
    if (slot.kind === 'number') rows.push(slot.values);
    else if (slot.kind === 'signal') place(slot.values);
  }
  const out: (readonly Statement[])[] = [];
  for (let from = 0; from < copies.length;) {
    let length = copies.length - from;
    for (const row of rows) length = Math.min(length, firstBreak(row.slice(from, from + length), length));
    // A break right after the first copy is the start of another run.
    if (length >= LEAST_COPIES) out.push(copies.slice(from, from + length));
    from += length >= LEAST_COPIES || length === copies.length - from ? length : Math.max(1, length - 1);
  }
  return out.length === 1 && out[0]?.length === copies.length ? [] : out;
}
