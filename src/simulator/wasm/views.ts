/**
 * Reading through movement: where a wire only puts elements side by side, takes them apart or hands them on, its readers
 * read the elements themselves. Buses of vectors between modules disappear; what remains are arrays, which have lanes.
 */
import { type Affine, addAffine, affineConst, affineRange, affineVar, isConst, substituteAffine } from '../affine.js';
import { type Assign, type ElaboratedCircuit, type Ex, isAffine, signalOf } from '../elaborated.js';
import { type Cut, type Extents, divided, driverPoint } from './drivers.js';
import { moveExpression } from './inline.js';
import { rewrite, withOperands } from './rewrite.js';

/** Wires looked through behind one read. */
const MAX_HOPS = 100;
/** Widest value that is read element by element. */
const NARROW = 64;
/** Variables beyond this have no bit in the facts of an expression. */
const MAX_VARIABLE = 28;

/** Asks for the reader's loop to be cut: its iterations read different drivers. */
class CutLoop extends Error {
  constructor(readonly cut: Cut) {
    super('a loop must be cut');
  }
}

type Circuit = Pick<ElaboratedCircuit, 'signals' | 'expressions'>;
type Load = Extract<Ex, { op: 'load' }>;

/** Drivers of the wires that only move bits, by signal; empty where a wire does anything else. */
export type MovementDrivers = readonly (readonly Assign[] | undefined)[];

export function movementDrivers(circuit: Circuit, assigns: readonly Assign[]): MovementDrivers {
  const drivers = new Array<Assign[] | undefined>(circuit.signals.length);
  for (const a of assigns) {
    const { kind, port } = signalOf(circuit, a.target);
    if (kind === 'wire' && port === undefined) (drivers[a.target] ??= []).push(a);
  }
  return drivers.map((list) => (list?.some((a) => moves(a.value)) === true ? list : undefined));
}

/** Bits change their places at most. */
function moves(ex: Ex): boolean {
  switch (ex.op) {
    case 'load':
      return ex.index.every(isAffine);
    case 'const':
      return true;
    case 'slice':
    case 'convert':
      return moves(ex.a);
    case 'pack':
      return moves(ex.body);
    case 'cat':
      return ex.parts.every(moves);
    default:
      return false;
  }
}

/** `ex`, an expression under `loops`, with reads through movement; or the cut of a loop that this needs. */
export function readThroughMovement(
  circuit: Circuit,
  drivers: MovementDrivers,
  ex: Ex,
  loops: readonly number[],
): Ex | Cut {
  try {
    return new Reader(circuit, drivers, loops).rewritten(ex);
  } catch (error) {
    if (error instanceof CutLoop) return error.cut;
    throw error;
  }
}

class Reader {
  /** Extents of the variables in scope. */
  private readonly extents: number[];
  private memo = new Map<Ex, Ex>();
  private hops = 0;

  constructor(
    private readonly circuit: Circuit,
    private readonly drivers: MovementDrivers,
    private readonly loops: readonly number[],
  ) {
    this.extents = [...loops];
  }

  private readonly extent: Extents = (v) => this.extents[v] ?? 1;

  rewritten(ex: Ex): Ex {
    const known = this.memo.get(ex);
    if (known !== undefined) return known;
    const out = this.fresh(ex);
    this.memo.set(ex, out);
    return out;
  }

  private fresh(ex: Ex): Ex {
    const x = this.circuit.expressions;
    if (ex.op === 'pack' || ex.op === 'fold') return this.lanes(ex);
    if (ex.width <= NARROW && (ex.op === 'slice' || ex.op === 'load')) {
      this.hops = 0;
      const found = ex.op === 'slice' ? this.bits(ex.a, ex.low, ex.width) : this.bits(ex, affineConst(0), ex.width);
      if (found !== undefined && found !== ex && isElement(found)) return sameBits(x, found, ex.width, ex.signed);
    }
    const out = withOperands(x, ex, (e) => this.rewritten(e));
    return out.op === 'convert' ? sameBits(x, out.a, out.width, out.signed, out) : out;
  }

  private lanes(ex: Extract<Ex, { op: 'pack' | 'fold' }>): Ex {
    const [memo, before] = [this.memo, this.extents[ex.v]];
    this.memo = new Map();
    this.extents[ex.v] = ex.count;
    const body = this.rewritten(ex.body);
    this.memo = memo;
    if (before === undefined) this.extents.length = ex.v;
    else this.extents[ex.v] = before;
    if (body === ex.body) return ex;
    const fn = ex.op === 'fold' ? ex.fn : undefined;
    return this.circuit.expressions.lanes(ex.op, fn, ex.v, ex.count, body, ex.width, ex.signed);
  }

  /** Bits `low` .. `low + width - 1` of `ex` as an unsigned value; undefined if they are not elements of anything. */
  private bits(ex: Ex, low: Affine, width: number): Ex | undefined {
    const x = this.circuit.expressions;
    if (isConst(low) && low.c === 0 && width === ex.width && ex.op !== 'load') {
      if (ex.op === 'const') return x.constant(BigInt.asUintN(width, ex.value), width, false);
    }
    const range = affineRange(low, this.extent);
    if (range.min < 0 || range.max + width > ex.width) return undefined;
    switch (ex.op) {
      case 'const':
        if (ex.value === 0n) return x.constant(0n, width, false);
        return isConst(low)
          ? x.constant(BigInt.asUintN(width, BigInt.asUintN(ex.width, ex.value) >> BigInt(low.c)), width, false)
          : undefined;
      case 'load':
        return this.loaded(ex, low, width);
      case 'slice':
        return this.bits(ex.a, addAffine(ex.low, low), width);
      case 'convert':
        return range.max + width <= ex.a.width ? this.bits(ex.a, low, width) : undefined;
      case 'pack': {
        const parts = divided(low, ex.body.width, this.extent);
        if (parts === undefined) return undefined;
        const body = substituted(x, ex.body, ex.v, parts.quotient);
        return body === undefined ? undefined : this.bits(body, parts.rest, width);
      }
      case 'cat': {
        let from = 0;
        for (let k = ex.parts.length - 1; k >= 0; k--) {
          const part = ex.parts[k];
          if (part === undefined) return undefined;
          const to = from + part.width;
          if (range.min >= from && range.max + width <= to)
            return this.bits(part, addAffine(low, affineConst(-from)), width);
          from = to;
        }
        return undefined;
      }
      default:
        return undefined;
    }
  }

  private loaded(ex: Load, low: Affine, width: number): Ex | undefined {
    const x = this.circuit.expressions;
    const whole = isConst(low) && low.c === 0 && width === ex.width;
    const here = whole ? sameBits(x, ex, width, false) : x.slice(ex, low, width);
    if (!ex.index.every(isAffine)) return undefined;
    const drivers = this.drivers[ex.signal];
    if (drivers === undefined) return signalOf(this.circuit, ex.signal).kind === 'memory' ? undefined : here;
    if (++this.hops > MAX_HOPS) return undefined;
    const index = ex.index.filter(isAffine);
    for (const driver of drivers) {
      const point = driverPoint(driver, index, this.extent);
      if (point === undefined) continue;
      if (!moves(driver.value)) return here;
      if ('variable' in point) {
        // Variables of the expression itself have no loop to be cut.
        if (point.variable < this.loops.length) throw new CutLoop(point);
        return undefined;
      }
      const depth = Math.max(this.extents.length, driver.loops.length);
      if (depth > MAX_VARIABLE) return undefined;
      const value = moveExpression(this.circuit, driver.value, driver.loops.length, point, depth);
      if (value === undefined) return undefined;
      return this.bits(value, low, width) ?? here;
    }
    return here;
  }
}

/** `ex` as a value of `width` bits and this sign, where it has as many; `otherwise` in any other case. */
function sameBits(x: Circuit['expressions'], ex: Ex, width: number, signed: boolean, otherwise?: Ex): Ex {
  if (ex.width !== width) return otherwise ?? x.convert(ex, width, signed);
  if (ex.signed === signed) return ex;
  const inner = ex.op === 'convert' && ex.a.width === width ? ex.a : ex;
  return inner.signed === signed ? inner : x.convert(inner, width, signed);
}

/** An element of an array, or bits of one. */
function isElement(ex: Ex): boolean {
  const inner = ex.op === 'convert' ? ex.a : ex;
  if (inner.op === 'const') return true;
  return inner.op === 'load' || (inner.op === 'slice' && inner.a.op === 'load');
}

/** `body` with the variable `v` replaced. */
function substituted(x: Circuit['expressions'], body: Ex, v: number, by: Affine): Ex | undefined {
  let ok = true;
  const map = (a: Affine): Affine => {
    if (!a.terms.some((t) => t.v === v)) return a;
    const b = substituteAffine(a, (u) => (u === v ? by : affineVar(u)));
    if (b === undefined) ok = false;
    return b ?? a;
  };
  const out = rewrite(x, body, (e): Ex => {
    switch (e.op) {
      case 'index':
        return x.index(map(e.value), e.width, e.signed);
      case 'load':
        return x.load(
          e.signal,
          e.index.map((i) => (isAffine(i) ? map(i) : i)),
          e.width,
          e.signed,
        );
      case 'slice':
        return x.slice(e.a, map(e.low), e.width, e.signed);
      default:
        return e;
    }
  });
  return ok ? out : undefined;
}
