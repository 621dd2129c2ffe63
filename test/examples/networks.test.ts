/** The complete networks of examples/networks have the layers of the tables that accelerators are compared on. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { networks } from '../../examples/networks/index.js';
import { networkTable, type TableRow } from '../../src/engine/table/network-table.js';
import { type Graph, sizeOf } from '../../src/network/graph.js';
import { type Flow, graphOf, imageOf } from '../../src/network/layers/index.js';

const path = join(import.meta.dirname, '..', '..', '..', 'shared', 'networks', 'networks.json');
const there = existsSync(path);
const tables = there ? networkTable(JSON.parse(readFileSync(path, 'utf8')), path) : new Map<string, TableRow[]>();

/** What says what a layer computes. */
const figuresOf = (row: TableRow): string =>
  row.type === 'fc'
    ? `fc ${row.Ci} ${row.Co}`
    : `${row.H}x${row.W}x${row.Ci} ${row.Ho}x${row.Wo}x${row.Co} k${row.KH}x${row.KW} s${row.S} g${row.groups} p${row.padT},${row.padL}`;

/** The same figures of the nodes of a graph, whose tensors get their shapes from the flows. */
function figuresOfGraph(graph: Graph, shapes: ReadonlyMap<string, readonly number[]>): string[] {
  const numbers = (value: unknown): readonly number[] => value as readonly number[];
  return graph.nodes.flatMap(({ op, inputs, outputs, attributes }) => {
    const [x, y] = [shapes.get(inputs[0] ?? '') ?? [], shapes.get(outputs[0] ?? '') ?? []];
    if (op === 'MatMul') return [`fc ${sizeOf(x)} ${sizeOf(y)}`];
    if (op !== 'Conv') return [];
    const [[ci, h, w], [co, ho, wo]] = [imageOf(x), imageOf(y)];
    const [k, s, p] = [attributes['kernel_shape'], attributes['strides'], attributes['pads']].map(numbers);
    const group = Number(attributes['group']);
    return [`${h}x${w}x${ci} ${ho}x${wo}x${co} k${k?.join('x')} s${s?.[0]} g${group} p${p?.slice(0, 2).join()}`];
  });
}

/** Shapes of the tensors of a graph: flows in the order in which the graph names them. */
function graphAndShapes(name: string, end: Flow): [Graph, Map<string, readonly number[]>] {
  const shapes = new Map<string, readonly number[]>();
  const known = new Map<Flow, Flow>();
  const watched = (flow: Flow): Flow => {
    const seen = known.get(flow);
    if (seen !== undefined) return seen;
    const copy: Flow = {
      shape: flow.shape,
      inputs: flow.inputs.map(watched),
      emit: (writer, inputs) => {
        const output = flow.emit(writer, inputs);
        shapes.set(output, flow.shape);
        return output;
      },
    };
    known.set(flow, copy);
    return copy;
  };
  const graph = graphOf(name, watched(end));
  for (const { op, inputs, outputs } of graph.nodes) {
    const before = shapes.get(inputs[0] ?? '');
    // A flattened image is no flow of its own.
    if (op === 'Flatten' && before !== undefined) shapes.set(outputs[0] ?? '', [sizeOf(before)]);
  }
  return [graph, shapes];
}

/** Networks of more than 30 million weights take their time; their layers are made like those of the others. */
const large = new Set(['AlexNet', 'VGG16']);

describe.skipIf(!there)('the networks of examples/networks (needs ../shared/networks)', () => {
  it('are those of the tables', () => {
    expect(Object.keys(networks).toSorted()).toEqual([...tables.keys()].toSorted());
  });
  it.each(Object.keys(networks).filter((name) => !large.has(name)))('%s has the layers of its table', (name) => {
    const rows = (tables.get(name) ?? []).map(figuresOf);
    const found = figuresOfGraph(...graphAndShapes(name, networks[name]!()));
    expect(found.toSorted()).toEqual(rows.toSorted());
  });
  it.each([...large])('%s ends in the shapes of its table', (name) => {
    const shapes = new Set<string>();
    const visit = (flow: Flow): void => {
      shapes.add(imageOf(flow.shape).join());
      flow.inputs.forEach(visit);
    };
    visit(networks[name]!());
    for (const { Co, Ho, Wo } of tables.get(name) ?? []) expect([...shapes]).toContain(`${Co},${Ho},${Wo}`);
  });
});
