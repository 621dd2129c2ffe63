/**
 * Weights from ports and over the bus, for anyone's bench: the tree of a build says all that is needed to feed the weight
 * streams, to read the weights back and to write others.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Progress } from '../../src/base/progress.js';
import { randomStream } from '../../src/base/random.js';
import { build } from '../../src/build/build.js';
import type { AddressMapFile } from '../../src/build/address-map-file.js';
import { loadModel } from '../../src/build/load-model.js';
import { traceWaves } from '../../src/build/wave.js';
import { skipWithoutVerilator } from '../../src/cosim/index.js';
import { weightedStages } from '../../src/dataflow/folding.js';
import { packSamples, unpackSamples } from '../../src/dataflow/port-beats.js';
import { runStages } from '../../src/network/run-stages.js';
import { type Access, BusMaster } from '../blocks/axi/axi-bench.js';
import { digits } from '../cli/run.js';
import { PackagedTop, readBeats, readJson } from './packaged-top.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-weights-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const silent = () =>
  new Progress({ total: 6, style: { mode: 'silent', color: false, columns: 80 }, write: () => undefined });

type Layer = AddressMapFile['layers'][number];

/** By the formulas of the file: word and lowest bit of a weight. */
function placeOf({ weights: { packing } }: Layer, row: number, column: number): readonly [number, number] {
  const { PE, SIMD, columns, bits, taps, lanes } = packing;
  const [tap, channel] = [Math.floor(column / (columns / taps)), column % (columns / taps)];
  const place = (Math.floor(channel / lanes) * taps + tap) * lanes + (channel % lanes);
  const word = Math.floor(row / PE) * (columns / SIMD) + Math.floor(place / SIMD);
  return [word, ((row % PE) * SIMD + (place % SIMD)) * bits];
}

function* matrix({ weights: { packing } }: Layer): Generator<readonly [number, number]> {
  for (let row = 0; row < packing.rows; row++)
    for (let column = 0; column < packing.columns; column++) yield [row, column];
}

const addresses = ({ base, weights }: Layer): number[][] =>
  Array.from({ length: weights.words }, (_, word) =>
    Array.from({ length: weights.accesses_per_word }, (_, k) => base + weights.offset + word * weights.stride + 4 * k),
  );

/** All accesses, one after the other; what was read. */
function accesses(bench: PackagedTop, all: readonly Access[]): number[] {
  let next = 0;
  const master = new BusMaster(() => all[next++], randomStream(5n, 'bus'), 0.2);
  for (let cycle = 0; cycle < 20 * all.length + 100 && master.results.length < all.length; cycle++) {
    bench.step(
      () => master.before([bench.sim]),
      () => master.after(bench.sim),
    );
  }
  expect(master.results.filter(({ error }) => error)).toEqual([]);
  expect(master.results).toHaveLength(all.length);
  return master.results.map(({ data }) => data);
}

function readWeights(bench: PackagedTop, layer: Layer): number[] {
  const { bits, type } = layer.weights.packing;
  const pieces = addresses(layer);
  const read = accesses(
    bench,
    pieces.flat().map((addr) => ({ addr, write: false })),
  );
  const words = pieces.map((list, n) =>
    list.reduce((word, _, k) => word | (BigInt(read[n * list.length + k] ?? 0) << BigInt(32 * k)), 0n),
  );
  return [...matrix(layer)].map(([row, column]) => {
    const [word, low] = placeOf(layer, row, column);
    const code = Number(BigInt.asUintN(bits, (words[word] ?? 0n) >> BigInt(low)));
    if (type === 'bipolar') return 2 * code - 1;
    return type === 'signed' && code >= 2 ** (bits - 1) ? code - 2 ** bits : code;
  });
}

function writeWeights(bench: PackagedTop, layer: Layer, weights: ArrayLike<number>): void {
  const { bits, type, columns } = layer.weights.packing;
  const pieces = addresses(layer);
  const words = pieces.map(() => 0n);
  for (const [row, column] of matrix(layer)) {
    const value = weights[row * columns + column] ?? 0;
    const [word, low] = placeOf(layer, row, column);
    const code = BigInt.asUintN(bits, BigInt(type === 'bipolar' ? (value + 1) / 2 : value));
    words[word] = (words[word] ?? 0n) | (code << BigInt(low));
  }
  const writes = pieces.flatMap((list, n) =>
    list.map((addr, k) => ({
      addr,
      write: true,
      data: Number(BigInt.asUintN(32, (words[n] ?? 0n) >> BigInt(32 * k))),
    })),
  );
  const { offset, value } = layer.commit;
  accesses(bench, [...writes, { addr: layer.base + offset, write: true, data: value }]);
}

it.skipIf(skipWithoutVerilator())('are fed, read back and written by what the tree says', async () => {
  const [model, output, folding] = [digits('digits_w4a4.onnx'), join(work, 'w4'), join(work, 'folding.json')];
  const layers = {
    dense_0: { PE: 2, SIMD: 28, weights: 'external' },
    dense_1: { PE: 4, SIMD: 2, weights: 'programmable_stream' },
    dense_2: { PE: 5, SIMD: 8, weights: 'programmable' },
  };
  writeFileSync(folding, JSON.stringify(layers));
  await build({ model, output, folding, samples: 3, portBits: 64, clockMhz: 100, seed: 4n }, silent());
  const bench = await PackagedTop.of(output, randomStream(8n, 'pauses'));
  const { top } = bench;
  expect(top.weights).toMatchObject([{ prefix: 'dense_0_w_axis', bits: 64, layer: 'dense_0' }]);
  expect(top.control).toMatchObject({ prefix: 's_axi', layers: ['dense_1', 'dense_2'] });
  const [port] = top.weights ?? [];
  const beats = readBeats(output, port?.file ?? '');
  expect([beats.length, port?.beats_per_sample]).toEqual([port?.beats, port?.beats]);
  expect(beats.findIndex(({ last }) => last === 1)).toBe(beats.length - 1);

  const due = readBeats(output, 'vectors', 'output.hex');
  const given = readBeats(output, 'vectors', 'input.hex');
  expect(bench.play(given, due.length)).toEqual(due);

  // Waves of a build feed the port, whole turns, and leave the bus idle.
  const signals = ['dense_0_w_axis_tlast', 'dense_0_w_axis_error', 's_axi_*valid'];
  const { signals: waves } = await traceWaves({
    ...{ target: output, params: {}, from: 0, to: 4000, signals, seed: 2n, stall: '0.2' },
  });
  const changes = Object.fromEntries(waves.map(({ path, changes: each }) => [path, each.length]));
  expect(changes['dense_0_w_axis_tlast']).toBeGreaterThan(2);
  expect(changes).toMatchObject({ dense_0_w_axis_error: 1, s_axi_awvalid: 1, s_axi_wvalid: 1, s_axi_arvalid: 1 });

  const network = (await loadModel({ model })).loaded.stageNetwork;
  const map = readJson<AddressMapFile>(output, top.control?.address_map ?? '');
  expect(map.layers.map(({ layer }) => layer)).toEqual(top.control?.layers);
  const changed = weightedStages(network).map((stage) => {
    const layer = map.layers.find((each) => each.layer === stage.name);
    if (layer === undefined) return stage;
    expect(readWeights(bench, layer)).toEqual([...stage.weights]);
    // Rows in another order: sums stay in the range that was planned.
    const { rows, columns } = layer.weights.packing;
    const weights = stage.weights.map((_, k) => stage.weights[(k + columns) % (rows * columns)] ?? 0);
    writeWeights(bench, layer, weights);
    return { ...stage, weights };
  });
  // Between two samples a commit needs no sample to come.
  for (const { base, registers } of map.layers)
    expect(accesses(bench, [{ addr: base + registers.STATUS.offset, write: false }])).toEqual([2]);
  const stages = network.stages.map((stage) => changed.find(({ name }) => name === stage.name) ?? stage);
  const { input, output: result } = readJson<{ readonly top: { readonly input: Sizes; readonly output: Sizes } }>(
    ...[output, 'report.json'],
  ).top;
  const data = given.map((beat) => beat.data);
  const codes = unpackSamples(lanesOf(input), data, false);
  const after = packSamples(lanesOf(result), runStages({ ...network, stages }, codes).outputs);
  const now = bench.play(given, due.length);
  expect(now.map((beat) => beat.data)).toEqual(after.map((beat) => beat.data));
  expect(now).not.toEqual(due);
  expect(bench.sim.peek(port?.error ?? '')).toBe(0n);
});

interface Sizes {
  readonly beats_per_sample: number;
  readonly elements_per_beat: number;
  readonly element_bits: number;
  readonly elements: number;
}
const lanesOf = ({ beats_per_sample, elements_per_beat, element_bits, elements }: Sizes) => ({
  ...{ beats: beats_per_sample, lanes: elements_per_beat, laneBits: element_bits, elements },
});
