/** Casts of float32: circuit, cycle model and Verilator in lockstep; codes by the arithmetic of doubles, which is exact here. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { type CastFormat, castNumber, FloatCastModel } from '../../../src/blocks/arith/float-cast.model.js';
import {
  codeTypes,
  formatFields,
  makeFloatCast,
  makeFloatCastFormat,
  type Rounding,
  roundings,
} from '../../../src/blocks/arith/index.js';
import { verifyBlock } from '../../../src/cosim/block-harness.js';
import { bindStream } from '../../../src/cosim/channel-model.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { channel, compile, elaborate, type Simulation } from '../../../src/simulator/index.js';
import { emitText } from '../emit-text.js';
import { expectAgreement, turnedStalls } from '../module-bench.js';

const view = new DataView(new ArrayBuffer(4));
const bitsOf = (value: number): bigint => {
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
};
const valueOf = (bits: bigint): number => {
  view.setUint32(0, Number(bits));
  return view.getFloat32(0);
};

/** x * 2^frac is exact in a double, and so is what is left of it above its floor. */
function expected(bits: bigint, { type, bits: width, frac, rounding }: CastFormat): bigint {
  const x = valueOf(bits);
  if (type === 'bipolar') return x < 0 ? 0n : 1n;
  const [least, greatest] = type === 'signed' ? [-(2 ** (width - 1)), 2 ** (width - 1) - 1] : [0, 2 ** width - 1];
  if (Number.isNaN(x)) return 0n;
  const scaled = x * 2 ** frac;
  const floor = Math.floor(scaled);
  const left = scaled - floor;
  const tie: Readonly<Record<Rounding, boolean>> = {
    ...{ floor: false, to_zero: false, half_up: true, half_away: scaled > 0, half_even: Math.abs(floor % 2) === 1 },
  };
  const nearest = left > 0.5 || (left === 0.5 && tie[rounding]);
  const up = { floor: false, to_zero: scaled < 0 && left > 0 }[rounding as string] ?? nearest;
  const code = Number.isFinite(scaled) && up ? floor + 1 : floor;
  return BigInt(Math.min(greatest, Math.max(least, code)));
}

/** Every exponent with both signs: the ends of its fractions, a half, and random ones. */
function everyExponent(random: ReturnType<typeof randomStream>, more: number): bigint[] {
  return Array.from({ length: 512 }, (_, k) => BigInt(k) << 23n).flatMap((head) =>
    [0n, 1n, 0x400000n, 0x7fffffn, ...Array.from({ length: more }, () => random.nextBigInt(23))].map((f) => head | f),
  );
}

/** Numbers whose codes are near halves and near the ends of the range. */
const nearHalves = (random: ReturnType<typeof randomStream>, { bits, frac }: CastFormat, count: number): bigint[] =>
  Array.from({ length: count }, () => {
    const code = (random.nextInt(8) - 4) / 8 + random.nextInt(2 ** Math.min(bits, 20) + 8) - 2 ** (bits - 1) - 4;
    return bitsOf(Math.fround(code * 2 ** -frac));
  });

const formats = (['signed', 'unsigned'] as const).flatMap((type, i) =>
  roundings.flatMap((rounding, j) =>
    [
      { bits: 1, frac: [0, 7, 40, 126, 1][(i + j) % 5]! },
      { bits: 8, frac: [4, 0, 9, 130, 133][(i + j) % 5]! },
      { bits: [2, 24, 25, 31, 32][(i + j) % 5]!, frac: [3, 10, 0, 24, 127][j]! },
    ].map((size): CastFormat => ({ type, rounding, ...size })),
  ),
);

/** Thousands of values are the same: says the first that is not. */
function expectSame(got: readonly bigint[], should: readonly bigint[], of: readonly bigint[]): void {
  const k = should.findIndex((value, at) => value !== got[at]);
  expect(k < 0 ? [] : [k, valueOf(of[k]!), got[k]]).toEqual(k < 0 ? [] : [k, valueOf(of[k]!), should[k]]);
  expect(got.length).toBe(should.length);
}

/** Codes of numbers from a simulation that runs without stalls. */
function run(sim: Simulation, numbers: readonly bigint[], user?: readonly bigint[]): bigint[] {
  const codes: bigint[] = [];
  sim.poke('aresetn', 0);
  sim.tick();
  sim.poke('aresetn', 1);
  sim.poke('m_axis_tready', 1);
  for (let k = 0; k < numbers.length + 3; k++) {
    sim.poke('s_axis_tvalid', k < numbers.length ? 1 : 0);
    sim.poke('s_axis_tdata', numbers[k] ?? 0n);
    if (user !== undefined) sim.poke('s_axis_tuser', user[k] ?? 0n);
    sim.settle();
    if (sim.peek('m_axis_tvalid') === 1n) codes.push(sim.peek('m_axis_tdata'));
    sim.tick();
  }
  return codes;
}

const word = ({ type, bits, frac }: CastFormat): bigint =>
  (BigInt.asUintN(8, BigInt(frac)) << BigInt(formatFields.FRAC[0])) |
  (BigInt(bits - 1) << BigInt(formatFields.BITS[0])) |
  (BigInt(codeTypes.indexOf(type)) << BigInt(formatFields.TYPE[0]));

describe('float_cast with a format of its own', () => {
  it.each(formats.map((format) => [`${format.type} ${format.rounding} W=${format.bits} FRAC=${format.frac}`, format]))(
    '%s: all exponents',
    (_, each) => {
      const format = each;
      const random = randomStream(1n, 'numbers');
      const numbers = [...everyExponent(random, 2), ...nearHalves(random, format, 500)];
      const circuit = elaborate(buildDesign(makeFloatCast(format.type as 'signed', format.rounding)), {
        params: { W: format.bits, FRAC: format.frac },
      });
      const should = numbers.map((number) => expected(number, format));
      const model = numbers.map((number) => castNumber(number, format));
      expectSame(model, should, numbers);
      const codes = should.map((code) => BigInt.asUintN(format.bits, code));
      expectSame(run(compile(circuit), numbers), codes, numbers);
    },
  );

  it.each([
    ['signed', 'half_even', 9, 12, true],
    ['unsigned', 'half_away', 5, 0, false],
  ] as const)('%s %s streams under all stall patterns', async (type, rounding, W, FRAC, verilator) => {
    const format: CastFormat = { type, rounding, bits: W, frac: FRAC };
    const code = (number: bigint): bigint => BigInt.asUintN(W, castNumber(number, format));
    await expectAgreement({
      design: buildDesign(makeFloatCast(type, rounding)),
      params: { W, FRAC },
      model: (i, o) => new FloatCastModel(i, o, code),
      inputs: (random, count) => nearHalves(random, format, count),
      reference: (numbers) => numbers.map((number) => BigInt.asUintN(W, expected(number, format))),
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles: 3 },
        fullRate: ['s_axis', 'm_axis'],
        capacity: { stream: 's_axis', beats: 3 },
        paths: ['m_axis_tready -> s_axis_tready'],
      },
      verilator,
    });
  });
});

describe('float_cast with a format beside every number', () => {
  const design = buildDesign(makeFloatCastFormat('half_even'));
  const random = randomStream(2n, 'formats');
  const anyFormat = (): CastFormat => ({
    type: codeTypes[random.nextInt(3)]!,
    ...{ bits: 1 + random.nextInt(32), frac: random.nextInt(256) - 128, rounding: 'half_even' },
  });
  const few = Array.from({ length: 60 }, anyFormat);
  const codeOf = (number: bigint, format: CastFormat): bigint => BigInt.asUintN(32, expected(number, format));

  it('is the same in circuit, model and Verilator, for all exponents', async () => {
    const { participants } = await designParticipants({ design, params: { W: 32 }, text: emitText(design) });
    const numbers = [...everyExponent(random, 4), ...few.flatMap((format) => nearHalves(random, format, 40))];
    const beside = numbers.map((_, k) => (k < 4096 ? anyFormat() : few[Math.floor((k - 4096) / 40)]!));
    const should = numbers.map((number, k) => codeOf(number, beside[k]!));
    const model = numbers.map((number, k) => BigInt.asUintN(32, castNumber(number, beside[k]!)));
    expectSame(model, should, numbers);
    const sims = [compile(elaborate(design, { params: { W: 32 } })), ...participants.slice(1).map((p) => p.create())];
    for (const sim of sims) expectSame(run(sim, numbers, beside.map(word)), should, numbers);
  });

  it('streams under all stall patterns', async () => {
    const byWord = new Map(few.map((format) => [word(format), format]));
    interface Beat {
      readonly number: bigint;
      readonly format: bigint;
    }
    const code = ({ number, format }: Beat): bigint => BigInt.asUintN(32, castNumber(number, byWord.get(format)!));
    const bench = await designParticipants({
      ...{ design, params: { W: 32 }, text: emitText(design), scrambles: [1] },
      model: (streams) => {
        const [input, output] = [channel<Beat>({ number: 0n, format: word(few[0]!) }), channel(0n)];
        return {
          model: new FloatCastModel(input, output, code),
          streams: streams.map((stream) =>
            stream.role === 'sink'
              ? bindStream(
                  stream,
                  input,
                  ({ number, format }) => ({ tdata: number, tuser: format }),
                  ({ tdata = 0n, tuser = 0n }) => ({ number: tdata, format: tuser }),
                )
              : bindStream(
                  stream,
                  output,
                  (tdata) => ({ tdata }),
                  ({ tdata = 0n }) => tdata,
                ),
          ),
        };
      },
    });
    const report = verifyBlock({
      ...bench,
      ...{ subject: design.top, params: { W: 32 }, capacity: 3 },
      inputs: (stream, count) => ({
        s_axis: Array.from({ length: count }, () => {
          const format = few[stream.nextInt(few.length)]!;
          return { tdata: nearHalves(stream, format, 1)[0]!, tuser: word(format) };
        }),
      }),
      reference: ({ s_axis = [] }) => ({
        m_axis: s_axis.map(({ tdata = 0n, tuser = 0n }) => ({ tdata: codeOf(tdata, byWord.get(tuser)!) })),
      }),
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles: 3 },
        fullRate: ['s_axis', 'm_axis'],
        paths: ['m_axis_tready -> s_axis_tready'],
      },
      effort: { beats: 40, resets: 6, stalls: turnedStalls(3) },
    });
    expect(report.failures).toEqual([]);
  });
});
