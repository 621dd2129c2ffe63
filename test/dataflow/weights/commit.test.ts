/** Commits over the bus of a whole accelerator: every sample has the results of the old weights or of the new ones. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { generateChain } from '../../../src/dataflow/generate.js';
import { weightImage } from '../../../src/dataflow/images.js';
import { isSigned, planNetwork } from '../../../src/dataflow/plan.js';
import { packSamples, unpackSamples } from '../../../src/dataflow/port-beats.js';
import { addressMap } from '../../../src/dataflow/weights/address-map.js';
import { placeWeights, type WeightMode } from '../../../src/dataflow/weights/place-weights.js';
import { runStages } from '../../../src/network/run-stages.js';
import type { DenseStage } from '../../../src/network/stages.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { type Access, BusMaster } from '../../blocks/axi/axi-bench.js';
import { randomCase, type RandomCase } from '../random-network.js';

/** A network whose only stage is a weighted layer of several words. */
function oneLayer(): RandomCase & { readonly layer: DenseStage } {
  for (let seed = 1n; ; seed++) {
    const one = randomCase(seed);
    const [layer, ...others] = one.network.stages.filter((stage): stage is DenseStage => stage.kind === 'dense');
    // Without an activation every turn of the rows shows in the results.
    if (layer?.activation.kind !== 'none' || others.length > 0 || one.network.stages.length > 1) continue;
    if (layer.outputs < 4) continue;
    const { PE, SIMD } = one.folding[layer.name] ?? { PE: layer.outputs, SIMD: layer.inputs };
    if ((layer.outputs / PE) * (layer.inputs / SIMD) >= 4) return { ...one, layer };
  }
}

/** The layer with its rows turned by `by`: sums stay in the range that was planned. */
function turned(layer: DenseStage, by: number): DenseStage {
  const { inputs, outputs, weights } = layer;
  const row = (n: number) => [...weights.slice(n * inputs, (n + 1) * inputs)];
  return {
    ...layer,
    weights: Int32Array.from(Array.from({ length: outputs }, (_, n) => row((n + by) % outputs)).flat()),
  };
}

describe('commit', () => {
  it.each([
    ['programmable', 1n],
    ['programmable', 2n],
    ['programmable_stream', 3n],
    ['programmable_stream', 4n],
  ] as readonly (readonly [WeightMode, bigint])[])('%s, seed %i', (mode, seed) => {
    const { network, folding, portBits, layer } = oneLayer();
    const plan = planNetwork(network, { folding, portBits });
    const chain = placeWeights(plan.chain, { [layer.name]: mode });
    const place = addressMap(chain)!.layers[0]!;
    const { PE, SIMD } = plan.folding[layer.name]!;
    const versions = [0, 1].map((by) => turned(layer, by));
    const results = versions.map((stage) => {
      const stages = network.stages.map((each) => (each.kind === 'dense' ? stage : each));
      return { ...network, stages };
    });
    const { words } = weightImage(versions[1]!, PE, SIMD, layer.weight.kind === 'bipolar' ? 1 : layer.weight.bits);
    const random = randomStream(seed, 'commit');
    const sim = compile(elaborate(generateChain(chain)));

    const pieces = Math.ceil(place.weights.bits / 32);
    const at = (word: number, piece: number) =>
      place.base + place.weights.offset + word * place.weights.stride + 4 * piece;
    const all = words.flatMap((bits, word) =>
      Array.from({ length: pieces }, (_, k) => ({
        addr: at(word, k),
        data: Number((bits >> BigInt(32 * k)) & 0xffffffffn),
      })),
    );
    const status = { write: false, addr: place.base + place.registers.STATUS };
    const script: Access[] = [
      ...all.map((each) => ({ ...each, write: true })),
      ...all.map(({ addr }) => ({ addr, write: false })),
      { write: true, addr: place.base + place.registers.CONTROL, data: 1 },
    ];
    let next = 0;
    let done = false;
    const master = new BusMaster(
      () => (next < script.length ? script[next++] : done ? undefined : status),
      random,
      0.2 + 0.2 * random.nextInt(3),
    );
    const codes: number[] = [];
    const sample = (): number[] => {
      const { type } = network.input;
      const bits = type.kind === 'bipolar' ? 1 : type.bits;
      return Array.from({ length: chain.input.elements }, () => {
        const code = random.nextInt(2 ** bits);
        return isSigned(type) && code >= 2 ** (bits - 1) ? code - 2 ** bits : code;
      });
    };
    let beats: bigint[] = [];
    const out: bigint[] = [];
    let sent = 0;
    let started = 0;
    let [committed, swapped] = [-1, -1];
    let [valid, fresh] = [false, 0];
    sim.poke('aresetn', 0);
    sim.tick();
    sim.poke('aresetn', 1);
    for (
      let cycle = 0;
      cycle < 60_000 && !(done && fresh === 0 && out.length === started * chain.output.beats);
      cycle++
    ) {
      if (beats.length === 0 && (!done || fresh > 0) && random.nextInt(8) === 0) {
        const codesOfOne = sample();
        codes.push(...codesOfOne);
        beats = packSamples(chain.input, codesOfOne).map(({ data }) => data);
        started++;
        if (done) fresh--;
      }
      valid = beats.length > 0 && (valid || random.nextInt(4) > 0);
      sim.poke('s_axis_tvalid', valid ? 1 : 0);
      sim.poke('s_axis_tdata', beats[0] ?? 0n);
      sim.poke('m_axis_tready', random.nextInt(4) > 0 ? 1 : 0);
      master.before([sim]);
      sim.settle();
      if (sim.peek('m_axis_tvalid') === 1n && sim.peek('m_axis_tready') === 1n) out.push(sim.peek('m_axis_tdata'));
      if (valid && sim.peek('s_axis_tready') === 1n) {
        beats.shift();
        sent++;
        valid = false;
      }
      const before = master.results.length;
      master.after(sim);
      const last = master.results.length > before ? master.results.at(-1) : undefined;
      if (next === script.length && committed < 0) committed = Math.floor(out.length / chain.output.beats);
      if (last?.access === status && (last.data & 1) === 0 && !done) {
        [done, swapped, fresh] = [true, started, 5];
        expect(last.data).toBe(2);
      }
      sim.tick();
    }
    expect(sent).toBe(started * chain.input.beats);
    const reads = master.results.slice(all.length, 2 * all.length);
    expect(reads.map(({ data }) => data)).toEqual(all.map(({ data }) => data));
    expect(master.results.every(({ error }) => !error)).toBe(true);
    // Results in hardware are codes of lanes; both references go through the same packing.
    const got = unpackSamples(chain.output, out, isSigned(network.output.type));
    const [old, fresh_] = results.map((each) => runStages(each, Float64Array.from(codes)).outputs) as [
      Float64Array,
      Float64Array,
    ];
    const each = chain.output.elements;
    const part = (from: ArrayLike<number>, n: number) => Array.from(from).slice(n * each, (n + 1) * each);
    let switched = false;
    for (let n = 0; n < started; n++) {
      const [is, was, will] = [part(got, n), part(old, n), part(fresh_, n)];
      const isOld = is.every((value, k) => value === was[k]);
      const isNew = is.every((value, k) => value === will[k]);
      expect([n, isOld || isNew]).toEqual([n, true]);
      if (isNew && !isOld) switched = true;
      if (isOld && !isNew) expect([n, switched]).toEqual([n, false]);
      if (n < committed) expect([n, isOld]).toEqual([n, true]);
      if (n >= swapped) expect([n, isNew]).toEqual([n, true]);
    }
    expect(swapped).toBeGreaterThan(0);
    expect(switched).toBe(true);
  });
});
