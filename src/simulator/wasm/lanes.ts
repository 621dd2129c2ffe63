/** Vector code for the elements of one loop side by side, as a plan of lanes (`lane-plan.ts`) has it. */
import { type Affine } from '../affine.js';
import type { Ex } from '../elaborated.js';
import type { EmitContext } from './emit-context.js';
import { I32, OP, V128 } from './function.js';
import {
  COMPARE,
  FULL,
  type LaneNode,
  type LanePlan,
  distanceOf,
  isBit,
  isExact,
  isExactUnary,
  isZero,
  longProduct,
  topOf,
} from './lane-plan.js';
import {
  constantLanes,
  extremeOfLanes,
  indexLanes,
  narrowLanes,
  onesOfLanes,
  shiftRight,
  shiftRightBy,
  splatLanes,
  wrapLanes,
} from './lane-ops.js';
import { LaneValues } from './lane-values.js';
import { EXTEND_HIGH, EXTEND_LOW, LANES, type LaneBits, LOAD_WIDER, LONG_PRODUCT, VECTOR } from './simd.js';

/** Code for the lanes of one plan. What is the same in all lanes is computed by the constructor. */
export class LaneCode {
  private readonly uniform = new LaneValues();
  private readonly counts = new Map<Ex, number>();
  /** By multiplexer of zero and something, whose condition is the same in all lanes: lanes of all ones where it is not so. */
  private readonly inverse = new Map<Ex, number>();
  private values = new LaneValues();
  /** Gives the loop variable the value of a lane. */
  private readonly goTo: (lane: number) => void;
  /** Lanes from here on are nobody's. */
  private limit = Infinity;

  constructor(
    private readonly c: EmitContext,
    private readonly plan: LanePlan,
  ) {
    this.goTo = (lane) => this.setLane(lane);
    this.prepare();
  }

  private setLane: (lane: number) => void = () => undefined;

  /** Starts a row of `limit` lanes; `set` gives the loop variable the value of one of them. */
  begin(limit: number, set: (lane: number) => void): void {
    this.values = new LaneValues();
    this.limit = limit;
    this.setLane = set;
  }

  private prepare(): void {
    const { c, plan } = this;
    for (const b of plan.counts) {
      if (!this.isBound(b)) continue;
      const local = c.f.local(I32);
      c.emit.pushBits(c, b, I32);
      c.f.set(local);
      this.counts.set(b, local);
    }
    for (const { ex, bits, mask } of plan.uniform) {
      if (!this.isBound(ex)) continue;
      const local = c.f.local(V128);
      splatLanes(this.c, ex, bits, mask);
      c.f.set(local);
      this.uniform.set(ex, bits, mask, 0, local);
    }
    for (const [ex, { bits }] of plan.nodes) {
      if (ex.op !== 'mux' || !isZero(ex.a) || plan.nodes.has(ex.cond) || !this.isBound(ex.cond)) continue;
      const local = c.f.local(V128);
      this.pushUniform(ex.cond, bits, true);
      c.f.simd(VECTOR.not).set(local);
      this.inverse.set(ex, local);
    }
  }

  /** All variables that it depends on have values. */
  private isBound(ex: Ex): boolean {
    for (let u = 0; u < 31; u++) if ((ex.vars >>> u) & 1 && !this.hasValue(u)) return false;
    return true;
  }

  private hasValue(u: number): boolean {
    const { merged, vars } = this.c;
    return vars.get(u) !== undefined || (merged !== undefined && u >= merged.from && u < merged.to);
  }

  /** Pushes vector `j` of the lanes of `ex`, each of `bits`. */
  push(ex: Ex, bits: LaneBits, j: number): void {
    const { f } = this.c;
    const node = this.plan.nodes.get(ex);
    if (node === undefined) return this.pushUniform(ex, bits, false);
    if (node.alias !== undefined) return this.push(node.alias, bits, j);
    if (this.known(ex, bits, false, j)) return;
    const { rows } = this.c;
    const lane = (j * 128) / bits;
    if (rows?.mayKeep(this.c, ex) !== true) return this.pushNew(ex, node, bits, j);
    this.goTo(lane);
    const known = rows.get(this.c, ex, bits);
    if (known !== undefined) return void f.get(known);
    this.pushNew(ex, node, bits, j);
    const local = f.local(V128);
    f.tee(local);
    this.goTo(lane);
    rows.set(this.c, ex, bits, local);
  }

  private pushNew(ex: Ex, node: LaneNode, bits: LaneBits, j: number): void {
    const { f } = this.c;
    if (node.mask) {
      this.pushMask(ex, bits, j);
      this.constant(1n, bits);
      f.simd(VECTOR.and);
      return;
    }
    if (node.bits === bits) {
      this.fresh(ex, node, j);
      if (node.shared) this.keep(ex, bits, false, j);
      return;
    }
    if (node.bits < bits) {
      if (node.view !== undefined && node.bits * 2 === bits && !this.has(ex, node.bits, j >> 1)) {
        const offset = this.address(node.view, (j * 128) / bits);
        f.simdMem(LOAD_WIDER[node.bits as 8 | 16 | 32][ex.signed ? 's' : 'u'], offset);
      } else {
        const half = (bits / 2) as 8 | 16 | 32;
        this.push(ex, half, j >> 1);
        f.simd((j % 2 === 0 ? EXTEND_LOW : EXTEND_HIGH)[half][ex.signed ? 's' : 'u']);
      }
    } else {
      const fits = node.low === FULL && ex.width <= bits;
      const cut = (n: number): void => {
        const wide = (bits * 2) as LaneBits;
        if (!this.inReach(n, wide)) return this.constant(0n, wide);
        this.push(ex, wide, n);
        if (!fits && bits < 32) {
          this.constant((1n << BigInt(bits)) - 1n, wide);
          f.simd(VECTOR.and);
        }
      };
      this.pack(bits, fits && ex.signed, cut, j);
    }
    this.keep(ex, bits, false, j);
  }

  /** Pushes lanes of all ones where the condition holds, else zero. */
  pushMask(ex: Ex, bits: LaneBits, j: number): void {
    const { f } = this.c;
    const node = this.plan.nodes.get(ex);
    if (node === undefined) return this.pushUniform(ex, bits, true);
    if (node.alias !== undefined && isBit(node.alias)) return this.pushMask(node.alias, bits, j);
    if (this.known(ex, bits, true, j)) return;
    const own = node.alias === undefined ? node.bits : bits;
    if (own === bits) {
      if (node.mask) this.freshMask(ex, node, j);
      else {
        this.push(ex, bits, j);
        f.simd(LANES[bits].neg);
      }
    } else if (own < bits) {
      const half = (bits / 2) as 8 | 16 | 32;
      this.pushMask(ex, half, j >> 1);
      f.simd((j % 2 === 0 ? EXTEND_LOW : EXTEND_HIGH)[half].s);
    } else {
      const cut = (n: number): void => {
        const wide = (bits * 2) as LaneBits;
        if (this.inReach(n, wide)) this.pushMask(ex, wide, n);
        else this.constant(0n, wide);
      };
      this.pack(bits, true, cut, j);
    }
    if (own !== bits || node.shared) this.keep(ex, bits, true, j);
  }

  private inReach(vector: number, bits: LaneBits): boolean {
    return (vector * 128) / bits < this.limit;
  }

  /** Vector `j` of lanes of `bits` out of two with lanes twice as wide. */
  private pack(bits: LaneBits, signed: boolean, part: (n: number) => void, j: number): void {
    const { f } = this.c;
    part(2 * j);
    part(2 * j + 1);
    narrowLanes(f, bits, signed);
  }

  private known(ex: Ex, bits: LaneBits, mask: boolean, j: number): boolean {
    const local = this.values.get(ex, bits, mask, j);
    if (local !== undefined) this.c.f.get(local);
    return local !== undefined;
  }

  private has(ex: Ex, bits: LaneBits, j: number): boolean {
    return this.values.get(ex, bits, false, j) !== undefined;
  }

  private keep(ex: Ex, bits: LaneBits, mask: boolean, j: number): void {
    const local = this.c.f.local(V128);
    this.c.f.tee(local);
    this.values.set(ex, bits, mask, j, local);
  }

  private pushUniform(ex: Ex, bits: LaneBits, mask: boolean): void {
    const local = this.uniform.get(ex, bits, mask, 0);
    if (local === undefined) splatLanes(this.c, ex, bits, mask);
    else this.c.f.get(local);
  }

  private readonly constant = (value: bigint, bits: LaneBits): void => constantLanes(this.c.f, value, bits);

  /** Pushes the base of the address of a lane and returns the offset. */
  private address(view: Affine, lane: number): number {
    this.goTo(lane);
    return this.c.pushByteAffine(this.c.folded(view));
  }

  private fresh(ex: Ex, node: LaneNode, j: number): void {
    const { f } = this.c;
    const { bits } = node;
    const ops = LANES[bits];
    const full = node.low === FULL;
    if (node.view !== undefined) {
      const offset = this.address(node.view, (j * 128) / bits);
      f.simdMem(VECTOR.load, offset);
      return;
    }
    switch (ex.op) {
      case 'index':
        this.goTo((j * 128) / bits);
        return indexLanes(this.c, ex, bits, this.plan.v);
      case 'slice': {
        this.push(ex.a, bits, j);
        if (ex.low.c > 0) f.i32(ex.low.c).simd(ops.shrU);
        if (full && (ex.a.signed || ex.low.c + ex.width < ex.a.width)) wrapLanes(this.c.f, ex.width, false, bits);
        return;
      }
      case 'mux': {
        const [noA, noB] = [isZero(ex.a), isZero(ex.b)];
        if (!noA) this.push(ex.a, bits, j);
        if (!noB || noA) this.push(ex.b, bits, j);
        const inverse = this.inverse.get(ex);
        if (inverse !== undefined) {
          f.get(inverse).simd(VECTOR.and);
          return;
        }
        this.pushMask(ex.cond, bits, j);
        f.simd(noA ? VECTOR.andNot : noB ? VECTOR.and : VECTOR.bitselect);
        return;
      }
      case 'convert': {
        const top = topOf(ex);
        if (top === undefined) {
          this.push(ex.a, bits, j);
          return wrapLanes(this.c.f, ex.width, ex.signed, bits);
        }
        this.push(top.a, bits, j);
        return shiftRight(this.c.f, top.by, bits);
      }
      case 'unary':
        return this.unary(ex, node, j);
      case 'cat':
        return this.cat(ex, node, j);
      case 'fold':
        return this.fold(ex, node, j);
      case 'binary':
        return this.binary(ex, node, j);
      default:
        throw new Error(`no vector code for ${ex.op}`);
    }
  }

  private freshMask(ex: Ex, node: LaneNode, j: number): void {
    const { f } = this.c;
    const { bits } = node;
    const ops = LANES[bits];
    switch (ex.op) {
      case 'mux':
        this.pushMask(ex.a, bits, j);
        this.pushMask(ex.b, bits, j);
        this.pushMask(ex.cond, bits, j);
        f.simd(VECTOR.bitselect);
        return;
      case 'slice': {
        // One bit.
        if (ex.low.c === bits - 1) {
          this.constant(0n, bits);
          this.push(ex.a, bits, j);
          f.simd(ops.gtS);
          return;
        }
        this.push(ex.a, bits, j);
        this.constant(1n << BigInt(ex.low.c), bits);
        f.simd(VECTOR.and);
        this.constant(1n << BigInt(ex.low.c), bits);
        f.simd(ops.eq);
        return;
      }
      case 'unary': {
        if (ex.fn === 'not') {
          this.pushMask(ex.a, bits, j);
          f.simd(VECTOR.not);
          return;
        }
        this.push(ex.a, bits, j);
        this.constant(ex.fn === 'reduceOr' ? 0n : ex.a.signed ? -1n : (1n << BigInt(ex.a.width)) - 1n, bits);
        f.simd(ex.fn === 'reduceOr' ? ops.ne : ops.eq);
        return;
      }
      case 'binary': {
        if (COMPARE.has(ex.fn)) return this.compare(ex, bits, j);
        this.pushMask(ex.a, bits, j);
        this.pushMask(ex.b, bits, j);
        f.simd(VECTOR[ex.fn as 'and' | 'or' | 'xor']);
        return;
      }
      default:
        throw new Error(`no mask for ${ex.op}`);
    }
  }

  private compare(ex: Extract<Ex, { op: 'binary' }>, bits: LaneBits, j: number): void {
    const ops = LANES[bits];
    this.push(ex.a, bits, j);
    this.push(ex.b, bits, j);
    // Lanes wider than the operands hold unsigned values as positive ones.
    const signed = ex.a.signed || ex.b.signed || bits > Math.max(ex.a.width, ex.b.width);
    const name = ex.fn as 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
    const opcode = name === 'eq' || name === 'ne' ? ops[name] : ops[`${name}${signed ? 'S' : 'U'}`];
    if (opcode === undefined) throw new Error('no such comparison of lanes');
    this.c.f.simd(opcode);
  }

  private binary(ex: Extract<Ex, { op: 'binary' }>, node: LaneNode, j: number): void {
    const { f } = this.c;
    const { bits } = node;
    const ops = LANES[bits];
    const { a, b, fn } = ex;
    const full = node.low === FULL;
    if (fn === 'shl' || fn === 'shr') return this.shift(ex, node, j);
    if (fn === 'mul') {
      const half = bits === 16 ? undefined : longProduct(a, b, bits);
      if (half !== undefined) {
        this.push(a, half, j >> 1);
        this.push(b, half, j >> 1);
        const signed = [a, b].every((e) => e.signed || e.width < half);
        f.simd(LONG_PRODUCT[half as 16 | 32][j % 2 === 0 ? 'low' : 'high'][signed ? 's' : 'u']);
      } else {
        this.push(a, bits, j);
        this.push(b, bits, j);
        if (ops.mul === undefined) throw new Error('no product of such lanes');
        f.simd(ops.mul);
      }
    } else {
      this.push(a, bits, j);
      this.push(b, bits, j);
      if (fn === 'and' || fn === 'or' || fn === 'xor') {
        f.simd(VECTOR[fn]);
        return;
      }
      f.simd(fn === 'add' || fn === 'addWrap' ? ops.add : ops.sub);
    }
    if (full && !isExact(ex)) wrapLanes(this.c.f, ex.width, ex.signed, bits);
  }

  private shift(ex: Extract<Ex, { op: 'binary' }>, node: LaneNode, j: number): void {
    const { f } = this.c;
    const { bits } = node;
    const ops = LANES[bits];
    const { a, b } = ex;
    const by = distanceOf(b);
    const full = node.low === FULL;
    if (by === undefined) this.shiftByCount(ex, bits, j);
    else if (ex.fn === 'shl') {
      // Nothing but zeros in bits that somebody asks for.
      if (by >= bits) return this.constant(0n, bits);
      this.push(a, bits, j);
      if (by > 0) f.i32(by).simd(ops.shl);
    } else {
      this.push(a, bits, j);
      if (a.signed && (full || by + node.low > a.width)) shiftRight(this.c.f, by, bits);
      else if (by > 0) f.i32(by).simd(ops.shrU);
    }
    if (ex.fn === 'shl' && full) wrapLanes(this.c.f, ex.width, ex.signed, bits);
  }

  /** By one distance for all lanes, known at run time. */
  private shiftByCount(ex: Extract<Ex, { op: 'binary' }>, bits: LaneBits, j: number): void {
    const { f } = this.c;
    const ops = LANES[bits];
    const { a, b, fn } = ex;
    const count = f.local(I32);
    const known = this.counts.get(b);
    if (known === undefined) this.c.emit.pushBits(this.c, b, I32);
    else f.get(known);
    f.set(count);
    // Distances count modulo the lane.
    const far = 2 ** b.width > bits;
    if (fn === 'shr' && a.signed) {
      if (far) {
        f.get(count)
          .i32(bits - 1)
          .get(count);
        f.i32(bits).op(OP.i32.lt_u).select().set(count);
      }
      this.push(a, bits, j);
      if (bits < 64) f.get(count).simd(ops.shrS);
      else shiftRightBy(f, count);
      return;
    }
    this.push(a, bits, j);
    f.get(count).simd(fn === 'shl' ? ops.shl : ops.shrU);
    if (!far) return;
    f.get(count).i32(bits).op(OP.i32.lt_u).simd(LANES[32].splat).simd(LANES[32].neg).simd(VECTOR.and);
  }

  private cat(ex: Extract<Ex, { op: 'cat' }>, node: LaneNode, j: number): void {
    const { f } = this.c;
    const { bits } = node;
    const width = Math.min(ex.width, node.low);
    let at = ex.width;
    let some = false;
    for (const part of ex.parts) {
      at -= part.width;
      if (at >= width || isZero(part)) continue;
      this.push(part, bits, j);
      if (part.signed && (node.low === FULL || at + part.width < width)) wrapLanes(this.c.f, part.width, false, bits);
      if (at > 0) f.i32(at).simd(LANES[bits].shl);
      if (some) f.simd(VECTOR.or);
      some = true;
    }
    if (!some) this.constant(0n, bits);
  }

  private unary(ex: Extract<Ex, { op: 'unary' }>, node: LaneNode, j: number): void {
    const { f } = this.c;
    const { bits } = node;
    const ops = LANES[bits];
    this.push(ex.a, bits, j);
    switch (ex.fn) {
      case 'not':
      case 'neg':
        f.simd(ex.fn === 'not' ? VECTOR.not : ops.neg);
        if (node.low === FULL && !isExactUnary(ex)) wrapLanes(this.c.f, ex.width, ex.signed, bits);
        return;
      case 'popcount':
      case 'reduceXor':
        if (ex.a.signed) wrapLanes(this.c.f, ex.a.width, false, bits);
        onesOfLanes(f, bits);
        if (ex.fn === 'reduceXor') wrapLanes(this.c.f, 1, false, bits);
        return;
      default:
        throw new Error(`${ex.fn} is a mask`);
    }
  }

  /** Lane by lane over the elements of a short vector. */
  private fold(ex: Extract<Ex, { op: 'fold' }>, node: LaneNode, j: number): void {
    const { c } = this;
    const { f } = c;
    const { bits } = node;
    const ops = LANES[bits];
    const { fn, body } = ex;
    const before = c.vars.get(ex.v);
    const values = this.values;
    const [sum, next] = [f.local(V128), f.local(V128)];
    for (let i = 0; i < ex.count; i++) {
      c.vars.set(ex.v, { fixed: i });
      this.values = new LaneValues();
      c.scoped(() => this.push(body, bits, j));
      if (i === 0) {
        f.set(sum);
        continue;
      }
      if (fn === 'sum') f.get(sum).simd(ops.add);
      else if (fn === 'max' || fn === 'min') {
        f.set(next);
        extremeOfLanes(f, fn, next, sum, bits, body.signed || bits > body.width);
      } else f.get(sum).simd(VECTOR[fn]);
      f.set(sum);
    }
    this.values = values;
    if (before === undefined) c.vars.delete(ex.v);
    else c.vars.set(ex.v, before);
    f.get(sum);
    const grows = ex.width >= body.width + Math.ceil(Math.log2(ex.count));
    if (fn === 'sum' && node.low === FULL && !(grows && (ex.signed || !body.signed)))
      wrapLanes(this.c.f, ex.width, ex.signed, bits);
  }
}
