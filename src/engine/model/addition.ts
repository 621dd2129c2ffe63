/** Residual addition by its definition, and its pipeline as a cycle model. */
import { ADDITION } from '../latency.js';
import { elements, packed, type PortModel, type Ports } from './port-model.js';
import { divideRounded } from './requantize.js';

/** How the operands are brought to one scale; names as in the header. */
export interface Addition {
  readonly rUp: number;
  readonly rZero: number;
  readonly rFactor: number;
  readonly rDrop: number;
  /** 1: the own result is multiplied. */
  readonly rSwap: number;
}

/** `(b - zero) * factor` in units of 2^-11, to the nearest whole number, and that divided by 2^drop, half away from zero. */
export function scaledOperand(
  b: number,
  { rZero, rFactor, rDrop }: Pick<Addition, 'rZero' | 'rFactor' | 'rDrop'>,
): bigint {
  const whole = divideRounded(BigInt(b - rZero) * BigInt(rFactor), 11, 1);
  return divideRounded(whole, rDrop, 2);
}

/** The sum of the values `own` and `other`, in 32 bits. */
export function addedValues(own: number, other: number, addition: Addition): bigint {
  const [a, b] = addition.rSwap === 1 ? [other, own] : [own, other];
  return BigInt.asIntN(32, (BigInt(a) << BigInt(addition.rUp)) + scaledOperand(b, addition));
}

export interface AdditionSizes {
  readonly P: number;
  readonly D: number;
  readonly XB: number;
}

/** Cycle model of `engine_addition`: sums by their definition, some cycles later. */
export class AdditionModel implements PortModel {
  readonly #sizes: AdditionSizes;
  /** Sums on their way, the newest first. */
  readonly #line: (bigint | undefined)[];

  constructor(sizes: AdditionSizes) {
    this.#sizes = sizes;
    this.#line = new Array<bigint | undefined>(ADDITION).fill(undefined);
  }

  settle(): Ports {
    const sums = this.#line.at(-1);
    return sums === undefined ? { out_valid: 0n } : { out_valid: 1n, sums };
  }

  tick(inputs: Ports): void {
    this.#line.pop();
    this.#line.unshift(inputs['in_valid'] === 1n ? this.#sums(inputs) : undefined);
  }

  reset(): void {
    this.#line.fill(undefined);
  }

  #sums(inputs: Ports): bigint {
    const { P, D, XB } = this.#sizes;
    const of = (name: string): bigint => inputs[name] ?? 0n;
    const signed = (name: string, width: number): number => Number(BigInt.asIntN(width, of(name)));
    const pixels = (name: string): number[] => elements(of(name), D * P, XB, of(`${name}_unsigned`) !== 1n).map(Number);
    const addition: Addition = {
      ...{ rUp: Number(of('up')), rZero: signed('zero_b', XB + 1), rFactor: signed('factor', 32) },
      ...{ rDrop: Number(of('drop')), rSwap: Number(of('swap')) },
    };
    const others = pixels('other');
    return packed(
      pixels('own').map((own, i) => addedValues(own, others[i] ?? 0, addition)),
      32,
    );
  }
}
