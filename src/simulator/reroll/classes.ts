/**
 * Classes of copies: statements of equal colour. A circuit without structure is recognised by a sample of its statements,
 * so that looking for structure costs it next to nothing.
 */
import type { ElaboratedCircuit } from '../elaborated.js';
import { Colours } from './colours.js';
import { Statements } from './statements.js';

/** Fewer copies are not worth a loop. */
export const LEAST_COPIES = 8;

/** One in so many statements, in windows, tells whether there is structure; but neither fewer nor more than these. */
const SAMPLED = 24;
const FEWEST = 48;
const MOST = 144;
const WINDOWS = 12;
/** Structure is where this share of the sample has its like in the sample. */
const SHARE = 0.08;
/** Drivers looked through for that: by chance as many statements are of one form only where forms are small. */
const DEEP = 2;
/** Drivers looked through for classes; in large circuits more, since more are alike by chance. */
const depthFor = (statements: number): number => (statements > 2000 ? DEEP : 1);

export interface Classes {
  readonly statements: Statements;
  readonly colours: Colours;
  /** Numbers of statements, in the order of the circuit; largest class first. */
  readonly classes: readonly (readonly number[])[];
}

/** Classes of at least `LEAST_COPIES`; undefined where there is no structure worth looking for. */
export function classesOf(circuit: ElaboratedCircuit): Classes | undefined {
  const { length } = circuit.assigns;
  const count = length + circuit.updates.length;
  if (count < LEAST_COPIES) return undefined;
  const statements = new Statements(circuit);
  const colours = new Colours(statements);
  if (!hasStructure(circuit, colours, count)) return undefined;
  const depth = depthFor(count);
  const members = new Map<number, number[]>();
  for (let n = 0; n < count; n++) {
    if (!isScalar(circuit, n)) continue;
    const colour = colours.of(n, depth);
    const list = members.get(colour);
    if (list === undefined) members.set(colour, [n]);
    else list.push(n);
  }
  const classes = [...members.values()].filter((list) => list.length >= LEAST_COPIES);
  if (classes.length === 0) return undefined;
  return { statements, colours, classes: classes.sort((a, b) => b.length - a.length) };
}

function isScalar({ assigns, updates }: ElaboratedCircuit, n: number): boolean {
  const a = assigns[n];
  if (a !== undefined) return a.loops.length === 0;
  const u = updates[n - assigns.length];
  return u !== undefined && u.loops.length === 0 && u.inner.length === 0;
}

function hasStructure(circuit: ElaboratedCircuit, colours: Colours, count: number): boolean {
  const first = new Map<number, boolean>();
  const wanted = Math.max(FEWEST, Math.min(MOST, count / SAMPLED));
  const size = count <= wanted ? count : Math.ceil(wanted / WINDOWS);
  let [alike, seen] = [0, 0];
  for (let w = 0; w < (size === count ? 1 : WINDOWS); w++) {
    const from = Math.floor((w * (count - size)) / (WINDOWS - 1));
    for (let n = from; n < from + size; n++) {
      if (!isScalar(circuit, n)) continue;
      seen++;
      const colour = colours.of(n, DEEP);
      const alone = first.get(colour);
      if (alone !== undefined) alike += alone ? 2 : 1;
      first.set(colour, alone === undefined);
    }
  }
  return alike > SHARE * seen;
}
