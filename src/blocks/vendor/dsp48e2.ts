/**
 * AMD's DSP48E2 (UG579) as a black box, the subset that multiplies and adds: no pre-adder, no cascades, no pattern
 * detector; control inputs (OPMODE, ALUMODE, INMODE, CARRYIN) unregistered, the output always registered.
 *
 * X and Y of OPMODE are the product (`01 01`), or X is 0, P or A:B and Y is 0 or C; Z and W are 0, P or C.
 */
import type { BlackBoxModel, PortBits } from '../../circuit/index.js';
import { bool, defineBlackBox, input, natParam, output, uint } from '../../hdl/index.js';

const registered = (doc: string) => natParam({ default: 1, min: 0, max: 1, doc });

export const Dsp48e2 = defineBlackBox({
  name: 'dsp48e2',
  doc: 'multiplier and adder of the DSP column, with its pipeline registers',
  module: 'DSP48E2',
  params: {
    AREG: registered('register of A'),
    ACASCREG: registered('as AREG'),
    BREG: registered('register of B'),
    BCASCREG: registered('as BREG'),
    CREG: registered('register of C'),
    MREG: registered('register of the product'),
  },
  ports: () => ({
    a: input(uint(30)),
    b: input(uint(18)),
    c: input(uint(48)),
    opmode: input(uint(9)),
    alumode: input(uint(4)),
    inmode: input(uint(5)),
    carryin: input(bool()),
    cea2: input(bool(), 'enables the register of A, and so on'),
    ceb2: input(bool()),
    cec: input(bool()),
    cem: input(bool()),
    cep: input(bool()),
    rstp: input(bool(), 'clears P'),
    p: output(uint(48)),
  }),
  pins: {
    ...{ a: 'A', b: 'B', c: 'C', opmode: 'OPMODE', alumode: 'ALUMODE', inmode: 'INMODE', carryin: 'CARRYIN' },
    ...{ cea2: 'CEA2', ceb2: 'CEB2', cec: 'CEC', cem: 'CEM', cep: 'CEP', rstp: 'RSTP', p: 'P' },
  },
  fixed: {
    ...{ PREG: 1, OPMODEREG: 0, ALUMODEREG: 0, INMODEREG: 0, CARRYINREG: 0, CARRYINSELREG: 0 },
    ...{ USE_MULT: 'MULTIPLY', AMULTSEL: 'A', BMULTSEL: 'B' },
  },
  clock: 'CLK',
  source: 'DSP48E2.sv',
  model: (params) => multiplyAdd(params),
});

const wrap = (value: bigint): bigint => BigInt.asUintN(48, value);

function multiplyAdd({ AREG = 1, BREG = 1, CREG = 1, MREG = 1 }: Readonly<Record<string, number>>): BlackBoxModel {
  let [a, b, c, m, p] = [0n, 0n, 0n, 0n, 0n];
  return {
    evaluate: () => ({ p }),
    clock: (inputs) => {
      const { a: inA = 0n, b: inB = 0n, c: inC = 0n, cea2, ceb2, cec, cem, cep, rstp } = inputs;
      const [seenA, seenB, seenC] = [AREG === 1 ? a : inA, BREG === 1 ? b : inB, CREG === 1 ? c : inC];
      // The multiplier takes 27 of the 30 bits of A.
      const product = wrap(BigInt.asIntN(27, seenA) * BigInt.asIntN(18, seenB));
      const sum = aluOf(inputs, { m: MREG === 1 ? m : product, c: seenC, p, ab: (seenA << 18n) | seenB });
      if (rstp === 1n) p = 0n;
      else if (cep === 1n) p = sum;
      if (cem === 1n) m = product;
      if (cec === 1n) c = inC;
      if (ceb2 === 1n) b = inB;
      if (cea2 === 1n) a = inA;
    },
    save: () => [a, b, c, m, p],
    restore: (state) => {
      [a, b, c, m, p] = [state[0] ?? 0n, state[1] ?? 0n, state[2] ?? 0n, state[3] ?? 0n, state[4] ?? 0n];
    },
  };
}

interface Operands {
  readonly m: bigint;
  readonly c: bigint;
  readonly p: bigint;
  readonly ab: bigint;
}

/** The four multiplexers and the adder behind them. */
function aluOf({ opmode = 0n, alumode = 0n, inmode = 0n, carryin = 0n }: PortBits, { m, c, p, ab }: Operands): bigint {
  const choose = (low: number, width: number, from: readonly (bigint | undefined)[]): bigint => {
    const code = Number(BigInt.asUintN(width, opmode >> BigInt(low)));
    const value = from[code];
    if (value === undefined) throw outside('OPMODE', opmode);
    return value;
  };
  if (inmode !== 0n) throw outside('INMODE', inmode);
  const multiplies = (opmode & 0xfn) === 0b0101n;
  const xy = multiplies ? m : choose(0, 2, [0n, undefined, p, ab]) + choose(2, 2, [0n, undefined, undefined, c]);
  const rest = choose(7, 2, [0n, p, undefined, c]) + xy + carryin;
  const z = choose(4, 3, [0n, undefined, p, c]);
  switch (alumode) {
    case 0b0000n:
      return wrap(z + rest);
    case 0b0001n:
      return wrap(rest - z - 1n);
    case 0b0010n:
      return wrap(-z - rest - 1n);
    case 0b0011n:
      return wrap(z - rest);
    default:
      throw outside('ALUMODE', alumode);
  }
}

const outside = (name: string, value: bigint): Error =>
  new Error(`DSP48E2: ${name} ${value.toString(2)} is outside of the modelled subset`);
