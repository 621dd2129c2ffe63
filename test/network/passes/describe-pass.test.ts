import { expect, it } from 'vitest';
import { type Graph, type GraphNode, scalar } from '../../../src/network/graph.js';
import { describePass } from '../../../src/network/passes/describe-pass.js';

const node = (op: string, name: string, inputs: readonly string[]): GraphNode => ({
  ...{ name, op, domain: '', inputs, outputs: [`${name}_out`], attributes: {} },
});
const graph = (nodes: readonly GraphNode[], constants: Readonly<Record<string, number>>): Graph => ({
  ...{ name: 'g', source: 'qonnx', inputs: [], outputs: [], nodes },
  initializers: new Map(Object.entries(constants).map(([name, value]) => [name, scalar(value)])),
});

it('counts operators that went and came, nodes that read other tensors, constants with other values', () => {
  const before = graph([node('Mul', 'm', ['x', 'a']), node('Add', 'n', ['m_out', 'b']), node('Relu', 'r', ['n_out'])], {
    a: 1,
    b: 2,
  });
  const after = graph([node('Add', 'n', ['x', 'b']), node('Relu', 'r', ['n_out']), node('Div', 'd', ['r_out', 'c'])], {
    b: 3,
    c: 4,
  });
  expect(describePass(before, after)).toEqual({
    before: 3,
    after: 3,
    operators: [
      { op: 'Mul', by: -1 },
      { op: 'Div', by: 1 },
    ],
    rewired: 1,
    constants: 2,
  });
});

it('finds nothing where nothing was done', () => {
  const same = graph([node('Relu', 'r', ['x'])], { a: 1 });
  expect(describePass(same, same)).toEqual({ before: 1, after: 1, operators: [], rewired: 0, constants: 0 });
});
