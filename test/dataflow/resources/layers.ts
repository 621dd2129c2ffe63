/** Layers whose estimate is compared with Yosys: parts of the chains of real networks, at foldings that Yosys gets through soon. */
import { join } from 'node:path';
import { loadModel } from '../../../src/build/load-model.js';
import type { Chain, ChainNode, PortPlan } from '../../../src/dataflow/chain.js';
import { inputStream, lineNode, outputWidth } from '../../../src/dataflow/chain-streams.js';
import type { Folding } from '../../../src/dataflow/folding.js';
import { planNetwork } from '../../../src/dataflow/plan.js';
import { haveModels, model } from '../../network/shared.js';

export interface LayerCase {
  readonly name: string;
  readonly chain: Chain;
}

interface Source {
  readonly title: string;
  readonly file: string;
  readonly numerics?: string;
  readonly foldings: readonly Folding[];
  /** Stages of interest, `network` for the whole chain. */
  readonly stages: readonly string[];
}

const digits = (name: string): string => join('vectors', 'digits', name);
const f = (PE: number, SIMD: number) => ({ PE, SIMD });

/** Layers of the digit networks that are in the tree. */
const own: readonly Source[] = [
  {
    title: 'digits_w4a4',
    file: digits('digits_w4a4.onnx'),
    foldings: [{ dense_0: f(2, 4), dense_1: f(2, 8), dense_2: f(1, 4) }],
    stages: ['dense_0', 'dense_1', 'dense_2', 'network'],
  },
  {
    title: 'digits_w1a1',
    file: digits('digits_w1a1.onnx'),
    foldings: [{ dense_0: f(2, 16), dense_1: f(4, 8), dense_2: f(8, 16), dense_3: f(1, 8) }],
    stages: ['dense_0', 'dense_1', 'dense_2', 'dense_3'],
  },
];

/** Layers of the reference models beside the tree, where they are. */
const shared: readonly Source[] = [
  {
    title: 'tfc_1w1a',
    file: model('tfc', 'TFC_1W1A.onnx'),
    foldings: [{ dense_0: f(4, 49), dense_1: f(8, 8), dense_2: f(8, 8), dense_3: f(10, 8) }],
    stages: ['dense_0', 'dense_1', 'dense_3'],
  },
  {
    title: 'tfc_2w2a',
    file: model('tfc', 'TFC_2W2A.onnx'),
    foldings: [{ dense_1: f(4, 8), dense_2: f(2, 16), dense_0: f(1, 8), dense_3: f(1, 1) }],
    stages: ['dense_0', 'dense_1', 'dense_2'],
  },
  {
    title: 'ad03',
    file: model('ad03', 'model_ToyCar.h5'),
    numerics: model('ad03', 'hls4ml.yml'),
    foldings: [{ dense_0: f(1, 4), dense_1: f(4, 8), dense_2: f(2, 2), dense_3: f(2, 8) }],
    stages: ['dense_0', 'dense_1', 'dense_2', 'dense_3'],
  },
  {
    title: 'rn06',
    file: model('rn06', 'model_best.h5'),
    numerics: model('rn06', 'hls4ml.yml'),
    foldings: [{ conv_0: f(2, 3), conv_1: f(2, 4), conv_2: f(1, 8), dense_0: f(1, 2) }],
    stages: ['conv_0', 'conv_1', 'dense_0'],
  },
  {
    title: 'cnv_w1a1',
    file: model('cnv_w1a1', 'cnv_w1a1.onnx'),
    foldings: [
      {
        ...{
          conv_0: f(4, 3),
          conv_1: f(4, 16),
          conv_2: f(2, 32),
          conv_3: f(2, 32),
          conv_4: f(1, 32),
          conv_5: f(1, 32),
        },
        ...{ dense_0: f(1, 4), dense_1: f(1, 8), dense_2: f(5, 1) },
      },
    ],
    stages: ['conv_0', 'conv_1', 'dense_0'],
  },
];

function port(bits: number, beats: number): PortPlan {
  return { bits, lanes: 1, laneBits: bits, elements: beats, beats };
}

/** The nodes of one stage between ports as wide as its streams. */
export function partOf(chain: Chain, stage: string): Chain {
  const nodes = chain.nodes.filter((node) => node.stage === stage);
  const widths = new Map([[inputStream, chain.input.bits]]);
  for (const node of chain.nodes) for (const stream of node.outputs) widths.set(stream, outputWidth(node));
  let stream = inputStream;
  const line = nodes.map((node): ChainNode => {
    const placed = lineNode(node, node.name, node.stage, stream);
    stream = node.name;
    return placed;
  });
  const [first, last] = [nodes[0], nodes.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`${chain.name} has no stage ${stage}`);
  const input = port(widths.get(first.inputs[0] ?? '') ?? 0, 1);
  return { name: `${chain.name}_${stage}`, input, nodes: line, output: port(outputWidth(last), 1) };
}

async function casesOf({ title, file, numerics, foldings, stages }: Source): Promise<LayerCase[]> {
  const { loaded } = await loadModel({ model: file, numerics });
  const network = { ...loaded.stageNetwork, name: title };
  return foldings.flatMap((folding) => {
    const { chain } = planNetwork(network, { folding, portBits: 64 });
    return stages.map((stage) =>
      stage === 'network'
        ? { name: `${title} whole`, chain }
        : { name: `${title} ${stage}`, chain: partOf(chain, stage) },
    );
  });
}

/** All cases, those of the digit networks only, or those of one network. One model after the other: reading HDF5 has a time limit. */
export async function layerCases(ownOnly = false, title?: string): Promise<LayerCase[]> {
  const sources = ownOnly || !haveModels ? own : [...own, ...shared];
  const cases: LayerCase[] = [];
  for (const source of sources)
    if (title === undefined || source.title === title) cases.push(...(await casesOf(source)));
  return cases;
}
