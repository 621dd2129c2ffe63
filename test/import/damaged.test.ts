/** Damaged files: whatever happens to the bytes, the answer is a model or a HeddleError, never another exception. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { describe, expect, test } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { formatNpy, parseNpy } from '../../src/base/npy.js';
import { parseHls4mlYaml } from '../../src/import/hls4ml-yaml.js';
import { loadNetwork } from '../../src/import/index.js';
import { encodeQonnx } from '../../src/import/onnx-write.js';
import { random, randomNetwork } from '../network/random-graph.js';
import { haveModels, model } from '../network/shared.js';

const seed = Number(process.env.HEDDLE_SEED ?? 20);
const flips = Number(process.env.HEDDLE_FLIPS ?? 150);

/** Runs `use`; returns the code of the HeddleError or undefined, and fails on anything else. */
async function outcome(use: () => unknown, what: string): Promise<string | undefined> {
  try {
    await use();
    return undefined;
  } catch (error) {
    if (!(error instanceof HeddleError))
      throw new Error(`${what} (HEDDLE_SEED=${seed}): ${String(error)}`, { cause: error });
    expect(error.exitCode, what).toBe(2);
    expect(error.diagnostics.length, what).toBeGreaterThan(0);
    return error.diagnostics[0]?.code;
  }
}

/** Loads and also lowers: damage may only show there. */
async function load(bytes: Uint8Array): Promise<void> {
  const directory = dirSync({ unsafeCleanup: true });
  try {
    const path = join(directory.name, 'model');
    writeFileSync(path, bytes);
    const network = await loadNetwork(path);
    const size = network.inputShape.reduce((product, length) => product * length, 1);
    network.reference(new Float64Array(size));
    void network.stageNetwork;
  } finally {
    directory.removeCallback();
  }
}

function damaged(bytes: Uint8Array, next: () => number): Uint8Array {
  // Not slice: that of a Buffer shares its memory.
  const copy = Uint8Array.from(bytes);
  for (let count = 1 + Math.floor(next() * 3); count > 0; count--) {
    const at = Math.floor((next() < 0.5 ? next() : next() ** 4) * copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(next() * 8));
  }
  return copy;
}

const qonnx = encodeQonnx(randomNetwork(3).graph);

test('truncated QONNX', async () => {
  for (let length = 0; length < qonnx.length; length += Math.max(1, Math.floor(qonnx.length / 300)))
    expect(await outcome(() => load(qonnx.slice(0, length)), `${length} bytes`)).toMatch(/^H30/);
});

test('QONNX with flipped bits', async () => {
  const next = random(seed);
  for (let count = 0; count < flips; count++) {
    const bytes = damaged(qonnx, next);
    await outcome(() => load(bytes), `flip ${count}`);
  }
});

describe.skipIf(!haveModels)('reference models', () => {
  const read = (): Uint8Array => readFileSync(model('ad03', 'model_ToyCar.h5'));

  test('truncated .h5', async () => {
    const bytes = read();
    for (const part of [0, 7, 8, 9, 40, 47, 48, 96, 500, 2048, 10_000, 100_000, bytes.length - 4096, bytes.length - 1])
      expect(await outcome(() => load(bytes.slice(0, part)), `${part} bytes`)).toMatch(/^H300[12]$/);
  });

  test('.h5 with flipped bits', async () => {
    const next = random(seed);
    const bytes = read();
    for (let count = 0; count < 15; count++) {
      const broken = damaged(bytes, next);
      await outcome(() => load(broken), `flip ${count}`);
    }
  });

  test('truncated and flipped TFC', async () => {
    const bytes = readFileSync(model('tfc', 'TFC_2W2A.onnx'));
    for (const part of [1, 10, 1000, 100_000, bytes.length - 1])
      expect(await outcome(() => load(bytes.subarray(0, part)), `${part} bytes`)).toMatch(/^H30/);
    const next = random(seed);
    for (let count = 0; count < 20; count++) {
      const broken = damaged(bytes, next);
      await outcome(() => load(broken), `flip ${count}`);
    }
  });

  test('YAML cut off or damaged', async () => {
    const bytes = readFileSync(model('ad03', 'hls4ml.yml'));
    const next = random(seed);
    for (let length = 0; length < bytes.length; length += 13)
      await outcome(() => parseHls4mlYaml(bytes.toString('latin1', 0, length), 'cut.yml'), `${length} bytes`);
    for (let count = 0; count < flips; count++) {
      const text = Buffer.from(damaged(bytes, next)).toString('latin1');
      await outcome(() => parseHls4mlYaml(text, 'flipped.yml'), `flip ${count}`);
    }
  });
});

test('truncated and flipped .npy', async () => {
  const bytes = formatNpy({ dtype: 'i4', shape: [3, 5], data: Array.from({ length: 15 }, (_, index) => index - 7) });
  for (let length = 0; length < bytes.length; length++)
    expect(await outcome(() => parseNpy(bytes.slice(0, length), 'cut.npy'), `${length} bytes`)).toBe('H3013');
  const next = random(seed);
  for (let count = 0; count < 10 * flips; count++) {
    const broken = damaged(bytes, next);
    await outcome(() => parseNpy(broken, 'flipped.npy'), `flip ${count}`);
  }
});

test('foreign files', async () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  expect(await outcome(() => load(text('{"layers": []}')), 'JSON')).toBe('H3001');
  expect(await outcome(() => load(text('PK\u0003\u0004 archive')), 'zip')).toBe('H3001');
  expect(await outcome(() => load(new Uint8Array(0)), 'empty')).toBe('H3001');
  expect(await outcome(() => parseHls4mlYaml('a: [1', 'x.yml'), 'YAML')).toBe('H3009');
  expect(await outcome(() => parseHls4mlYaml('a: 1', 'x.yml'), 'YAML')).toBe('H3009');
});

test('NaN and infinite weights have their own number', async () => {
  const { graph } = randomNetwork(3);
  for (const bad of [NaN, Infinity]) {
    const [name, first] = [...graph.initializers][0] ?? ['', { shape: [], data: new Float64Array() }];
    const data = first.data.slice();
    data[0] = bad;
    const bytes = encodeQonnx({ ...graph, initializers: new Map(graph.initializers).set(name, { ...first, data }) });
    expect(await outcome(() => load(bytes), String(bad))).toBe('H3004');
  }
});
