/** QDQ, QCDQ and QOperator networks: rewritten to Quant nodes they give what ONNX's own operators give, by graph and by stages. */
import { describe, expect, test } from 'vitest';
import { randomStream, type RandomStream } from '../../src/base/random.js';
import { withoutLinearQuantizers } from '../../src/import/onnx-qdq.js';
import { executeSamples } from '../../src/network/execute.js';
import { scalar, sizeOf, tensor, type Graph, type GraphNode, type Tensor } from '../../src/network/graph.js';
import { lowerGraph } from '../../src/network/lower.js';
import { decodeOutput, toStream } from '../../src/network/ports.js';
import { runStages } from '../../src/network/run-stages.js';
import { largestDifference } from '../network/shared.js';

const uint8 = 2;
const int8 = 3;

/** A graph written node by node; scales are powers of two, so that float64 sums of codes and of values are the same numbers. */
class Written {
  readonly nodes: GraphNode[] = [];
  readonly initializers = new Map<string, Tensor>();

  constructor(readonly random: RandomStream) {}

  constant(name: string, value: Tensor | number): string {
    this.initializers.set(name, typeof value === 'number' ? scalar(value) : value);
    return name;
  }

  integers(name: string, shape: readonly number[], low: number, high: number): string {
    const data = Array.from({ length: sizeOf(shape) }, () => low + this.random.nextInt(high - low + 1));
    return this.constant(name, tensor(shape, data));
  }

  add(op: string, name: string, inputs: string[], attributes: GraphNode['attributes'] = {}, domain = ''): string {
    this.nodes.push({ name, op, domain, inputs, outputs: [`${name}_out`], attributes });
    return `${name}_out`;
  }

  /** Quantize and dequantize, with a Clip between them where bounds are given. */
  pair(
    from: string,
    name: string,
    scale: number,
    zero: number,
    type: number,
    clip?: readonly [number, number],
  ): string {
    const parameters = [this.constant(`${name}_s`, scale), this.constant(`${name}_z`, zero)];
    let codes = this.add('QuantizeLinear', `${name}_q`, [from, ...parameters], { output_dtype: type });
    if (clip) {
      const bounds = clip.map((bound, at) => this.constant(`${name}_bound${at}`, bound));
      codes = this.add('Clip', `${name}_clip`, [codes, ...bounds]);
    }
    return this.add('DequantizeLinear', `${name}_dq`, [codes, ...parameters]);
  }

  graph(shape: readonly number[], output: string, outputShape: readonly number[]): Graph {
    return {
      name: 'quantized',
      source: 'qonnx',
      inputs: [{ name: 'x', shape }],
      outputs: [{ name: output, shape: outputShape }],
      nodes: this.nodes,
      initializers: this.initializers,
    };
  }
}

/** Codes of an 8-bit port with real value `code * scale`; the graph in three forms gives the same. */
function compare(graph: Graph, scale: number, random: RandomStream): Graph {
  const rewritten = withoutLinearQuantizers(graph, 'file');
  const shape = graph.inputs[0]?.shape.slice(1) ?? [];
  const codes = Float64Array.from({ length: 4 * sizeOf(shape) }, () => random.nextInt(256));
  const reals = codes.map((code) => code * scale);
  const expected = executeSamples(graph, reals);
  expect(new Set(expected).size).toBeGreaterThan(3);
  expect(largestDifference(executeSamples(rewritten, reals), expected)).toBe(0);
  const network = lowerGraph(rewritten, { inputType: { kind: 'int', bits: 8, signed: false }, inputScale: scale });
  const run = runStages(network, toStream(codes, network.input));
  expect(largestDifference(decodeOutput(run.outputs, network.output), expected)).toBe(0);
  return rewritten;
}

function convolutional(zero: number, clip?: readonly [number, number]): { graph: Graph; random: RandomStream } {
  const random = randomStream(5n, `qdq ${zero}`);
  const w = new Written(random);
  const x = w.pair('x', 'in', 2 ** -7, 0, uint8);
  const kernel = w.integers('kernel', [4, 2, 3, 3], -128, 127);
  const scales = w.constant('kernel_s', tensor([4], [2 ** -7, 2 ** -8, 2 ** -6, 2 ** -7]));
  const zeros = w.constant('kernel_z', tensor([4], [0, 3, 0, -2]));
  const weights = w.add('DequantizeLinear', 'kernel_dq', [kernel, scales, zeros], { axis: 0 });
  const biasScales = w.constant('bias_s', tensor([4], [2 ** -14, 2 ** -15, 2 ** -13, 2 ** -14]));
  const bias = w.add('DequantizeLinear', 'bias_dq', [w.integers('bias', [4], -9999, 9999), biasScales], { axis: 0 });
  const sum = w.add('Conv', 'conv', [x, weights, bias], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  const relu = w.add('Relu', 'relu', [sum]);
  const middle = w.pair(relu, 'mid', 2 ** -3, zero, uint8, clip);
  // The pool reads codes, as ONNX Runtime leaves it.
  const parameters = ['mid_s', 'mid_z'];
  const again = w.add('QuantizeLinear', 'again_q', [middle, ...parameters], { output_dtype: uint8 });
  const pooled = w.add('MaxPool', 'pool', [again], { kernel_shape: [2, 2], strides: [2, 2] });
  const flat = w.add('Flatten', 'flat', [pooled]);
  const real = w.add('DequantizeLinear', 'pool_dq', [flat, ...parameters]);
  const matrix = w.add('DequantizeLinear', 'matrix_dq', [
    w.integers('matrix', [16, 3], -127, 127),
    w.constant('matrix_s', 2 ** -7),
  ]);
  const product = w.add('MatMul', 'matmul', [real, matrix]);
  const output = w.pair(product, 'out', 2 ** -1, 0, int8);
  return { graph: w.graph([1, 2, 4, 4], output, [1, 3]), random };
}

describe('QDQ', () => {
  test.each([0, 3, 7])('convolution, pool on codes and matrix; zero point %i', (zero) => {
    const { graph, random } = convolutional(zero);
    const rewritten = compare(graph, 2 ** -7, random);
    expect(rewritten.nodes.some((node) => node.op.endsWith('Linear'))).toBe(false);
  });

  test('QCDQ: a Clip between the pair gives the bits of the quantizer', () => {
    const { graph, random } = convolutional(0, [0, 15]);
    const rewritten = compare(graph, 2 ** -7, random);
    const bits = rewritten.nodes
      .filter((node) => node.op === 'Quant')
      .map((node) => rewritten.initializers.get(node.inputs[3] ?? '')?.data[0]);
    expect(bits).toContain(4);
  });

  test('everything that has no place is listed at once, with a rewrite', () => {
    const w = new Written(randomStream(1n, 'bad'));
    const s = w.constant('s', 0.5);
    const other = w.constant('other', 0.25);
    const q = w.add('QuantizeLinear', 'q', ['x', s]);
    const bad = w.add('DequantizeLinear', 'other_scale', [q, other]);
    const codes = w.add('QuantizeLinear', 'q2', [bad, s]);
    const gone = w.add('Relu', 'relu_on_codes', [codes]);
    const end = w.add('DequantizeLinear', 'no_quantizer', [gone, s]);
    const refused = (): Graph => withoutLinearQuantizers(w.graph([1, 4], end, [1, 4]), 'file.onnx');
    for (const name of ['other_scale', 'relu_on_codes', 'no_quantizer']) expect(refused).toThrow(name);
    expect(refused).toThrow(/H3003/);
  });
});

describe('QOperator', () => {
  test('QLinearConv, QLinearAdd, QLinearGlobalAveragePool and QLinearMatMul; codes at the output', () => {
    const random = randomStream(6n, 'qoperator');
    const w = new Written(random);
    const number = (name: string, value: number): string => w.constant(name, value);
    const at = (name: string, exponent: number, zero: number): [string, string] => [
      number(`${name}_s`, 2 ** exponent),
      number(`${name}_z`, zero),
    ];
    const first = at('a', -4, 0);
    const a = w.add('QuantizeLinear', 'a', ['x', ...first], { output_dtype: uint8 });
    const conv = (name: string, from: string, source: string[], to: [string, string]): string =>
      w.add(
        'QLinearConv',
        name,
        [
          from,
          ...source,
          w.integers(`${name}_w`, [2, 2, 3, 3], -127, 127),
          number(`${name}_ws`, 2 ** -8),
          number(`${name}_wz`, 0),
          ...to,
          w.integers(`${name}_b`, [2], -500, 500),
        ],
        { kernel_shape: [3, 3], pads: [1, 1, 1, 1], output_dtype: uint8 },
      );
    const second = at('b', -3, 0);
    const b = conv('b', a, first, second);
    const c = conv('c', b, second, second);
    const sum = at('d', -2, 0);
    const d = w.add('QLinearAdd', 'd', [b, ...second, c, ...second, ...sum], { output_dtype: uint8 }, 'com.microsoft');
    const mean = at('e', -2, 0);
    const e = w.add('QLinearGlobalAveragePool', 'e', [d, ...sum, ...mean], { output_dtype: uint8 }, 'com.microsoft');
    const flat = w.add('Flatten', 'flat', [e]);
    const result = at('f', -2, 5);
    const f = w.add(
      'QLinearMatMul',
      'f',
      [flat, ...mean, w.integers('f_w', [2, 8], -127, 127), number('f_ws', 2 ** -6), number('f_wz', 0), ...result],
      { output_dtype: int8 },
    );
    const graph = withoutLinearQuantizers(w.graph([1, 2, 4, 4], f, [1, 8]), 'file');
    const codes = Float64Array.from({ length: 64 }, () => random.nextInt(256));
    const inputScale = 2 ** -4;
    const expected = executeSamples(
      graph,
      codes.map((code) => code * inputScale),
    );
    expect(new Set(expected).size).toBeGreaterThan(3);
    const network = lowerGraph(graph, { inputType: { kind: 'int', bits: 8, signed: false }, inputScale });
    expect(network.stages.map((stage) => stage.kind)).toContain('add');
    const run = runStages(network, toStream(codes, network.input));
    expect(largestDifference(decodeOutput(run.outputs, network.output), expected)).toBe(0);
    expect(expected.every((code) => Number.isInteger(code) && code >= -128 && code <= 127)).toBe(true);
  });
});
