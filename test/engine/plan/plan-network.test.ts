/** Networks that do not fit on the chip: strips, rings of rows, tensors through DRAM, on the functional model and on the circuit. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { Engine } from '../../../src/engine/config.js';
import { readPlan, type EnginePlan } from '../../../src/engine/plan/engine-plan.js';
import { lowerStages } from '../../../src/engine/plan/lower-stages.js';
import { planNetwork } from '../../../src/engine/plan/plan-network.js';
import { programOf, trafficOf } from '../../../src/engine/program.js';
import { EngineCore, engineValues } from '../../../src/engine/rtl/engine.js';
import { driveProgram, runProgram } from '../../../src/engine/run-network.js';
import { buildDesign } from '../../../src/hdl/index.js';
import {
  add,
  bundle,
  bytes,
  conv,
  dense,
  depthwise,
  type Flow,
  globalAveragePool,
  graphOf,
  type Layer,
  maxPool,
  pipe,
  quantize,
  relu,
} from '../../../src/network/layers/index.js';
import { lowerGraph } from '../../../src/network/lower.js';
import { runStages } from '../../../src/network/run-stages.js';
import { compile, elaborate } from '../../../src/simulator/index.js';

const weightBits = 4;
const block = (channels: number, kernel: number, stride = 1): Layer =>
  bundle(conv(channels, { kernel, stride, padding: 'same', weightBits }), relu(7));

/** Two convolutions and a pool, twice; a matrix. */
const chain = (): Flow =>
  pipe(
    bytes({ height: 26, width: 20, channels: 3 }),
    block(10, 3),
    block(7, 5),
    maxPool(3, { stride: 2, padding: [1, 1, 1, 1] }),
    block(19, 3),
    block(12, 1, 2),
    dense(5, { weightBits }),
  );

/** A shortcut, a shortcut with a convolution, a depthwise layer, a global pool. */
const branches = (): Flow => {
  const linear = (channels: number, kernel: number, stride = 1): Layer =>
    bundle(conv(channels, { kernel, stride, padding: 'same', weightBits }), quantize(8));
  const x = pipe(bytes({ height: 24, width: 18, channels: 4 }), block(9, 3));
  const same = relu(7)(add(pipe(x, block(5, 1), linear(9, 3)), x));
  const less = pipe(same, depthwise({ kernel: 3, stride: 2, padding: 'same', weightBits }), relu(7), linear(14, 1));
  const both = relu(7)(add(less, linear(14, 1, 2)(same)));
  return pipe(both, globalAveragePool(), quantize(8), dense(3, { weightBits }));
};

/** A matrix of several weight tiles, whose sums have more bits than a pixel. */
const wide = (): Flow =>
  pipe(
    bytes({ height: 6, width: 5, channels: 3 }),
    block(9, 3),
    globalAveragePool(),
    quantize(8),
    dense(37, { weightBits }),
  );

const networks = {
  chain: lowerGraph(graphOf('chain', chain())),
  branches: lowerGraph(graphOf('branches', branches())),
  wide: lowerGraph(graphOf('wide', wide())),
};

function prepared(name: keyof typeof networks, text: string) {
  const stages = networks[name];
  const engine = Engine.parse(text);
  const network = lowerStages(engine, stages);
  const plan = planNetwork(engine, network);
  const random = randomStream(5n, 'codes');
  const { height, width, channels } = network.tensors[0]?.size ?? { height: 0, width: 0, channels: 0 };
  const codes = Float64Array.from({ length: height * width * channels }, () => random.nextInt(256));
  return { engine, network, plan, codes, expected: [...runStages(stages, codes).outputs] };
}

const strips = ({ groups }: EnginePlan): number[] =>
  groups.map(({ rows, layers }) => rows * (layers.length > 1 ? -1 : 1));

describe('planNetwork', () => {
  it.each<[string, keyof typeof networks, string]>([
    ['a chain, little room', 'chain', 'P=3,G=2,M=8,D=2,XD=96,XP=64,YP=64'],
    ['a chain, more room', 'chain', 'P=4,G=3,M=6,D=3,XD=260'],
    ['branches, little room', 'branches', 'P=3,G=2,M=8,D=2,XD=72,XP=32,YP=32'],
    ['branches, more room', 'branches', 'P=5,G=1,M=10,D=5,XD=180,WD=2048'],
  ])('%s: results of the plan are those of the network', (_, name, text) => {
    const { plan, network, codes, expected } = prepared(name, text);
    const program = programOf(readPlan(JSON.stringify(plan)), network);
    expect([...runProgram(program, codes).output()]).toEqual(expected);
    expect(trafficOf(program).total).toBe(
      plan.groups.reduce((sum, { bytes: each }) => sum + each, 0) + program.descriptors.bytes,
    );
  });

  it.each([
    ['two weight tiles at a time', 'P=3,G=2,M=8,D=2,WD=20', 3],
    ['a weight tile at a time', 'P=3,G=2,M=8,D=2,WD=16', 5],
  ])('wide codes take the weights once: %s', (_, text, times) => {
    const { plan, network, codes, expected } = prepared('wide', text);
    const program = programOf(plan, network);
    expect([...runProgram(program, codes).output()]).toEqual(expected);
    const bytesOfCode = network.output.parts.length;
    const last = program.passes.slice(-bytesOfCode * times);
    expect(bytesOfCode).toBeGreaterThan(1);
    expect(last.map(({ layer }) => layer.output)).toEqual(
      Array.from({ length: times }, () => network.output.parts).flat(),
    );
    expect(last.map(({ pass }) => pass.header.wReuse)).toEqual(last.map((__, k) => (k % bytesOfCode === 0 ? 0 : 1)));
    expect(last.map(({ pass }) => pass.header.last)).toEqual(last.map((__, k) => (k === last.length - 1 ? 1 : 0)));
    expect(trafficOf(program).total).toBe(
      plan.groups.reduce((sum, { bytes: each }) => sum + each, 0) + program.descriptors.bytes,
    );
  });

  it('runs layers strip by strip where tensors do not fit, and says so', () => {
    const { plan } = prepared('chain', 'P=4,G=3,M=6,D=3,XD=260');
    expect(strips(plan)[0]).toBe(-13);
    expect(plan.groups.map(({ note }) => note).join('\n')).toMatch(/^2 strips of 13 rows.* in rings; .* to DRAM/);
    expect(plan.tensors.filter(({ dram }) => dram).length).toBe(5);
  });

  it('keeps everything on the chip where it fits', () => {
    const { plan, network } = prepared('chain', 'P=4,G=2,M=8,D=2,XD=1024');
    expect(plan.tensors.filter(({ dram }) => dram).map(({ name }) => name)).toEqual([
      plan.input,
      ...network.output.parts,
    ]);
  });

  it('names the layer whose rows do not fit', () =>
    expect(() => prepared('chain', 'P=3,G=2,M=8,D=2,XD=20')).toThrow(/H2205.*rows of .*XD=20/));

  it('tells what an edit of places has broken', () => {
    const { plan, network } = prepared('chain', 'P=4,G=2,M=8,D=2,XD=1024');
    const edited = (edit: (place: EnginePlan['groups'][number]['places'][number]) => number): EnginePlan => ({
      ...plan,
      groups: plan.groups.map((group) => ({
        ...group,
        places: group.places.map((place) => ({ ...place, base: edit(place) })),
      })),
    });
    expect(() =>
      programOf(
        edited(() => 0),
        network,
      ),
    ).toThrow(/H2209 {2}\w+: overlaps \w+ in group 0/);
    expect(() =>
      programOf(
        edited(({ base }) => base + 900),
        network,
      ),
    ).toThrow(/H2209.*there are 1024/);
    const moved = edited(({ base, from }) => (from === 'before' ? base + 1 : base));
    expect(() => programOf(moved, network)).toThrow(/H2209.*lies at word \d+, bank group 0 in group 0/);
    expect(
      programOf(
        edited(({ base }) => base + 1),
        network,
      ).passes.length,
    ).toBe(programOf(plan, network).passes.length);
  });

  it('keeps to the channels that an engine is made for', () =>
    expect(() => prepared('chain', 'P=3,G=2,M=8,D=2,maxChannels=12')).toThrow(/H2205 {2}conv_2: 19 channels.* 12/));

  it('wants ports of one width for what comes back', () => {
    expect(() => {
      const { plan, network } = prepared('chain', 'P=3,G=2,M=8,D=2,XD=96,XP=256,YP=32');
      programOf(plan, network);
    }).toThrow(/H2212/);
  });

  it.each([
    ['a chain', 'chain', 'P=3,G=2,M=8,D=2,XD=96,XP=64,YP=64,ADD=0'],
    ['branches', 'branches', 'P=3,G=2,M=8,D=2,XD=72,XP=64,YP=64'],
    ['wide codes', 'wide', 'P=3,G=2,M=8,D=2,WD=16,XP=64,YP=64,HQ=3,PQ=4'],
  ] as const)('the circuit computes the same, tensors coming back from a memory: %s', (_, name, text) => {
    const { engine, plan, network, codes, expected } = prepared(name, text);
    const program = programOf(plan, network);
    const sim = compile(elaborate(buildDesign(EngineCore.dw), { params: engineValues(engine) }));
    const { memory, run } = driveProgram(sim, program, codes);
    expect([...memory.output()]).toEqual(expected);
    expect(run.passes).toHaveLength(program.passes.length);
    const [w, x, y] = [trafficOf(program).weights, trafficOf(program).pixels, trafficOf(program).results];
    expect(run.beats).toEqual({ weights: (8 * w) / 128, pixels: (8 * x) / 64, results: (8 * y) / 64 });
  });
});
