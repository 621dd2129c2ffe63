/**
 * From the integer stages of a network and a folding to the chain of modules that computes them.
 *
 * Between two stages the stream has `lanes` elements of `width` bits a beat; where the next stage wants other lanes a width
 * converter comes in, and in front of every matrix and window a FIFO that holds what arrives while it is busy. What one stage
 * becomes is the matter of the files in `plan/`.
 */
import { HeddleError } from '../base/diagnostics.js';
import { inputName } from '../network/stage-types.js';
import { sourcesOf, type Stage, type StageNetwork } from '../network/stages.js';
import type { Chain } from './chain.js';
import { codeBits, laneBitsFor } from './codes.js';
import {
  checkFolding,
  chooseFolding,
  defaultBudget,
  type Folding,
  type LayerFolding,
  layerInterval,
  weightedStages,
} from './folding.js';
import { type SizedFifo, sizeFifos } from './fifo-sizing.js';
import { onBits, planActivation } from './plan/activation.js';
import { ChainBuilder, divisorLanes, type Flow } from './plan/builder.js';
import { planAdd, planConcat, planDuplicate } from './plan/joins.js';
import { planPool, planUpsample } from './plan/pool.js';
import { planPort, planInput, planOutput } from './plan/ports.js';
import { defaultFifo, fifoName, planWeighted } from './plan/weighted.js';
import { withStyles } from './styles.js';
import { frameFifoName, placeWeights, wordsBehind } from './weights/place-weights.js';

export { codeBits, isSigned, laneBitsFor } from './codes.js';

export interface PlanOptions {
  readonly folding?: Folding;
  /** Width of both ports; `full` gives the first layer its SIMD and the last its PE. */
  readonly portBits: number | 'full';
  /** Cycles a sample may take, where layers have no folding given. */
  readonly interval?: number;
  /** Cost limit for the layers without a folding, see {@link chooseFolding}. */
  readonly budget?: number;
  /** Depths of FIFOs by their names, `duplicate_0_1_fifo`; those of layers stand in the folding. */
  readonly fifos?: Readonly<Record<string, number>>;
  /** False leaves depths that nobody gave at values that are safe and too large; for plans that are only compared. */
  readonly sizing?: boolean;
}

export interface Plan {
  /** Complete: every weighted layer with PE, SIMD and fifo. */
  readonly folding: Folding;
  readonly chain: Chain;
  /** FIFOs that were sized; none in networks without images, where each holds one vector. */
  readonly fifos: readonly SizedFifo[];
}

const elementsOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Cycles in which the input port takes a sample; 1 for a port as wide as the first layer wants. */
export function portInterval({ input: { shape, type } }: StageNetwork, portBits: number | 'full'): number {
  return portBits === 'full' ? 1 : Math.ceil((elementsOf(shape) * laneBitsFor(codeBits(type))) / portBits);
}

export function planNetwork(network: StageNetwork, options: PlanOptions): Plan {
  checkFolding(network, options.folding ?? {});
  const goal = {
    interval: options.interval ?? portInterval(network, options.portBits),
    budget: options.budget ?? defaultBudget,
  };
  const folding = complete(network, chooseFolding(network, goal, options.folding));
  const chain = planChain(network, folding, options);
  const images = network.stages.some(({ kind }) => !plainKinds.has(kind));
  const modes = Object.fromEntries(Object.entries(folding).map(([name, { weights = 'rom' }]) => [name, weights]));
  const placed = withStyles(placeWeights(chain, modes), folding);
  if (!images || options.sizing === false) return { folding, chain: placed, fifos: [] };
  const given = Object.entries(options.folding ?? {}).flatMap(([name, { fifo }]) => (fifo === undefined ? [] : [name]));
  const fixed = [
    ...given.map(fifoName),
    ...Object.keys(folding).map(frameFifoName),
    ...Object.keys(options.fifos ?? {}),
  ];
  const sized = sizeFifos(placed, new Set(fixed));
  const depths = new Map(sized.fifos.map(({ name, depth }) => [name, depth]));
  const layers = Object.entries(folding).map(([name, layer]): [string, LayerFolding] => {
    return [name, { ...layer, fifo: depths.get(fifoName(name)) ?? layer.fifo! }];
  });
  return { folding: Object.fromEntries(layers), chain: sized.chain, fifos: sized.fifos };
}

/** Stages of networks without images; their FIFOs hold one vector each, whatever the rates. */
const plainKinds: ReadonlySet<Stage['kind']> = new Set(['dense', 'elementwise', 'argmax']);

/** Adds the FIFO depths that nobody gave. */
function complete(network: StageNetwork, folding: Folding): Folding {
  const entries = weightedStages(network).map((stage): [string, LayerFolding] => {
    const layer = folding[stage.name]!;
    const least = layer.weights === 'programmable_stream' ? wordsBehind : 1;
    return [stage.name, { ...layer, fifo: layer.fifo ?? Math.max(least, defaultFifo(stage, layer)) }];
  });
  return Object.fromEntries(entries);
}

function planChain(network: StageNetwork, folding: Folding, { portBits, fifos = {} }: PlanOptions): Chain {
  const { name, input: inputPort, stages, output: outputPort } = network;
  const chain = new ChainBuilder();
  const first = weightedStages(network)[0];
  const interval = Math.max(1, ...weightedStages(network).map((stage) => layerInterval(stage, folding[stage.name]!)));
  const goal: Goal = { folding, interval, fifos };
  const fullLanes = first === undefined ? 1 : folding[first.name]!.SIMD;
  const input = planPort(inputPort.type, elementsOf(inputPort.shape), { portBits, fullLanes });
  /** Flows that no stage has read, in the order in which the readers of a stage get them. */
  const open = new Map([[inputName, [planInput(chain, input, inputPort.type)]]]);
  stages.forEach((stage, index) => {
    const flows = sourcesOf(stages, index).map((source) => open.get(source)!.shift()!);
    open.set(stage.name, planStage(chain, stage, flows, goal));
  });
  const flow = open.get(stages.at(-1)?.name ?? inputName)![0]!;
  const output = planPort(outputPort.type, flow.elements, { portBits, fullLanes: flow.lanes });
  planOutput(chain, output, flow);
  return { name, input, nodes: chain.nodes, output };
}

interface Goal {
  readonly folding: Folding;
  /** Cycles of the slowest layer, which stages without a folding need not undercut. */
  readonly interval: number;
  readonly fifos: Readonly<Record<string, number>>;
}

/** The flows behind a stage, one for each reader. */
function planStage(
  chain: ChainBuilder,
  stage: Stage,
  flows: readonly Flow[],
  { folding, interval, fifos }: Goal,
): Flow[] {
  const [flow] = flows as readonly [Flow];
  switch (stage.kind) {
    case 'dense':
    case 'conv': {
      const bits = stage.input.kind === 'bipolar' && stage.weight.kind === 'bipolar';
      if (stage.productShift && bits) throw noHardware(stage, 'floored products of -1 and +1 have');
      const layer = folding[stage.name]!;
      return [planWeighted(chain, stage, { ...layer, fifo: layer.fifo! }, flow)];
    }
    case 'elementwise': {
      const activation = stage.input.kind === 'bipolar' ? onBits(stage.activation) : stage.activation;
      const channels = stage.channels ?? stage.outputs;
      return [
        planActivation(
          chain,
          { stage: stage.name, name: stage.name },
          activation,
          { output: stage.output, channels },
          flow,
        ),
      ];
    }
    case 'argmax': {
      const { name, inputs } = stage;
      const even = inputs % flow.lanes === 0;
      const folded = even ? flow : chain.convert(name, flow, divisorLanes(inputs, flow.lanes));
      const width = laneBitsFor(Math.max(1, Math.ceil(Math.log2(inputs + 1))));
      const params = { N: inputs, PE: folded.lanes, X_W: folded.width, OUT_W: width };
      const stream = chain.add(name, name, { kind: 'argmax', signed: folded.signed, params }, folded);
      return [{ stream, lanes: 1, width, signed: false, elements: 1 }];
    }
    case 'add':
      return [planAdd(chain, stage, flows)];
    case 'concat':
      return [planConcat(chain, stage, flows)];
    case 'duplicate':
      return planDuplicate(
        chain,
        stage,
        flow,
        (name, { elements, lanes }) => fifos[name] ?? 2 * Math.ceil(elements / lanes),
      );
    case 'pool':
      return [planPool(chain, stage, flow, interval)];
    case 'upsample':
      return [planUpsample(chain, stage, flow, interval)];
  }
}

const noHardware = (stage: Stage, what: string): HeddleError =>
  new HeddleError({
    code: 'H2106',
    message: `${stage.name}: ${what} no hardware yet`,
    places: [{ text: stage.origin }],
    fix: 'use the reference: infer --via reference',
  });
