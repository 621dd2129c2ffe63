/** Steps as requantizers: the function of the integer executor, for every kind of step that the importers make. */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../src/base/random.js';
import { requantizers, type ValueFlow } from '../../src/dataflow/requantizers.js';
import { simplifySteps } from '../../src/dataflow/simplify-steps.js';
import { packBigLanes, readBigLanes } from '../../src/dataflow/stages/lanes.js';
import { makeRequantize, requantizeName } from '../../src/dataflow/stages/requantize.js';
import { RequantizeModel } from '../../src/dataflow/stages/requantize.model.js';
import { buildDesign } from '../../src/hdl/index.js';
import { activationFunction } from '../../src/network/run-activation.js';
import { doublingHighMul, multiplyByFactor, roundingDivideByPot } from '../../src/network/requantize.js';
import { fixedStep } from '../../src/network/run-stages.js';
import type { FixedStep, RoundingMode } from '../../src/network/stages.js';
import { channel, compile, elaborate } from '../../src/simulator/index.js';

type Planned = ReturnType<typeof requantizers>[number]['module'];

/** Results of all values through the modules, one behind the other, by `run`. Value i belongs to channel i mod channels. */
function through(
  modules: readonly Planned[],
  flow: ValueFlow,
  values: readonly bigint[],
  run: (module: Planned, beats: readonly bigint[]) => bigint[],
): bigint[] {
  let [list, width] = [values, flow.width];
  let signed = flow.signed;
  for (const module of modules) {
    const beats = Array.from({ length: list.length / flow.lanes }, (_, n) =>
      packBigLanes(list.slice(n * flow.lanes, (n + 1) * flow.lanes), width),
    );
    [width, signed] = [module.params.OUT_W, module.requantize.signedOutput];
    list = run(module, beats).flatMap((beat) => readBigLanes(beat, flow.lanes, width, signed));
  }
  return [...list];
}

function byModel({ requantize, params, images }: Planned, beats: readonly bigint[]): bigint[] {
  const [input, output] = [channel(0n), channel(0n)];
  const model = new RequantizeModel(input, output, requantize, params, images);
  const out: bigint[] = [];
  output.ready = true;
  for (let n = 0; out.length < beats.length; n++) {
    input.valid = n < beats.length;
    input.data = beats[n] ?? 0n;
    model.settle();
    if (output.valid) out.push(output.data);
    model.tick();
  }
  return out;
}

function byCircuit({ requantize, params, images }: Planned, beats: readonly bigint[]): bigint[] {
  const design = buildDesign(makeRequantize(requantize));
  const sim = compile(elaborate(design, { params, images }));
  const out: bigint[] = [];
  sim.poke('aresetn', 0);
  sim.tick();
  sim.poke('aresetn', 1);
  sim.poke('m_axis_tready', 1);
  for (let n = 0; out.length < beats.length; n++) {
    sim.poke('s_axis_tvalid', n < beats.length ? 1 : 0);
    sim.poke('s_axis_tdata', beats[n] ?? 0n);
    sim.settle();
    if (sim.peek('m_axis_tvalid') === 1n) out.push(sim.peek('m_axis_tdata'));
    sim.tick();
  }
  return out;
}

/** Corners of the range, values around `near` (where ties are), and random ones; whole beats and whole rounds of channels. */
function valuesOf(random: RandomStream, flow: ValueFlow, near: readonly bigint[] = []): bigint[] {
  const { width, signed, lanes, channels, range } = flow;
  const half = 1n << BigInt(width - (signed ? 1 : 0));
  const least = BigInt(range?.min ?? (signed ? -half : 0n));
  const most = BigInt(range?.max ?? half - 1n);
  const inside = (value: bigint): bigint => (value < least ? least : value > most ? most : value);
  const corners = [least, least + 1n, -1n, 0n, 1n, most - 1n, most];
  const around = near.flatMap((value) => [value - 1n, value, value + 1n]);
  const drawn = Array.from({ length: 60 }, () => {
    const bits = 1 + random.nextInt(width);
    const value = random.nextBigInt(bits);
    return signed && random.nextInt(2) === 1 ? -value : value;
  });
  // Every value meets every channel in turn: as many copies of the list as there are channels, each one place further.
  const list = [...corners, ...around, ...drawn].map(inside);
  const all = Array.from({ length: channels }, (_, c) => [...list.slice(c), ...list.slice(0, c)]).flat();
  return all.slice(0, Math.floor(all.length / (lanes * channels)) * lanes * channels);
}

function expectExact(
  what: string,
  steps: readonly FixedStep[],
  flow: ValueFlow,
  values: readonly bigint[],
  run: (module: Planned, beats: readonly bigint[]) => bigint[] = byModel,
): Planned[] {
  const modules = requantizers((k) => `r${k}`, steps, flow).map(({ module }) => module);
  const f = activationFunction({ kind: 'fixed', steps }, { kind: 'int', bits: 53, signed: true });
  const due = values.map((value, i) => f(Number(value), i % flow.channels));
  expect([what, through(modules, flow, values, run).map(Number)]).toEqual([what, due]);
  return modules;
}

const modes: readonly RoundingMode[] = ['floor', 'half-up', 'half-away', 'half-even', 'to-zero'];
const pick = <T>(random: RandomStream, list: readonly T[]): T => list[random.nextInt(list.length)]!;

/** Any step on values of at most 32 bits: multipliers of all sorts, shifts to both sides, results of 1 to 20 bits. */
function randomStep(random: RandomStream, channels: number): FixedStep {
  const list = (of: () => bigint): bigint[] => Array.from({ length: pick(random, [1, channels]) }, of);
  const signed = (bits: number): bigint => BigInt.asIntN(bits, random.nextBigInt(bits));
  const multiplier = pick(random, [
    () => [1n],
    () => [1n << BigInt(random.nextInt(6))],
    () => list(() => 1n << BigInt(random.nextInt(9))),
    () => list(() => signed(1 + random.nextInt(12))),
    () => [-1n],
  ])();
  return {
    multiplier,
    addend: pick(random, [() => [0n], () => [signed(20)], () => list(() => signed(16))])(),
    shift: random.nextInt(16) - 3,
    rounding: pick(random, modes),
    relu: random.nextInt(3) === 0,
    overflow: pick(random, ['wrap', 'saturate'] as const),
    result: { bits: 1 + random.nextInt(20), signed: random.nextInt(3) > 0 },
  };
}

/** Steps one behind the other; some are a rounding and an addition behind it. */
function randomSteps(random: RandomStream, channels: number, most: number): FixedStep[] {
  return Array.from({ length: 1 + random.nextInt(most) }, () => randomStep(random, channels)).flatMap((step) => {
    if (random.nextInt(3) > 0) return [step];
    const wide = { bits: pick(random, [50, 50, 12, 20]), signed: true };
    return [
      { ...step, addend: [0n], relu: false, overflow: 'saturate', result: wide },
      { ...step, multiplier: [1n], shift: 0 },
    ];
  });
}

function randomFlow(random: RandomStream): ValueFlow {
  const lanes = 1 + random.nextInt(3);
  const [width, signed] = [1 + random.nextInt(32), random.nextInt(4) > 0];
  const flow = { lanes, width, signed, channels: lanes * (1 + random.nextInt(3)) };
  if (random.nextInt(2) === 0) return flow;
  const bits = random.nextInt(width);
  return { ...flow, range: { min: signed ? -Math.floor(2 ** bits / 2) : 0, max: Math.floor(2 ** bits / 3) } };
}

/** TFLite's int8 requantization of a 32-bit accumulator, one factor a channel, as the lowering writes it. */
function tfliteSteps(
  random: RandomStream,
  channels: number,
): { steps: FixedStep[]; by: (x: number, c: number) => number } {
  const each = <T>(of: () => T): T[] => Array.from({ length: channels }, of);
  const multiplier = each(() => 2 ** 30 + Number(random.nextBigInt(30)));
  const shift = each(() => -random.nextInt(12));
  const bias = each(() => Number(BigInt.asIntN(20, random.nextBigInt(20))));
  const zero = random.nextInt(256) - 128;
  const right = Math.max(...shift.map((s) => -s));
  const common = { relu: false, overflow: 'saturate' } as const;
  const wide = { bits: 34, signed: true };
  const steps: FixedStep[] = [
    {
      ...{ ...common, result: wide, shift: 31, rounding: 'half-up', multiplier: multiplier.map(BigInt) },
      addend: multiplier.map((m, c) => BigInt(m) * BigInt(bias[c]!)),
    },
    ...(right === 0
      ? []
      : [
          {
            ...({ ...common, result: wide, shift: right, rounding: 'half-away', addend: [0n] } as const),
            multiplier: shift.map((s) => 1n << BigInt(right + s)),
          },
        ]),
    {
      ...common,
      multiplier: [1n],
      addend: [BigInt(zero)],
      shift: 0,
      rounding: 'floor',
      result: { bits: 8, signed: true },
    },
  ];
  const by = (x: number, c: number): number => {
    const y = multiplyByFactor(x + bias[c]!, { multiplier: multiplier[c]!, shift: shift[c]! }) + zero;
    return Math.min(Math.max(y, -128), 127);
  };
  return { steps, by };
}

describe('requantizers', () => {
  it('compute what the executor computes, for 400 random chains of steps', () => {
    const scales = new Set<string>();
    for (let seed = 1n; seed <= 400n; seed++) {
      const random = randomStream(seed, 'steps');
      const flow = randomFlow(random);
      const steps = randomSteps(random, flow.channels, 3);
      const ties = steps.flatMap(({ shift }) =>
        shift > 0 ? [1n << BigInt(shift - 1), -(1n << BigInt(shift - 1))] : [],
      );
      for (const { requantize } of expectExact(`seed ${seed}`, steps, flow, valuesOf(random, flow, ties)))
        scales.add(`${requantize.scale} ${requantize.zeroPoint ?? false}`);
    }
    expect([...scales].sort()).toEqual([
      'none false',
      'none true',
      'shift false',
      'shift true',
      'undefined false',
      'undefined true',
    ]);
  });

  it('and so do their circuits, for 40 random chains of steps', () => {
    for (let seed = 1001n; seed <= 1040n; seed++) {
      const random = randomStream(seed, 'steps');
      const flow = randomFlow(random);
      const steps = randomSteps(random, flow.channels, 2);
      expectExact(`seed ${seed}`, steps, flow, valuesOf(random, flow), byCircuit);
    }
  });

  it('TFLite: 32-bit accumulators, right shifts by channel, ties and INT_MIN', () => {
    for (let seed = 1n; seed <= 40n; seed++) {
      const random = randomStream(seed, 'tflite');
      const channels = 1 + random.nextInt(4);
      const flow = { lanes: 1, width: 32, signed: true, channels };
      const { steps, by } = tfliteSteps(random, channels);
      // The reference adds the bias to a 32-bit accumulator: both stay in 32 bits.
      const values = valuesOf(random, flow, [1n << 30n, -(1n << 30n), 3n << 29n]).map((x) => (x * 2047n) / 2048n);
      const modules = expectExact(`seed ${seed}`, steps, flow, values, seed % 8n === 0n ? byCircuit : byModel);
      expect(values.map((x, i) => by(Number(x), i % channels))).toEqual(
        through(modules, flow, values, byModel).map(Number),
      );
      // One multiplication, then shift, rounding, zero point and clamp in one.
      expect(modules.length).toBeLessThanOrEqual(2);
      expect(modules[0]?.requantize.rounding).toBe('floor');
    }
  });

  it('the saturating product of INT_MIN', () => {
    const flow = { lanes: 1, width: 32, signed: true, channels: 1 };
    const values = [-(2n ** 31n), -(2n ** 31n) + 1n, 2n ** 31n - 1n];
    const step: FixedStep = {
      ...{
        multiplier: [2n ** 31n - 1n],
        addend: [0n],
        shift: 31,
        rounding: 'half-up',
        relu: false,
        overflow: 'saturate',
      },
      result: { bits: 32, signed: true },
    };
    expectExact('INT_MIN', [step], flow, values, byCircuit);
    expect(values.map((x) => Number(fixedStep(step, x, 0)))).toEqual(
      values.map((x) => doublingHighMul(Number(x), 2 ** 31 - 1)),
    );
  });

  it('operands of an addition: all 8-bit codes, shifted by 20 bits and multiplied', () => {
    const flow = { lanes: 1, width: 8, signed: true, channels: 1 };
    const codes = Array.from({ length: 256 }, (_, i) => BigInt(i - 128));
    for (const [m, zero] of [
      [1_702_700_226n, -128n],
      [1n << 30n, 4n],
    ] as const) {
      const step: FixedStep = {
        ...{ multiplier: [m << 20n], addend: [-zero * (m << 20n)], shift: 31, rounding: 'half-up', relu: false },
        ...{ overflow: 'saturate', result: { bits: 32, signed: true } },
      };
      const [module] = expectExact(`m ${m}`, [step], flow, codes, byCircuit);
      expect(codes.map((code) => Number(fixedStep(step, code, 0)))).toEqual(
        codes.map((code) => doublingHighMul(Number(code - zero) * 2 ** 20, Number(m))),
      );
      expect(module?.requantize.scale).toBe(m === 1n << 30n ? 'none' : undefined);
    }
  });

  it('an average: the sum of 64 codes, halves away from zero', () => {
    const flow = { lanes: 2, width: 14, signed: true, channels: 2, range: { min: -8192, max: 8128 } };
    const step: FixedStep = {
      ...{ multiplier: [1n], addend: [0n], shift: 6, rounding: 'half-away', relu: false, overflow: 'saturate' },
      result: { bits: 8, signed: true },
    };
    const sums = Array.from({ length: 16_322 }, (_, i) => BigInt(Math.min(i - 8192, 8128)));
    const [module] = expectExact('average', [step], flow, sums);
    expect(module?.requantize).toMatchObject({ scale: 'none', overflow: 'wrap' });
    expect(sums.slice(0, 200).map((sum) => Number(fixedStep(step, sum, 0)))).toEqual(
      sums.slice(0, 200).map((sum) => roundingDivideByPot(Number(sum), 6)),
    );
  });

  it('make no multiplier of a shift or an addition, and no clamp that nothing needs', () => {
    const common = { relu: false, overflow: 'saturate', rounding: 'floor' } as const;
    const flow = { lanes: 2, width: 16, signed: true, channels: 4, range: { min: -31_904, max: 31_846 } };
    const names = (steps: readonly FixedStep[]) =>
      requantizers((k) => `r${k}`, steps, flow).map(({ module }) => requantizeName(module.requantize));
    const byte = { bits: 8, signed: true };
    const wide = { bits: 20, signed: true };
    // RN06 in hls4ml's arithmetic: floor and wrap, then a left shift with relu and clamp.
    const rn06: FixedStep[] = [
      { ...common, multiplier: [1n], addend: [-72n, -80n, 3n, 9n], shift: 6, overflow: 'wrap', result: byte },
      { ...common, multiplier: [1n], addend: [0n], shift: -3, rounding: 'half-up', relu: true, result: byte },
    ];
    expect(names(rn06)).toEqual(['requantize_none_s_floor_wrap', 'requantize_none_s_floor_relu_sat_s']);
    expect(names([{ ...common, multiplier: [1n], addend: [5n], shift: 0, result: wide }])).toEqual([
      'requantize_none_s_floor_wrap',
    ]);
    expect(names([{ ...common, multiplier: [4n, 1n, 2n, 1n], addend: [0n], shift: 2, result: byte }])).toEqual([
      'requantize_shift_s_floor_sat_s',
    ]);
    expect(names([{ ...common, multiplier: [3n], addend: [0n], shift: 2, relu: true, result: wide }])).toEqual([
      'requantize_s_floor_relu_wrap',
    ]);
  });

  it('are as many as there are roundings: a whole addition behind a rounding is its zero point', () => {
    const round: FixedStep = {
      ...{ multiplier: [1n], addend: [0n], shift: 3, rounding: 'half-away', relu: false, overflow: 'saturate' },
      result: { bits: 20, signed: true },
    };
    const add: FixedStep = { ...round, addend: [-7n], shift: 0, rounding: 'floor', result: { bits: 8, signed: true } };
    const range = { min: -5000, max: 5000 };
    expect(simplifySteps([round, add], range)).toMatchObject([{ zeroPoint: true, addend: [-56n], shift: 3 }]);
    // A clamp in between that is wider than the last one changes nothing, one that is not does.
    expect(simplifySteps([{ ...round, result: { bits: 9, signed: true } }, add], range)).toHaveLength(1);
    expect(simplifySteps([{ ...round, result: { bits: 8, signed: true } }, add], range)).toHaveLength(2);
  });
});
