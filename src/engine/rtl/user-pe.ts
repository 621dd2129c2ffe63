/** A processing element of one's own, written in Verilog, in the place of `engine_pe`. */
import type { BlackBoxBehaviour, BlackBoxModel } from '../../circuit/index.js';
import { defineBlackBox } from '../../hdl/index.js';
import { engineError } from '../errors.js';
import { ACCUMULATE, PRODUCT } from '../latency.js';
import { peParams, pePorts, type PeTemplate } from './pe.js';

/** Cycles from the operands of a processing element to its sum. */
export const PE_LATENCY = PRODUCT + ACCUMULATE;

/** Widths of an instance. */
export interface PeWidths {
  readonly X_W: number;
  readonly W_W: number;
  readonly ACC_W: number;
}

/** What there is to say about a module with the ports of `engine_pe`. */
export interface PeSpec {
  /** snake_case name in the circuit. */
  readonly name: string;
  readonly doc: string;
  /** Cycles from x and w to the sum: {@link PE_LATENCY}, whatever happens in between. */
  readonly latency: number;
  /** Name of the module in Verilog; `name` unless told otherwise. It has parameters X_W, W_W, ACC_W and a clock `aclk`. */
  readonly module?: string;
  /** File with its Verilog. */
  readonly source?: string;
  /** What a pair of operands adds to the sum. Sums and shadow registers are those of `engine_pe`. */
  readonly product: (x: bigint, w: bigint, widths: PeWidths) => bigint;
}

/**
 * A template for `engineCore(engine, { pe })`. It is printed as an instance of the user's module and simulated by `product`.
 * Throws H2202 when the module says that it has another latency: everything behind the array counts with this one.
 */
export function definePe({ name, doc, latency, product, module = name, source }: PeSpec): PeTemplate {
  if (latency !== PE_LATENCY)
    throw engineError(
      'H2202',
      name,
      `its sums take ${latency} cycles, the engine counts with ${PE_LATENCY}`,
      'a register for the product, one for the sum; the shadow register comes on top',
    );
  return defineBlackBox({
    ...{ name, doc, module, params: peParams, ports: pePorts, clock: 'aclk', model: behaviourOf(product) },
    ...(source === undefined ? {} : { source }),
  });
}

const behaviourOf =
  (product: PeSpec['product']): BlackBoxBehaviour =>
  ({ X_W = 1, W_W = 1, ACC_W = 1 }) => {
    const widths = { X_W, W_W, ACC_W };
    let [next, sum, shadow] = [0n, 0n, 0n];
    const model: BlackBoxModel = {
      evaluate: () => ({ shadow }),
      clock: ({ first, load, x = 0n, w = 0n, shadow_in = 0n }) => {
        shadow = load === 1n ? sum : shadow_in;
        sum = BigInt.asUintN(ACC_W, (first === 1n ? 0n : sum) + next);
        next = BigInt.asUintN(ACC_W, product(BigInt.asIntN(X_W, x), BigInt.asIntN(W_W, w), widths));
      },
      save: () => [next, sum, shadow],
      restore: ([a = 0n, b = 0n, c = 0n]) => {
        [next, sum, shadow] = [a, b, c];
      },
    };
    return model;
  };
