/** A dataflow top of a random network with what its software does: samples, frames, resets, weight images. */
import { expect } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { weightImage } from '../../src/dataflow/images.js';
import { isSigned, planNetwork } from '../../src/dataflow/plan.js';
import { packSamples, unpackSamples } from '../../src/dataflow/port-beats.js';
import { addressMap, type StorePlace } from '../../src/dataflow/weights/address-map.js';
import { runStages } from '../../src/network/run-stages.js';
import type { DenseStage, StageNetwork } from '../../src/network/stages.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { dataflowRegisters } from '../../src/soc/dataflow-registers.js';
import { dataflowSide, dataflowTop, masterBytes } from '../../src/soc/dataflow-top.js';
import { weightRecords } from '../../src/soc/weight-image.js';
import { randomCase } from '../dataflow/random-network.js';
import { TopBench } from './top-bench.js';

export const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
export const memories = ['stream', 'mapped'] as const;

/** The layer with its rows turned by one: sums stay in the range that was planned. */
const turned = (layer: DenseStage): DenseStage => ({
  ...layer,
  weights: Int32Array.from([...layer.weights.slice(layer.inputs), ...layer.weights.slice(0, layer.inputs)]),
});

/** A random network of two weighted layers, samples that tell its old weights from its new ones, and its top. */
export function subject(from: bigint, memory: (typeof memories)[number], programmable: boolean, floats = false) {
  for (let k = from; ; k++) {
    const one = randomCase(k);
    if (one.network.stages.filter(({ kind }) => kind === 'dense').length !== 2) continue;
    const changed: StageNetwork = {
      ...one.network,
      stages: one.network.stages.map((stage) => (stage.kind === 'dense' ? turned(stage) : stage)),
    };
    const [old, now] = [one.network, changed].map((each) => runStages(each, one.codes).outputs);
    if (old!.every((value, i) => value === now![i])) continue;
    const folding = Object.fromEntries(
      Object.entries(one.folding).map(([name, layer]) => [
        name,
        programmable ? { ...layer, weights: 'programmable' as const } : layer,
      ]),
    );
    const { chain } = planNetwork(one.network, { folding, portBits: one.portBits });
    const design = dataflowTop(chain, memory, floats);
    return { ...one, changed, chain, design, side: dataflowSide(chain, memory, floats) };
  }
}

export type Subject = ReturnType<typeof subject>;

export class Accelerator {
  readonly bench: TopBench;
  constructor(
    readonly s: Subject,
    name: string,
    pause = 0.3,
  ) {
    const mapped = s.side.memory === 'mapped';
    const { input, output } = s.chain;
    this.bench = new TopBench([compile(elaborate(s.design))], {
      table: dataflowRegisters(s.side),
      random: randomStream(seed, name),
      pause,
      masters: mapped
        ? {
            ...{ m_axi_ifm: masterBytes(input.bits), m_axi_ofm: masterBytes(output.bits) },
            ...(s.side.programmable ? { m_axi_wgt: 4 } : {}),
          }
        : {},
      ...(mapped ? {} : { inputs: ['s_axis', ...(s.side.programmable ? ['s_axis_wgt'] : [])], output: 'm_axis' }),
    });
    this.bench.write('GIE', 1);
    this.bench.write('IER', 5);
  }

  get mapped(): boolean {
    return this.s.side.memory === 'mapped';
  }

  /** Puts samples where the accelerator finds them, and says where results go. */
  give(codes: Float64Array, count: number, at = 0x1003, to = 0x9ffd): void {
    const { chain } = this.s;
    const beats = packSamples(chain.input, codes);
    if (!this.mapped) {
      beats.forEach(({ data }, k) => this.bench.streams['s_axis']!.push({ data, last: k === beats.length - 1 }));
    } else {
      const bytes = chain.input.bits / 8;
      beats.forEach(({ data }, k) => {
        for (let j = 0; j < bytes; j++)
          this.bench.memory.set(at + k * bytes + j, Number((data >> BigInt(8 * j)) & 255n));
      });
      this.bench.write('INPUT_LO', at);
      this.bench.write('OUTPUT_LO', to);
    }
    this.bench.write('FRAMES', count);
  }

  /** Results that have come, from the begin. */
  results(count: number, to = 0x9ffd): number[] {
    const { chain, network } = this.s;
    const bytes = chain.output.bits / 8;
    const beats = count * chain.output.beats;
    const words = this.mapped
      ? Array.from({ length: beats }, (_, k) => {
          let data = 0n;
          for (let j = bytes - 1; j >= 0; j--)
            data = (data << 8n) | BigInt(this.bench.memory.get(to + k * bytes + j) ?? 0);
          return data;
        })
      : this.bench.results.slice(0, beats).map(({ data }) => data);
    return [...unpackSamples(chain.output, words, isSigned(network.output.type))];
  }

  run(what: string): void {
    this.bench.write('CTRL', 1);
    this.bench.until(() => this.bench.see('irq') === 1, 60_000, what);
    const isr = this.bench.read('ISR');
    this.bench.write('ISR', isr);
    expect([what, isr, this.bench.read('ERROR')]).toEqual([what, 1, 0]);
  }

  reset(): void {
    this.bench.write('COMMAND', 1);
    // Of a packet that is cut off the end comes while the reset is held or behind it: both are dropped.
    const [rest] = Object.values(this.bench.streams);
    if (rest !== undefined) rest.splice(0, rest.length - 1);
    for (let k = 0; k < 2; k++) this.bench.step();
    this.bench.write('COMMAND', 0);
    this.bench.until(() => this.bench.field('STATUS.STATE') === 0, 20_000, 'the end of the reset');
    // What happened before is no event of the next frame.
    this.bench.write('ISR', this.bench.read('ISR'));
    this.bench.results.length = 0;
  }
}

export const expected = (network: StageNetwork, codes: Float64Array): number[] => [
  ...runStages(network, codes).outputs,
];

/** The words of a layer's store. */
export function wordsOf({ stage, weights }: StorePlace, network: StageNetwork): readonly bigint[] {
  const layer = network.stages.find(({ name }) => name === stage) as DenseStage;
  return weightImage(layer, weights.packing.PE, weights.packing.SIMD, weights.packing.bits).words;
}

/** A weight image of a network, as 32-bit words. */
export const imageOf = ({ chain }: Subject, network: StageNetwork): Uint32Array =>
  weightRecords(addressMap(chain)!, (place) => wordsOf(place, network));

/** Has new weights loaded; does not wait for them. */
export function load({ bench, mapped }: Accelerator, image: Uint32Array, at = 0x4002): void {
  if (!mapped) {
    image.forEach((word, k) => bench.streams['s_axis_wgt']!.push({ data: BigInt(word), last: k === image.length - 1 }));
    return;
  }
  const bytes = new Uint8Array(image.buffer);
  bytes.forEach((byte, k) => bench.memory.set(at + k, byte));
  bench.write('WEIGHTS_LO', at);
  bench.write('WEIGHTS_BYTES', bytes.length);
  bench.write('COMMAND', 8);
}
