/** The table of `heddle tops` against the tops that are built. */
import { describe, expect, it } from 'vitest';
import type { Design } from '../../src/circuit/index.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { Engine } from '../../src/engine/config.js';
import { engineTop } from '../../src/engine/rtl/top.js';
import { buildDesign } from '../../src/hdl/index.js';
import { elaborate } from '../../src/simulator/index.js';
import { type Combination, combinations } from '../../src/soc/combinations.js';
import { dataflowTop } from '../../src/soc/dataflow-top.js';
import { engineMapped } from '../../src/soc/engine-top.js';
import { randomCase } from '../dataflow/random-network.js';

const one = randomCase(50n);
const chainOf = (weights: 'rom' | 'programmable' | 'external') => {
  const folding = Object.fromEntries(Object.entries(one.folding).map(([name, layer]) => [name, { ...layer, weights }]));
  return planNetwork(one.network, { folding, portBits: one.portBits }).chain;
};
const engine = Engine.parse('P=4,G=2,M=4,D=2,XP=64,WP=64,YP=64,ADD=0');

function topOf({ backend, memory, weights }: Combination): Design {
  if (backend === 'engine') return memory === 'mapped' ? engineMapped(engine) : buildDesign(engineTop(engine));
  const place = { fixed: 'rom', programmable: 'programmable', float32: 'programmable', streamed: 'external' } as const;
  return dataflowTop(chainOf(place[weights]), memory, weights === 'float32');
}

/** Buses of a top: what its valid signals belong to, without the registers. */
function busesOf(design: Design): string[] {
  const ports = design.modules[design.top]!.signals.map(({ name }) => name);
  const named = ports.flatMap((name) => /^([sm]_axis?(?:_[a-z]+)?)_(?:ar|aw|w|r|b|t)valid$/.exec(name)?.[1] ?? []);
  return [...new Set(named)].filter((name) => !name.startsWith('s_axi_ctrl'));
}

describe('what goes together', () => {
  it('is said for every back end, memory side and place of weights once', () => {
    const keys = combinations.map(({ backend, memory, weights }) => `${backend} ${memory} ${weights}`);
    expect(new Set(keys).size).toBe(16);
    expect(keys).toHaveLength(16);
    expect(combinations.filter(({ top }) => top !== undefined)).toHaveLength(8);
  });

  it.each(combinations.filter(({ top }) => top !== undefined))('$backend, $memory, $weights has its ports', (each) => {
    const design = topOf(each);
    expect(design.top).toBe(each.top!.replace('<network>', one.network.name).replace(/^engine$/, design.top));
    expect(busesOf(design).toSorted()).toEqual([...each.ports!].toSorted());
    expect('weight_cast' in design.modules).toBe(each.weights === 'float32');
    if (each.backend === 'dataflow') expect(elaborate(design).ports.length).toBeGreaterThan(0);
  });

  it.each(['stream', 'mapped'] as const)('refuses weights from outside, %s', (memory) => {
    expect(() => topOf({ backend: 'dataflow', memory, weights: 'streamed', note: '' })).toThrow('H2601');
  });
});

it('a layer with styles has a module of its own in the top too, whatever the name of the network', () => {
  const chain = chainOf('rom');
  const weighted = chain.nodes.find(({ kind }) => kind.startsWith('matvec'))!;
  const nodes = chain.nodes.map((node) => (node === weighted ? { ...node, styles: { ram: 'block' as const } } : node));
  const { modules, top } = dataflowTop({ ...chain, name: 'OneNet', nodes }, 'mapped');
  expect(top).toBe('one_net_mapped');
  expect(Object.keys(modules)).toEqual(expect.arrayContaining(['one_net', 'one_net_mapped']));
  const uses = modules['one_net']!.items.flatMap((item) =>
    item.item === 'instance' && item.name === weighted.name ? [item.module] : [],
  );
  expect(uses).toEqual([expect.stringMatching(/_block$/)]);
});
