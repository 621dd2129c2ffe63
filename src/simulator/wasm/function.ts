/** One function under construction: locals by type, structured control, arithmetic by name. */
import { Bytes, I32, I64, V128, type ValType } from './encode.js';

/** Opcodes without immediates. */
export const OP = {
  i32: {
    eqz: 0x45,
    eq: 0x46,
    ne: 0x47,
    lt_s: 0x48,
    lt_u: 0x49,
    gt_s: 0x4a,
    gt_u: 0x4b,
    le_s: 0x4c,
    le_u: 0x4d,
    ge_s: 0x4e,
    ge_u: 0x4f,
    popcnt: 0x69,
    add: 0x6a,
    sub: 0x6b,
    mul: 0x6c,
    and: 0x71,
    or: 0x72,
    xor: 0x73,
    shl: 0x74,
    shr_s: 0x75,
    shr_u: 0x76,
    wrap: 0xa7,
    extend8: 0xc0,
    extend16: 0xc1,
  },
  i64: {
    eqz: 0x50,
    eq: 0x51,
    ne: 0x52,
    lt_s: 0x53,
    lt_u: 0x54,
    gt_s: 0x55,
    gt_u: 0x56,
    le_s: 0x57,
    le_u: 0x58,
    ge_s: 0x59,
    ge_u: 0x5a,
    popcnt: 0x7b,
    add: 0x7c,
    sub: 0x7d,
    mul: 0x7e,
    and: 0x83,
    or: 0x84,
    xor: 0x85,
    shl: 0x86,
    shr_s: 0x87,
    shr_u: 0x88,
    extend_s: 0xac,
    extend_u: 0xad,
    extend8: 0xc2,
    extend16: 0xc3,
    extend32: 0xc4,
  },
} as const;

/** Loads and stores: opcode and log2 of the bytes. */
export const MEM = {
  i32_load: [0x28, 2],
  i64_load: [0x29, 3],
  i32_load8_s: [0x2c, 0],
  i32_load8_u: [0x2d, 0],
  i32_load16_s: [0x2e, 1],
  i32_load16_u: [0x2f, 1],
  i64_load8_u: [0x31, 0],
  i64_load32_u: [0x35, 2],
  i32_store: [0x36, 2],
  i64_store: [0x37, 3],
  i32_store8: [0x3a, 0],
  i32_store16: [0x3b, 1],
} as const;

export type MemOp = keyof typeof MEM;

export class FunctionWriter {
  readonly code = new Bytes();
  private readonly locals: ValType[] = [];
  constructor(private readonly params: number) {}

  local(type: ValType): number {
    return this.params + this.locals.push(type) - 1;
  }

  op(a: number, b?: number, c?: number, d?: number): this {
    this.code.byte(a);
    if (b !== undefined) this.code.byte(b);
    if (c !== undefined) this.code.byte(c);
    if (d !== undefined) this.code.byte(d);
    return this;
  }
  get(local: number): this {
    this.code.byte(0x20).u32(local);
    return this;
  }
  set(local: number): this {
    this.code.byte(0x21).u32(local);
    return this;
  }
  tee(local: number): this {
    this.code.byte(0x22).u32(local);
    return this;
  }
  i32(value: number): this {
    this.code.byte(0x41).s32(value);
    return this;
  }
  i64(value: bigint): this {
    this.code.byte(0x42).s64(value);
    return this;
  }
  mem(op: MemOp, offset = 0): this {
    this.code.byte(MEM[op][0]).byte(0).u32(offset);
    return this;
  }
  /** A vector instruction without immediates. */
  simd(opcode: number): this {
    this.code.byte(0xfd).u32(opcode);
    return this;
  }
  /** A vector load or store. */
  simdMem(opcode: number, offset: number): this {
    this.code.byte(0xfd).u32(opcode).byte(0).u32(offset);
    return this;
  }
  /** Stores one lane of the vector on the stack. */
  simdStoreLane(opcode: number, offset: number, lane: number): this {
    this.code.byte(0xfd).u32(opcode).byte(0).u32(offset).byte(lane);
    return this;
  }
  /** A vector constant or the lanes of a shuffle: sixteen bytes. */
  simdBytes(opcode: number, bytes: ArrayLike<number>): this {
    this.code.byte(0xfd).u32(opcode);
    for (let i = 0; i < 16; i++) this.code.byte(bytes[i] ?? 0);
    return this;
  }
  call(index: number): this {
    this.code.byte(0x10).u32(index);
    return this;
  }
  select(): this {
    return this.op(0x1b);
  }
  /** dst, src, length are on the stack. */
  memoryCopy(): this {
    return this.op(0xfc, 0x0a, 0, 0);
  }
  /** dst, byte, length are on the stack. */
  memoryFill(): this {
    return this.op(0xfc, 0x0b, 0);
  }

  /** `if` on the i32 on the stack; with `result` both arms leave one value. */
  if(then: () => void, otherwise?: () => void, result?: ValType): this {
    this.op(0x04, result ?? 0x40);
    then();
    if (otherwise !== undefined) {
      this.op(0x05);
      otherwise();
    }
    return this.op(0x0b);
  }

  /** Runs `body` for `counter` = 0 .. count - 1, or downwards. */
  loop(counter: number, count: number, body: () => void, down = false): this {
    this.i32(down ? count - 1 : 0)
      .set(counter)
      .op(0x03, 0x40);
    body();
    if (down) this.get(counter).i32(1).op(OP.i32.sub).tee(counter).i32(0).op(OP.i32.ge_s);
    else this.get(counter).i32(1).op(OP.i32.add).tee(counter).i32(count).op(OP.i32.lt_s);
    return this.op(0x0d, 0, 0x0b);
  }

  /** Runs `body` for `counter` = 0, step, 2 step, .. below `limit`, at least once. */
  loopBy(counter: number, step: number, limit: number, body: () => void): this {
    this.i32(0).set(counter).op(0x03, 0x40);
    body();
    this.get(counter).i32(step).op(OP.i32.add).tee(counter).i32(limit).op(OP.i32.lt_s);
    return this.op(0x0d, 0, 0x0b);
  }

  /** Runs `body` for `counter` = 0 .. limit - 1 with a limit in a local that is at least 1. */
  loopTo(counter: number, limit: number, body: () => void): this {
    this.i32(0).set(counter).op(0x03, 0x40);
    body();
    this.get(counter).i32(1).op(OP.i32.add).tee(counter).get(limit).op(OP.i32.lt_s);
    return this.op(0x0d, 0, 0x0b);
  }

  /** Locals and code as a function body. */
  finish(): Bytes {
    const body = new Bytes();
    const runs: { count: number; type: ValType }[] = [];
    for (const type of this.locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ count: 1, type });
    }
    body.u32(runs.length);
    for (const run of runs) body.u32(run.count).byte(run.type);
    return body.append(this.code).byte(0x0b);
  }
}

export { I32, I64, V128, type ValType };
