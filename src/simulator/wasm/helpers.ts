/**
 * Functions for values wider than 64 bits: little-endian 64-bit limbs in linear memory, addresses and lengths in i32.
 */
import type { ModuleWriter } from './encode.js';
import { FunctionWriter, I32, I64, OP, type ValType } from './function.js';

export interface Helpers {
  /** (dst, a, b, limbs) */
  readonly add: number;
  readonly sub: number;
  readonly and: number;
  readonly or: number;
  readonly xor: number;
  /** (dst, a, b, limbs): low limbs of the product; dst meets neither operand. */
  readonly mul: number;
  /** (dst, a, limbs) */
  readonly not: number;
  /** (dst, a, limbsOfA, limbs, signed) */
  readonly extend: number;
  /** (a, b, limbs) -> i32 */
  readonly eq: number;
  readonly ltU: number;
  readonly ltS: number;
  /** (dst, a, amount, limbs): amount below 64 * limbs; dst is not a. */
  readonly shl: number;
  /** (dst, a, amount, limbs, fill): bits from above are `fill`. */
  readonly shr: number;
  /** (dst, a, lowBit, limbs): bits from `lowBit` up; what lies above a is garbage. */
  readonly slice: number;
  /** (dst, bit, a, limbs): ors a into the bits from `bit` up. */
  readonly orAt: number;
  /** (dst, bit, value): the same for one limb. */
  readonly orLimbAt: number;
  /** (a, limbs) -> i32 */
  readonly popcount: number;
  /** (a, limbs) -> i32: below 2^31, larger values become 2^31 - 1. */
  readonly saturate: number;
}

const { i32, i64 } = OP;

/** The functions, each written into `module` when it is first asked for. */
export function defineHelpers(module: ModuleWriter): Helpers {
  const define = (
    params: number | readonly ValType[],
    result: readonly ValType[],
    body: (f: FunctionWriter) => void,
  ): number => {
    const types = typeof params === 'number' ? new Array<ValType>(params).fill(I32) : params;
    const f = new FunctionWriter(types.length);
    body(f);
    const index = module.declare(types, result);
    module.define(index, f.finish());
    return index;
  };
  /** Pushes the address of limb `i` of the operand in local `base`. */
  const at = (f: FunctionWriter, base: number, i: number): FunctionWriter =>
    f.get(base).get(i).i32(3).op(i32.shl, i32.add);

  const bitwise = (opcode: number): number =>
    define(4, [], (f) => {
      const i = f.local(I32);
      f.loopTo(i, 3, () => {
        at(f, 0, i);
        at(f, 1, i).mem('i64_load');
        at(f, 2, i).mem('i64_load').op(opcode).mem('i64_store');
      });
    });
  const carry = (subtract: boolean): number =>
    define(4, [], (f) => {
      const i = f.local(I32);
      const [c, a, b, sum] = [f.local(I64), f.local(I64), f.local(I64), f.local(I64)];
      f.loopTo(i, 3, () => {
        at(f, 1, i).mem('i64_load').set(a);
        at(f, 2, i).mem('i64_load').set(b);
        if (subtract) {
          f.get(a).get(b).op(i64.sub).set(sum);
          at(f, 0, i).get(sum).get(c).op(i64.sub).mem('i64_store');
          f.get(a).get(b).op(i64.lt_u).get(sum).get(c).op(i64.lt_u, i32.or, i64.extend_u).set(c);
        } else {
          f.get(a).get(b).op(i64.add).tee(sum).get(c).op(i64.add).set(b);
          f.get(sum).get(a).op(i64.lt_u).get(b).get(sum).op(i64.lt_u, i32.or, i64.extend_u).set(c);
          at(f, 0, i).get(b).mem('i64_store');
        }
      });
    });
  const less = (signed: boolean): number =>
    define(3, [I32], (f) => {
      const i = f.local(I32);
      const [x, y] = [f.local(I64), f.local(I64)];
      f.get(2).i32(1).op(i32.sub).set(i);
      const compare = (opcode: number): void => {
        at(f, 0, i).mem('i64_load').set(x);
        at(f, 1, i).mem('i64_load').set(y);
        f.get(x)
          .get(y)
          .op(i64.ne)
          .if(() => void f.get(x).get(y).op(opcode, 0x0f));
      };
      if (signed) {
        compare(i64.lt_s);
        f.get(i)
          .op(i32.eqz)
          .if(() => void f.i32(0).op(0x0f));
        f.get(i).i32(1).op(i32.sub).set(i);
      }
      f.op(0x03, 0x40);
      compare(i64.lt_u);
      f.get(i).i32(1).op(i32.sub).tee(i).i32(0).op(i32.ge_s, 0x0d, 0, 0x0b);
      f.i32(0);
    });

  const helpers: Helpers = lazily({
    add: () => carry(false),
    sub: () => carry(true),
    and: () => bitwise(i64.and),
    or: () => bitwise(i64.or),
    xor: () => bitwise(i64.xor),
    mul: () => define(4, [], (f) => multiply(f)),
    not: () =>
      define(3, [], (f) => {
        const i = f.local(I32);
        f.loopTo(i, 2, () => {
          at(f, 0, i);
          at(f, 1, i).mem('i64_load').i64(-1n).op(i64.xor).mem('i64_store');
        });
      }),
    extend: () =>
      define(5, [], (f) => {
        const fill = f.local(I32);
        f.get(0).get(1).get(2).i32(3).op(i32.shl).memoryCopy();
        f.get(4).if(() => {
          f.get(1)
            .get(2)
            .i32(3)
            .op(i32.shl, i32.add)
            .i32(4)
            .op(i32.sub)
            .mem('i32_load')
            .i32(31)
            .op(i32.shr_s)
            .set(fill);
        });
        f.get(0).get(2).i32(3).op(i32.shl, i32.add).get(fill).get(3).get(2).op(i32.sub).i32(3).op(i32.shl).memoryFill();
      }),
    eq: () =>
      define(3, [I32], (f) => {
        const i = f.local(I32);
        f.loopTo(i, 2, () => {
          at(f, 0, i).mem('i64_load');
          at(f, 1, i)
            .mem('i64_load')
            .op(i64.ne)
            .if(() => void f.i32(0).op(0x0f));
        });
        f.i32(1);
      }),
    ltU: () => less(false),
    ltS: () => less(true),
    shl: () =>
      define(4, [], (f) => {
        f.get(0).i32(0).get(3).i32(3).op(i32.shl).memoryFill();
        const [i, skip, count, s] = [f.local(I32), f.local(I32), f.local(I32), f.local(I64)];
        f.get(2).i32(6).op(i32.shr_u).set(skip);
        f.get(2).i32(63).op(i32.and, i64.extend_u).set(s);
        f.get(3).get(skip).op(i32.sub).set(count);
        const target = (extra: number): void =>
          void f.get(0).get(i).get(skip).op(i32.add).i32(3).op(i32.shl, i32.add).i32(extra).op(i32.add);
        f.loopTo(i, count, () => {
          target(0);
          target(0);
          f.mem('i64_load');
          at(f, 1, i).mem('i64_load').get(s).op(i64.shl, i64.or).mem('i64_store');
          f.get(s)
            .op(i64.eqz, i32.eqz)
            .get(i)
            .i32(1)
            .op(i32.add)
            .get(count)
            .op(i32.lt_s, i32.and)
            .if(() => {
              target(8);
              at(f, 1, i).mem('i64_load').i64(64n).get(s).op(i64.sub, i64.shr_u).mem('i64_store');
            });
        });
      }),
    shr: () =>
      define([I32, I32, I32, I32, I64], [], (f) => {
        const [i, j, s] = [f.local(I32), f.local(I32), f.local(I64)];
        f.get(2).i32(63).op(i32.and, i64.extend_u).set(s);
        const limb = (extra: number): void => {
          f.get(j).i32(extra).op(i32.add).get(3).op(i32.lt_s);
          f.if(
            () =>
              void f
                .get(1)
                .get(j)
                .i32(3)
                .op(i32.shl, i32.add)
                .mem('i64_load', 8 * extra),
            () => void f.get(4),
            I64,
          );
        };
        f.loopTo(i, 3, () => {
          f.get(i).get(2).i32(6).op(i32.shr_u, i32.add).set(j);
          at(f, 0, i);
          limb(0);
          f.get(s).op(i64.shr_u);
          // A shift by 64 would be one by 0: shift by one and by the rest.
          limb(1);
          f.i64(1n).op(i64.shl).i64(63n).get(s).op(i64.sub, i64.shl, i64.or).mem('i64_store');
        });
      }),
    slice: () =>
      define(4, [], (f) => {
        const [i, s, src] = [f.local(I32), f.local(I64), f.local(I32)];
        f.get(1).get(2).i32(3).op(i32.shr_u, i32.add).set(src);
        f.get(2).i32(7).op(i32.and, i64.extend_u).tee(s).op(i64.eqz);
        f.if(
          () => void f.get(0).get(src).get(3).i32(3).op(i32.shl).memoryCopy(),
          () => {
            f.loopTo(i, 3, () => {
              at(f, 0, i);
              at(f, src, i).mem('i64_load').get(s).op(i64.shr_u);
              at(f, src, i).mem('i64_load8_u', 8).i64(64n).get(s).op(i64.sub, i64.shl, i64.or).mem('i64_store');
            });
          },
        );
      }),
    orLimbAt: () =>
      define([I32, I32, I64], [], (f) => {
        const [address, shift] = [f.local(I32), f.local(I64)];
        f.get(0).get(1).i32(3).op(i32.shr_u, i32.add).set(address);
        f.get(1).i32(7).op(i32.and, i64.extend_u).set(shift);
        f.get(address).get(address).mem('i64_load').get(2).get(shift).op(i64.shl, i64.or).mem('i64_store');
        f.get(shift)
          .op(i64.eqz, i32.eqz)
          .if(() => {
            f.get(address).get(address).mem('i32_load8_u', 8);
            f.get(2).i64(64n).get(shift).op(i64.sub, i64.shr_u, i32.wrap, i32.or).mem('i32_store8', 8);
          });
      }),
    orAt: () =>
      define(4, [], (f) => {
        const i = f.local(I32);
        f.loopTo(i, 3, () => {
          f.get(0).get(i).i32(3).op(i32.shl, i32.add).get(1);
          at(f, 2, i).mem('i64_load').call(helpers.orLimbAt);
        });
      }),
    popcount: () =>
      define(2, [I32], (f) => {
        const [i, sum] = [f.local(I32), f.local(I64)];
        f.loopTo(i, 1, () => {
          at(f, 0, i).mem('i64_load').op(i64.popcnt).get(sum).op(i64.add).set(sum);
        });
        f.get(sum).op(i32.wrap);
      }),
    saturate: () =>
      define(2, [I32], (f) => {
        const [i, high] = [f.local(I32), f.local(I64)];
        f.loopTo(i, 1, () => {
          f.get(high);
          at(f, 0, i).mem('i64_load').get(i).op(i32.eqz, i64.extend_u).i64(31n).op(i64.mul, i64.shr_u);
          f.op(i64.or).set(high);
        });
        f.i32(0x7fffffff).get(0).mem('i32_load').get(high).op(i64.eqz, i32.eqz).select();
      }),
  });
  return helpers;
}

/** Numbers that are worked out when somebody asks for them. */
function lazily(makers: { readonly [K in keyof Helpers]: () => number }): Helpers {
  const out: Partial<Record<keyof Helpers, number>> = {};
  for (const name of Object.keys(makers) as (keyof Helpers)[]) {
    let known: number | undefined;
    Object.defineProperty(out, name, { get: () => (known ??= makers[name]()) });
  }
  return out as Helpers;
}

/** Schoolbook multiplication on 32-bit digits: (dst, a, b, limbs). */
function multiply(f: FunctionWriter): void {
  const [i, j, digits, left] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32)];
  const [c, x] = [f.local(I64), f.local(I64)];
  f.get(3).i32(1).op(i32.shl).set(digits);
  f.get(0).i32(0).get(3).i32(3).op(i32.shl).memoryFill();
  const digit = (base: number, index: number): FunctionWriter => f.get(base).get(index).i32(2).op(i32.shl, i32.add);
  f.loopTo(i, digits, () => {
    digit(1, i).mem('i64_load32_u').set(x);
    f.i64(0n).set(c);
    f.get(digits).get(i).op(i32.sub).set(left);
    f.loopTo(j, left, () => {
      const target = (): FunctionWriter => f.get(0).get(i).get(j).op(i32.add).i32(2).op(i32.shl, i32.add);
      target().mem('i64_load32_u');
      f.get(x);
      digit(2, j).mem('i64_load32_u').op(i64.mul, i64.add).get(c).op(i64.add).set(c);
      target().get(c).op(i32.wrap).mem('i32_store');
      f.get(c).i64(32n).op(i64.shr_u).set(c);
    });
  });
}
