/** Small faults in the circuit of the engine, and traces of the model that must notice them. */
import { randomStream, type RandomStream } from '../../../src/base/random.js';
import { HeddleError } from '../../../src/base/diagnostics.js';
import type { Design } from '../../../src/circuit/index.js';
import type { Engine } from '../../../src/engine/config.js';
import type { Simulation } from '../../../src/simulator/index.js';
import { passCycles } from '../../../src/engine/cycles.js';
import type { EngineLayer } from '../../../src/engine/layer.js';
import { randomLayer } from '../random-layer.js';
import { layerPackets, type Packets } from '../rtl/core-bench.js';
import { compareForms, type Form, type Inputs, modelled, simulated } from './engine-bench.js';

/** Inputs and outputs of a model, cycle by cycle. */
export type Trace = readonly { readonly inputs: Inputs; readonly outputs: Inputs }[];

type Stalls = Parameters<typeof compareForms>[5];
interface Kind {
  readonly fits: (layer: EngineLayer, words: number) => boolean;
  readonly stalls: Stalls;
}

/** Layers of every mode, weights that fill the ring, results that fill the output. */
const kinds = (WD: number): readonly Kind[] => [
  ...(['shift', 'mult', 'single', 'fixed'] as const).map((mode) => ({
    fits: ({ op, requant }: EngineLayer) => op === 'dense' && requant.mode === mode,
    stalls: 0.3,
  })),
  ...(['dw', 'max', 'sum'] as const).map((op) => ({ fits: (layer: EngineLayer) => layer.op === op, stalls: 0.2 })),
  { fits: ({ requant }) => requant.thresholds !== undefined, stalls: 0 },
  { fits: ({ requant }) => requant.lut !== undefined, stalls: 0.5 },
  { fits: ({ op }, words) => op === 'dense' && words > 2 * WD, stalls: 0 },
  { fits: ({ op }, words) => op === 'dense' && words > 2 * WD, stalls: { w: 0, x: 0, y: 0.2 } },
  {
    fits: ({ op, output, y }) => op === 'dw' && output.channels > 3 && output.height > 4 && y.kernel < 4,
    stalls: { w: 0, x: 0, y: 0.9 },
  },
  {
    fits: ({ op, output, y }) => op === 'max' && output.channels > 3 && output.height > 4 && y.kernel < 4,
    stalls: { w: 0, x: 0, y: 0.95 },
  },
];

/** Most cycles of a trace: replays are many. */
const LONGEST = 3000;

/** A trace of the model for a short random layer of every kind, layers `from` and following of a seed; all are different. */
export function modelTraces(engine: Engine, seed: bigint, from: number): Trace[] {
  let index = from;
  return kinds(engine.WD).map(({ fits, stalls }) => {
    for (; ; index++) {
      const layer = randomLayer(seed, index, { engine });
      try {
        const { passes, packets } = layerPackets(layer);
        const words = passes.reduce((sum, { header: h }) => sum + h.wWords * h.CHN * h.OTN, 0);
        const bound = passes.reduce((sum, { header }) => sum + passCycles(engine, header), 0);
        if (!fits(layer.layer, words) || bound > LONGEST) continue;
        return trace(engine, packets, passes.length, randomStream(seed, `trace ${index++}`), stalls);
      } catch (error) {
        // Layers that have no room in a small engine are refused.
        if (!(error instanceof HeddleError)) throw error;
      }
    }
  });
}

function trace(engine: Engine, packets: Packets, passes: number, random: RandomStream, stalls: Stalls): Trace {
  const seen: { inputs: Inputs; outputs: Inputs }[] = [];
  const model = modelled(engine);
  const spy: Form = {
    ...model,
    settle(inputs) {
      const outputs = model.settle(inputs);
      seen.push({ inputs, outputs });
      return outputs;
    },
  };
  compareForms([spy], engine, packets, passes, random, stalls);
  return seen;
}

/** The first difference of a circuit from a trace, undefined where there is none. */
export function difference(sim: Simulation, trace: Trace): string | undefined {
  const form = simulated('circuit', sim);
  sim.poke('aresetn', 0);
  form.reset();
  for (const [cycle, { inputs, outputs }] of trace.entries()) {
    const seen = form.settle(inputs);
    for (const [port, value] of Object.entries(outputs))
      if (seen[port] !== value) return `cycle ${cycle}: ${port} is ${seen[port]}, the model has ${value}`;
    form.tick(inputs);
  }
  return undefined;
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const swaps: Readonly<Record<string, string>> = {
  ...{ eq: 'ne', ne: 'eq', lt: 'le', le: 'lt', gt: 'ge', ge: 'gt', and: 'or', or: 'and' },
  ...{ addWrap: 'subWrap', subWrap: 'addWrap' },
};

/** Other operators and values that fit in the place of a node. */
function faultsOf(node: Node): { readonly what: string; readonly change: (node: Node) => void }[] {
  const fn = String(node['fn']);
  const swapped = swaps[fn];
  if (node['op'] === 'binary' && swapped !== undefined)
    return [{ what: `${fn} is ${swapped}`, change: (each) => void (each['fn'] = swapped) }];
  if (node['op'] === 'mux') {
    const turn = (each: Node): void => void ([each['a'], each['b']] = [each['b'], each['a']]);
    return [{ what: 'a choice is the other way round', change: turn }];
  }
  if (node['op'] === 'const' && typeof node['value'] === 'bigint') {
    const value = node['value'];
    const other = value === 0n ? 1n : value - 1n;
    return [{ what: `${value} is ${other}`, change: (each) => void (each['value'] = other) }];
  }
  return [];
}

/** All nodes of a module's body that can be changed, in a fixed order. */
function sites(value: unknown, found: Node[] = []): Node[] {
  if (Array.isArray(value)) for (const each of value as readonly unknown[]) sites(each, found);
  else if (isNode(value)) {
    if (faultsOf(value).length > 0) found.push(value);
    for (const [key, each] of Object.entries(value)) if (key !== 'type' && key !== 'place') sites(each, found);
  }
  return found;
}

export interface Mutant {
  readonly what: string;
  readonly design: Design;
}

/** A design with one random fault in one of the modules. */
export function randomMutant(design: Design, modules: readonly string[], random: RandomStream): Mutant {
  const name = modules[random.nextInt(modules.length)] ?? '';
  const module = structuredClone(design.modules[name]);
  if (module === undefined) throw new Error(`no module ${name}`);
  const all = sites(module.items);
  const at = random.nextInt(Math.max(1, all.length));
  const node = all[at];
  if (node === undefined) return randomMutant(design, modules, random);
  const [fault] = faultsOf(node);
  fault?.change(node);
  return {
    what: `${name}, place ${at} of ${all.length}: ${fault?.what}`,
    design: { ...design, modules: { ...design.modules, [name]: module } },
  };
}

/** A design in which an instance has other values of parameters. */
export function withParameters(
  design: Design,
  name: string,
  instance: string,
  values: Readonly<Record<string, number>>,
): Design {
  const module = structuredClone(design.modules[name]);
  if (module === undefined) throw new Error(`no module ${name}`);
  const found = module.items.find((item) => item.item === 'instance' && item.name === instance);
  if (found?.item !== 'instance') throw new Error(`no instance ${instance}`);
  for (const [key, value] of Object.entries(values)) {
    if (!(key in found.actuals)) throw new Error(`no parameter ${key}`);
    (found.actuals as Record<string, unknown>)[key] = { op: 'lit', value };
  }
  return { ...design, modules: { ...design.modules, [name]: module } };
}

/** A design in which operator `fn` of one place of a module, the `at`-th of its kind, is another that fits. */
export function withOperator(design: Design, name: string, fn: string, at = 0): Design {
  const module = structuredClone(design.modules[name]);
  if (module === undefined) throw new Error(`no module ${name}`);
  const node = sites(module.items).filter((each) => each['op'] === 'binary' && each['fn'] === fn)[at];
  if (node === undefined) throw new Error(`no ${fn} in ${name}`);
  faultsOf(node)[0]?.change(node);
  return { ...design, modules: { ...design.modules, [name]: module } };
}

/** A design in which the requantizer takes rounding mode `from` for mode `to`: comparisons with a code of three bits. */
export function withRounding(design: Design, from: bigint, to: bigint): Design {
  const name = 'engine_requantize';
  const module = structuredClone(design.modules[name]);
  if (module === undefined) throw new Error(`no module ${name}`);
  const codes = sites(module.items)
    .filter((each) => each['op'] === 'binary' && each['fn'] === 'eq')
    .map((each) => each['b'])
    .filter((each): each is Node => isNode(each) && each['op'] === 'const' && each['value'] === from)
    .filter(({ type }) => isNode(type) && isNode(type['width']) && type['width']['value'] === 3);
  if (codes.length === 0) throw new Error(`nothing is compared with rounding mode ${from}`);
  for (const code of codes) code['value'] = to;
  return { ...design, modules: { ...design.modules, [name]: module } };
}
