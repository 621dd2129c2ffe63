/** The streams of a chain: who gives and reads each, how wide its beats are and how many a sample has. */
import type { Chain, ChainModule, ChainNode } from './chain.js';
import { patchSteps, windowBeats } from './stages/window-order.js';

/** Name of the stream at the input port. */
export const inputStream = 's_axis';

/** A node of one input and one output behind the stream `input`; its stream has its name. */
export function lineNode(module: ChainModule, name: string, stage: string, input: string): ChainNode {
  return { ...module, name, stage, inputs: [input], outputs: [name] };
}

/** Port names of an instance: the plain name, or numbered ones where there are several. */
export function portNames(side: 's' | 'm', count: number): readonly string[] {
  return Array.from({ length: count }, (_, k) => (count === 1 ? `${side}_axis` : `${side}${k}_axis`));
}

/** Input ports of a node, in the order of the streams that it reads. */
export function inputPorts({ kind, inputs }: ChainNode): readonly string[] {
  if (kind === 'matvec_stream') return ['s_axis', 'w_axis'];
  return kind === 'weight_store_stream' ? ['t_axis'] : portNames('s', inputs.length);
}

/** The stream at the output port: the one that no node reads. Throws where a stream has not one giver and one reader. */
export function resultStream({ name, nodes, weightPorts = [] }: Pick<Chain, 'name' | 'nodes' | 'weightPorts'>): string {
  const open = new Set([inputStream, ...weightPorts.map(({ stream }) => stream)]);
  const given = new Set(open);
  for (const node of nodes) {
    for (const stream of node.inputs) {
      if (!open.delete(stream))
        throw new Error(`${name}: ${node.name} reads ${stream}, which nobody in front gives it`);
    }
    for (const stream of node.outputs) {
      if (given.has(stream)) throw new Error(`${name}: two nodes give ${stream}`);
      given.add(stream);
      open.add(stream);
    }
  }
  const [result, ...others] = open;
  if (result === undefined || others.length > 0) throw new Error(`${name}: ${[...open].join(', ')} are not read`);
  return result;
}

/** Width of the beats that a node gives at its output `port`. */
export function outputWidth(node: ChainModule, port = 0): number {
  switch (node.kind) {
    case 'frame_token':
      return port === 0 ? node.params.W : 1;
    case 'weight_streamer':
    case 'weight_store_stream':
      return node.params.W;
    case 'lane_truncate':
    case 'lane_extend':
      return node.params.N * node.params.OUT_W;
    case 'fifo':
    case 'register_slice':
    case 'duplicate':
    case 'concat':
    case 'upsample':
      return node.params.W;
    case 'pool':
    case 'pool_global':
    case 'border_scale':
    case 'add':
      return node.params.PE * node.params.OUT_W;
    case 'matvec':
    case 'matvec_stream':
    case 'matvec_programmable':
    case 'depthwise':
      return node.params.PE * node.params.ACC_W;
    case 'lookup':
    case 'thresholds':
    case 'requantize':
      return node.params.PE * node.params.OUT_W;
    case 'sliding_window':
      return node.params.SIMD * node.params.X_W;
    case 'patch_window':
      return node.params.KH * node.params.KW * node.params.SIMD * node.params.X_W;
    case 'width_converter':
    case 'argmax':
      return node.params.OUT_W;
  }
}

/** Beats of one sample on every stream of a chain, by its name. */
export function beatsPerSample(chain: Chain): ReadonlyMap<string, number> {
  const beats = new Map([[inputStream, chain.input.beats]]);
  for (const port of chain.weightPorts ?? []) beats.set(port.stream, port.beats.length * port.turns);
  for (const node of chain.nodes) {
    const before = node.inputs.map((stream) => beats.get(stream) ?? 0);
    const behind = beatsBehind(node, before);
    node.outputs.forEach((stream, port) => beats.set(stream, node.kind === 'frame_token' && port === 1 ? 1 : behind));
  }
  return beats;
}

/** Cycles that one sample keeps each node busy at least: its beats, those that a matrix-vector unit replays, and padding. */
export function busyCycles(chain: Chain): ReadonlyMap<string, number> {
  const beats = beatsPerSample(chain);
  const most = (streams: readonly string[]) => Math.max(...streams.map((stream) => beats.get(stream) ?? 0));
  return new Map(
    chain.nodes.map((node) => {
      const replays =
        node.kind === 'matvec' || node.kind === 'matvec_programmable' ? node.params.MH / node.params.PE : 1;
      const steps = node.kind === 'patch_window' ? patchSteps(node.params) : 0;
      return [node.name, Math.max(most(node.inputs) * replays, most(node.outputs), steps)];
    }),
  );
}

/** Cycles that one sample takes if every node starts when the one in front is done: no run takes longer for it. */
export const sampleWork = (chain: Chain): number =>
  [...busyCycles(chain).values()].reduce((sum, cycles) => sum + cycles, chain.input.beats + chain.output.beats);

/** Cycles in which nothing comes out after which something must be wrong: far more than all nodes take for a sample in turn. */
export const patienceOf = (chain: Chain): number => 10_000 + 64 * sampleWork(chain);

/** Beats of one sample on each output; `before` on each input. */
function beatsBehind(node: ChainModule, [before = 0, other = 0]: readonly number[]): number {
  switch (node.kind) {
    case 'width_converter': {
      const { FRAME_IN, FRAME_OUT, UP, DOWN } = node.params;
      if (DOWN > 1) return (before / FRAME_IN) * FRAME_OUT;
      return UP > 1 ? (before / FRAME_IN) * Math.ceil(FRAME_IN / UP) : before;
    }
    case 'weight_streamer':
      return node.params.WORDS * node.turns;
    case 'weight_store_stream':
      return node.params.FRAME;
    case 'matvec':
    case 'matvec_stream':
    case 'matvec_programmable':
      return (before / (node.params.MW / node.params.SIMD)) * (node.params.MH / node.params.PE);
    case 'sliding_window': {
      const { taken, given } = windowBeats(node.params);
      return (before / taken) * given;
    }
    case 'patch_window': {
      const { taken, rows, columns } = windowBeats(node.params);
      return (before / taken) * rows * columns * node.params.FOLDS;
    }
    case 'depthwise':
      return before / node.params.K;
    case 'argmax':
      return before / (node.params.N / node.params.PE);
    case 'pool':
      return before / node.params.K;
    case 'pool_global':
      return before / node.params.PIXELS;
    case 'upsample':
      return before * node.params.FY * node.params.FX;
    case 'concat':
      return before + other;
    case 'lane_truncate':
    case 'lane_extend':
    case 'fifo':
    case 'register_slice':
    case 'lookup':
    case 'frame_token':
    case 'thresholds':
    case 'requantize':
    case 'border_scale':
    case 'duplicate':
    case 'add':
      return before;
  }
}
