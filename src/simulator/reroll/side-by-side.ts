/** Elements that are put side by side one by one, as a concatenation, become a pack of the array, which is one move. */
import { type Affine, affineConst, affineVar, isConst } from '../affine.js';
import { type ElaboratedCircuit, type Ex, isAffine } from '../elaborated.js';

/** Fewer elements stay a concatenation. */
const LEAST = 4;

/** The loop variable of such a pack; deeper than any loops. */
const VARIABLE = 20;

type Load = Extract<Ex, { op: 'load' }>;

/** `ex`, a concatenation, with runs of elements as packs. */
export function sideBySide(
  { expressions: x }: Pick<ElaboratedCircuit, 'expressions'>,
  ex: Extract<Ex, { op: 'cat' }>,
): Ex {
  const parts: Ex[] = [];
  flatten(x, ex, parts);
  const out: Ex[] = [];
  for (let k = 0; k < parts.length;) {
    const [from, end] = [k, endOf(parts, k)];
    k = end;
    const last = elementOf(parts[end - 1]);
    if (end - from < LEAST || last === undefined) {
      out.push(...parts.slice(from, end));
      continue;
    }
    // The last part is the lowest one and the first element.
    const index = last.index.map((i, d): Affine | typeof i => (d === last.index.length - 1 ? following(i) : i));
    const body = unsigned(x, x.load(last.signal, index, last.width, last.signed));
    out.push(x.lanes('pack', undefined, VARIABLE, end - from, body, (end - from) * body.width, false));
  }
  const [only] = out;
  if (out.length === 1 && only !== undefined) return only;
  return out.length === ex.parts.length ? ex : x.cat(out, ex.width, ex.signed);
}

const following = (i: Load['index'][number]): Affine => ({
  c: isAffine(i) ? i.c : 0,
  terms: affineVar(VARIABLE).terms,
});

/** The parts of a concatenation; what was packed within it is taken apart again, as it may be part of a longer run. */
function flatten(x: ElaboratedCircuit['expressions'], ex: Ex, into: Ex[]): void {
  if (ex.op === 'cat') for (const part of ex.parts) flatten(x, part, into);
  else if (ex.op === 'pack' && ex.v === VARIABLE) {
    const body = ex.body.op === 'convert' ? ex.body.a : ex.body;
    if (body.op !== 'load') throw new Error('not packed here');
    for (let k = ex.count - 1; k >= 0; k--) {
      const index = body.index.map((i) => (isAffine(i) && !isConst(i) ? affineConst(i.c + k) : i));
      into.push(unsigned(x, x.load(body.signal, index, body.width, body.signed)));
    }
  } else into.push(ex);
}

/** The element of an array that `ex` is, as it is or as bits. */
function elementOf(ex: Ex | undefined): Load | undefined {
  const load = ex?.op === 'convert' && ex.a.width === ex.width ? ex.a : ex;
  if (load?.op !== 'load' || load.index.length === 0) return undefined;
  return load.index.every((i) => isAffine(i) && isConst(i)) ? load : undefined;
}

/** End of the run of parts from `from` on of which each is the element before the one before. */
function endOf(parts: readonly Ex[], from: number): number {
  let before = elementOf(parts[from]);
  let k = from + 1;
  for (; before !== undefined && k < parts.length; k++) {
    const now = elementOf(parts[k]);
    if (now === undefined || !precedes(now, before)) break;
    before = now;
  }
  return k;
}

function precedes(a: Load, b: Load): boolean {
  if (a.signal !== b.signal) return false;
  const last = a.index.length - 1;
  return a.index.every((i, d) => {
    const j = b.index[d];
    return j !== undefined && isAffine(i) && isAffine(j) && i.c + (d === last ? 1 : 0) === j.c;
  });
}

const unsigned = (x: ElaboratedCircuit['expressions'], ex: Ex): Ex => (ex.signed ? x.convert(ex, ex.width, false) : ex);
