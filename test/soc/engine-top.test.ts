/** The engine with its data in memory: networks whose tensors go through memory, errors anywhere, resets in mid-frame. */
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { Engine } from '../../src/engine/config.js';
import { lowerStages } from '../../src/engine/plan/lower-stages.js';
import { planNetwork } from '../../src/engine/plan/plan-network.js';
import { descriptorBytesOf, programOf, weightPacket } from '../../src/engine/program.js';
import { ENGINE_ID } from '../../src/engine/registers.js';
import { ProgramMemory, runProgram } from '../../src/engine/run-network.js';
import { bundle, bytes, conv, dense, graphOf, maxPool, pipe, relu } from '../../src/network/layers/index.js';
import { lowerGraph } from '../../src/network/lower.js';
import { compile, elaborate, type Simulation } from '../../src/simulator/index.js';
import { engineLists } from '../../src/soc/engine-lists.js';
import { engineMappedRegisters } from '../../src/soc/engine-registers.js';
import { engineMapped } from '../../src/soc/engine-top.js';
import { TopBench } from './top-bench.js';

const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const engine = Engine.parse('P=4,G=2,M=4,D=2,XD=48,WD=64,PD=64,XP=64,WP=64,YP=64,ADD=0');
const weightBits = 4;
const layer = (channels: number, kernel: number) =>
  bundle(conv(channels, { kernel, stride: 1, padding: 'same', weightBits }), relu(7));
const stages = lowerGraph(
  graphOf(
    'small',
    pipe(bytes({ height: 12, width: 9, channels: 2 }), layer(5, 3), maxPool(2), layer(6, 3), dense(3, { weightBits })),
  ),
);
const network = lowerStages(engine, stages);
const program = programOf(planNetwork(engine, network), network);
const lists = engineLists(program);
const base = 0x12340;
const design = engineMapped(engine);
let sim: Simulation;
beforeAll(() => {
  sim = compile(elaborate(design));
});

function codesOf(name: string): Float64Array {
  const random = randomStream(seed, name);
  const { height, width, channels } = network.tensors[0]!.size;
  return Float64Array.from({ length: height * width * channels }, () => random.nextInt(256));
}

class Accelerator {
  readonly bench: TopBench;
  constructor(name: string, pause = 0.2) {
    this.bench = new TopBench([sim], {
      ...{ table: engineMappedRegisters, random: randomStream(seed, name), pause, latency: [1, 25] },
      masters: { m_axi_wgt: engine.WP / 8, m_axi_ifm: engine.XP / 8, m_axi_ofm: engine.YP / 8 },
    });
    const put = (at: number, data: Uint8Array): void =>
      data.forEach((byte, k) => void this.bench.memory.set(base + at + k, byte));
    program.passes.forEach((pass) => put(pass.weights.address, weightPacket(program, pass)));
    program.loads.forEach((load) => put(load.head.address, descriptorBytesOf(load)));
    put(lists.offset, new Uint8Array(lists.words.buffer));
    for (const [register, value] of Object.entries({
      BUFFER_LO: base,
      LIST_W: lists.w,
      LIST_X: lists.x,
      LIST_Y: lists.y,
      GIE: 1,
      IER: 5,
    }))
      this.bench.write(register, value);
  }

  /** Puts an input at its place and starts; everything else is as it was. */
  start(codes: Float64Array): void {
    const image = new ProgramMemory(program);
    image.input(codes);
    const region = program.regions.get(program.plan.input)!;
    for (let k = 0; k < region.bytes; k++)
      this.bench.memory.set(base + region.address + k, image.bytes[region.address - program.tensors.address + k]!);
    this.bench.write('CTRL', 1);
  }

  output(): Float64Array {
    const image = new ProgramMemory(program);
    for (let k = 0; k < image.bytes.length; k++)
      image.bytes[k] = this.bench.memory.get(base + program.tensors.address + k) ?? 0;
    return image.output();
  }

  frame(name: string): void {
    const codes = codesOf(name);
    this.start(codes);
    this.bench.until(() => this.bench.see('irq') === 1, 60_000, name);
    expect([name, this.bench.read('ISR'), this.bench.read('ERROR')]).toEqual([name, 1, 0]);
    this.bench.write('ISR', 1);
    expect(this.output()).toEqual(runProgram(program, codes).output());
  }

  reset(): void {
    this.bench.write('COMMAND', 1);
    this.bench.write('COMMAND', 0);
    this.bench.until(() => this.bench.field('STATUS.STATE') === 0, 20_000, 'the end of the reset');
    this.bench.write('ISR', this.bench.read('ISR'));
  }
}

describe('engine with its data in memory', () => {
  it('runs frames from lists that software writes once', () => {
    // Tensors go through memory: some packet of pixels waits for results.
    expect(Math.max(...program.loads.map(({ after }) => after))).toBeGreaterThan(0);
    const a = new Accelerator('frames');
    expect([a.bench.read('ID'), a.bench.read('MEMORY') & 3]).toEqual([ENGINE_ID, 2]);
    for (const name of ['first', 'second', 'third']) a.frame(name);
    a.bench.write('COMMAND', 2);
    expect([a.bench.read('FRAMES_LO'), a.bench.read('PASSES_LO')]).toEqual([3, 3 * program.passes.length]);
    expect(a.bench.violations).toEqual([]);
  });

  it('stops at an error of any port with code, port and address, and the next frame is right', () => {
    const a = new Accelerator('errors');
    const random = randomStream(seed, 'where');
    const seen = new Set<string>();
    for (let turn = 0; turn < 14; turn++) {
      const code = 2 + random.nextInt(2);
      const kind = turn % 2 === 0 ? ('read' as const) : ('write' as const);
      let left = random.nextInt(kind === 'read' ? 120 : 8);
      let failed = -1;
      a.bench.response = (address, which) => {
        if (failed === address && which === kind) return code;
        if (which !== kind || failed >= 0 || left-- > 0) return 0;
        failed = address;
        return code;
      };
      a.start(codesOf(`error ${turn}`));
      a.bench.until(() => a.bench.see('irq') === 1, 60_000, `error ${turn}`);
      expect(a.bench.read('ISR'), `turn ${turn}`).toBe(4);
      expect([a.bench.field('ERROR.CODE'), a.bench.read('ERROR_ADDR_LO')], `turn ${turn}`).toEqual([
        (kind === 'read' ? 7 : 9) + code,
        failed,
      ]);
      seen.add(`${a.bench.field('ERROR.PORT')} ${kind}`);
      a.bench.response = undefined;
      a.reset();
      a.frame(`behind error ${turn}`);
    }
    expect(seen.size).toBeGreaterThan(2);
    expect(a.bench.violations).toEqual([]);
  });

  it('is given up in mid-frame and starts again', () => {
    const a = new Accelerator('resets');
    const random = randomStream(seed, 'when');
    for (let turn = 0; turn < 8; turn++) {
      a.start(codesOf(`cut ${turn}`));
      for (let k = random.nextInt(1500); k > 0; k--) a.bench.step();
      a.reset();
      a.frame(`behind reset ${turn}`);
    }
    expect(a.bench.violations).toEqual([]);
  });

  it('refuses a list whose entry has no bytes', () => {
    const a = new Accelerator('bad');
    for (let k = 4; k < 8; k++) a.bench.memory.set(base + lists.y + k, 0);
    a.start(codesOf('bad'));
    a.bench.until(() => a.bench.see('irq') === 1, 60_000, 'the error');
    expect([a.bench.field('ERROR.CODE'), a.bench.field('ERROR.PORT')]).toEqual([13, 3]);
  });
});
