/** The node tests of ONNX itself: one operator a model, inputs and outputs made by the ONNX reference. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onnx } from '../../src/import/onnx-proto.js';
import { readOnnx } from '../../src/import/onnx-read.js';
import { readTensor } from '../../src/import/onnx-tensor.js';
import { executeAll } from '../../src/network/execute.js';
import type { Tensor } from '../../src/network/graph.js';
import { largestDifference, sharedPath } from '../network/shared.js';

const folder = sharedPath('onnx-node-tests');
const have = existsSync(folder);
if (!have) console.log(`ONNX node tests not found in ${folder}: skipped (set HEDDLE_SHARED)`);

/** Operators that the executor has; element types that the reader has not (int16 sums wrap, uint32, uint64) are left out. */
const wanted = /^test_(add|batchnorm|clip|concat|flatten|gemm|matmul|relu|reshape|softmax|transpose)(_|$)/;
const leftOut = /expanded|_u?int(8|16|32|64)(_|$)|training_mode|matmulinteger/;
const names = have ? readdirSync(folder).filter((name) => wanted.test(name) && !leftOut.test(name)) : [];

function tensors(name: string, kind: 'input' | 'output'): Tensor[] {
  const data = join(folder, name, 'test_data_set_0');
  const files = readdirSync(data).filter((file) => file.startsWith(`${kind}_`));
  return files.map((_, index) => {
    const file = join(data, `${kind}_${index}.pb`);
    return readTensor(onnx.TensorProto.decode(readFileSync(file)), file, file);
  });
}

describe.skipIf(!have)('ONNX node tests', () => {
  test('there are some', () => expect(names.length).toBeGreaterThan(50));

  test.each(names)('%s', (name) => {
    const graph = readOnnx(readFileSync(join(folder, name, 'model.onnx')), name);
    const inputs = tensors(name, 'input');
    const feeds = new Map(
      graph.inputs.map((value, index) => [value.name, inputs[index] ?? { shape: [], data: new Float64Array() }]),
    );
    const values = executeAll(graph, feeds);
    tensors(name, 'output').forEach((expected, index) => {
      const actual = values.get(graph.outputs[index]?.name ?? '');
      expect(actual?.shape).toEqual(expected.shape);
      // The expected values are float32.
      const size = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      expect(largestDifference(actual?.data ?? [], expected.data)).toBeLessThan(2e-6 * size);
    });
  });
});
