/** New weights of several layers begin with one sample: AT of all of them, and a commit of each that waits for it. */
import { expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { generateChain } from '../../../src/dataflow/generate.js';
import { weightImage } from '../../../src/dataflow/images.js';
import { isSigned, planNetwork } from '../../../src/dataflow/plan.js';
import { packSamples, unpackSamples } from '../../../src/dataflow/port-beats.js';
import { addressMap } from '../../../src/dataflow/weights/address-map.js';
import { runStages } from '../../../src/network/run-stages.js';
import type { DenseStage } from '../../../src/network/stages.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { type Access, BusMaster } from '../../blocks/axi/axi-bench.js';
import { randomCase } from '../random-network.js';

const samples = 6;

/** A network of two weighted layers, and samples each of which shows that both have changed. */
function twoLayers() {
  for (let seed = 1n; seed < 3000n; seed++) {
    const one = randomCase(seed);
    if (one.network.stages.filter(({ kind }) => kind === 'dense').length !== 2) continue;
    const stages = one.network.stages.map((stage) => (stage.kind === 'dense' ? turned(stage) : stage));
    const changed = { ...one.network, stages };
    const size = one.codes.length / one.samples;
    const codes = Float64Array.from({ length: samples * size }, (_, k) => one.codes[k % one.codes.length] ?? 0);
    const outputs = [one.network, changed].map((network) => runStages(network, codes).outputs);
    const [old, now] = outputs as [Float64Array, Float64Array];
    const each = old.length / samples;
    const differs = (n: number) => old.slice(n * each, (n + 1) * each).some((value, k) => value !== now[n * each + k]);
    if (Array.from({ length: samples }, (_, n) => differs(n)).every(Boolean)) return { ...one, codes, changed };
  }
  throw new Error('no such network');
}

/** The layer with its rows turned by one: sums stay in the range that was planned. */
function turned(layer: DenseStage): DenseStage {
  const { inputs, weights } = layer;
  return { ...layer, weights: Int32Array.from([...weights.slice(inputs), ...weights.slice(0, inputs)]) };
}

it.each([1n, 2n, 3n])('both layers change in front of the sample that AT names, seed %i', (seed) => {
  const { network, changed, folding, portBits, codes } = twoLayers();
  const random = randomStream(seed, 'layers');
  const first = 1 + random.nextInt(samples - 1);
  const modes = ['programmable', 'programmable_stream'] as const;
  const placed = Object.fromEntries(
    Object.entries(folding).map(([name, layer], k) => [name, { ...layer, weights: modes[(k + Number(seed)) % 2]! }]),
  );
  const plan = planNetwork(network, { folding: placed, portBits });
  const script = addressMap(plan.chain)!.layers.flatMap(({ stage, base, registers, weights }): Access[] => {
    const layer = changed.stages.find(({ name }) => name === stage) as DenseStage;
    const { PE, SIMD, bits } = weights.packing;
    const write = (offset: number, data: number): Access => ({ write: true, addr: base + offset, data });
    const writes = weightImage(layer, PE, SIMD, bits).words.flatMap((word, n) =>
      Array.from({ length: Math.ceil(weights.bits / 32) }, (_, k) =>
        write(weights.offset + n * weights.stride + 4 * k, Number(BigInt.asUintN(32, word >> BigInt(32 * k)))),
      ),
    );
    return [...writes, write(registers.AT, first), write(registers.CONTROL, 3)];
  });

  const sim = compile(elaborate(generateChain(plan.chain)));
  let next = 0;
  const master = new BusMaster(() => script[next++], random, 0.3);
  const beats = packSamples(plan.chain.input, codes).map(({ data }) => data);
  const due = samples * plan.chain.output.beats;
  const came: bigint[] = [];
  sim.poke('aresetn', 0);
  sim.tick();
  sim.poke('aresetn', 1);
  let sent = 0;
  let valid = false;
  for (let cycle = 0; cycle < 60_000 && came.length < due; cycle++) {
    // No sample before all is written.
    const go = master.results.length === script.length && sent < beats.length;
    valid = go && (valid || random.nextInt(3) > 0);
    sim.poke('s_axis_tvalid', valid ? 1 : 0);
    sim.poke('s_axis_tdata', beats[sent] ?? 0n);
    sim.poke('m_axis_tready', random.nextInt(3) > 0 ? 1 : 0);
    master.before([sim]);
    sim.settle();
    if (sim.peek('m_axis_tvalid') === 1n && sim.peek('m_axis_tready') === 1n) came.push(sim.peek('m_axis_tdata'));
    if (valid && sim.peek('s_axis_tready') === 1n) {
      sent++;
      valid = false;
    }
    master.after(sim);
    sim.tick();
  }
  expect(master.results.filter(({ error }) => error)).toEqual([]);
  const got = unpackSamples(plan.chain.output, came, isSigned(network.output.type));
  const [old, now] = [network, changed].map((each) => runStages(each, codes).outputs) as [Float64Array, Float64Array];
  const border = (first * old.length) / samples;
  expect([seed, first, [...got]]).toEqual([seed, first, [...old.slice(0, border), ...now.slice(border)]]);
});
