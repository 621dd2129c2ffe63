/** Activations of narrow values as tables. */
import type { Activation, ElementType } from '../../network/stages.js';
import { activationFunction } from '../../network/run-activation.js';
import type { ChainModule } from '../chain.js';
import { codeBits, isSigned } from '../codes.js';

type LookupModule = Extract<ChainModule, { kind: 'lookup' }>;

/** Widest value that gets a table: 2^8 words are four LUTs of six inputs a bit of the code. */
const widest = 8;

/** The codes that an activation gives are those of its last step, or of the thresholds' type. */
const codeType = (activation: Activation, output: ElementType): ElementType => {
  const last = activation.kind === 'fixed' ? activation.steps.at(-1)?.result : undefined;
  return last === undefined ? output : { kind: 'int', ...last };
};

/** Whether one table can stand for all channels. */
function isShared(activation: Activation): boolean {
  const one = (values: readonly bigint[]): boolean => values.every((value) => value === values[0]);
  if (activation.kind === 'thresholds') return !activation.perChannel;
  return (
    activation.kind === 'fixed' && activation.steps.every(({ multiplier, addend }) => one(multiplier) && one(addend))
  );
}

/**
 * Whether a table is the smaller circuit, in LUTs of six inputs a lane: a table has 2^(X_W - 6) a bit of its code; a threshold
 * is a comparison by a constant of a quarter of a LUT a bit and one more in the count; a step of fixed point has a multiplier and an adder.
 */
function isSmaller(activation: Activation, width: number, codeWidth: number): boolean {
  const table = codeWidth * 2 ** Math.max(0, width - 6);
  if (activation.kind === 'thresholds') return table < activation.levels * (1 + width / 4);
  return activation.kind === 'fixed' && table < activation.steps.length * 4 * width;
}

export interface Lookup {
  readonly module: LookupModule;
  readonly signed: boolean;
}

/** `activation` on values of the given lanes as a table; undefined where that is not possible or not smaller. */
export function lookupFor(
  name: string,
  activation: Activation,
  output: ElementType,
  { lanes, width, signed }: { readonly lanes: number; readonly width: number; readonly signed: boolean },
): Lookup | undefined {
  if (width > widest || !isShared(activation)) return undefined;
  const type = codeType(activation, output);
  const OUT_W = codeBits(type);
  if (!isSmaller(activation, width, OUT_W)) return undefined;
  const activate = activationFunction(activation, output);
  const ENTRIES = 2 ** width;
  const valueOf = (bits: number): number => (signed && bits >= ENTRIES / 2 ? bits - ENTRIES : bits);
  const words = Array.from({ length: ENTRIES }, (_, bits) => BigInt.asUintN(OUT_W, BigInt(activate(valueOf(bits), 0))));
  return {
    module: {
      kind: 'lookup',
      params: { PE: lanes, ENTRIES, OUT_W },
      images: { TABLE: { file: `${name}.mem`, width: OUT_W, words } },
    },
    signed: isSigned(type),
  };
}
