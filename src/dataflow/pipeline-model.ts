/** The cycle models of a chain, composed: the second description of a whole accelerator. */
import { type Channel, type CycleModel, channel } from '../simulator/cycle-model.js';
import type { Chain, ChainNode } from './chain.js';
import { type Channels, makeChainModel } from './chain-models.js';
import { inputStream, resultStream } from './chain-streams.js';
import { type FramedBeat, FrameModel } from './stages/frame.model.js';

/** A node with its model and the wires around it, by port. */
export interface PipelineStage {
  readonly node: ChainNode;
  readonly model: CycleModel;
  readonly inputs: Channels;
  readonly outputs: Channels;
}

/**
 * All nodes of a chain, with tlast added at the output port.
 *
 * One cycle settles in two passes over the nodes, with branches as without: no valid and no data depends on a ready, so a pass
 * downstream, in which every node stands behind those it reads, makes all valid and data final; a ready depends on these and
 * on the ready of nodes further downstream, so a pass upstream makes all ready final. A join whose ready looks at the valid of
 * its other input, and a fork whose ready looks at the ready of all its outputs, keep to this; a fork that offered a beat to
 * one reader only when the other one is ready would not, and the library has none.
 */
export class PipelineModel implements CycleModel {
  readonly input: Channel<bigint>;
  readonly output: Channel<FramedBeat>;
  /** By the streams of the chain's weight ports. */
  readonly weights: ReadonlyMap<string, Channel<bigint>>;
  readonly stages: readonly PipelineStage[];
  readonly #downstream: readonly CycleModel[];
  readonly #upstream: readonly CycleModel[];

  constructor(chain: Chain) {
    const streams = new Map<string, Channel<bigint>>();
    const wires = (name: string): Channel<bigint> => {
      const known = streams.get(name) ?? channel(0n);
      streams.set(name, known);
      return known;
    };
    this.input = wires(inputStream);
    this.weights = new Map((chain.weightPorts ?? []).map(({ stream }) => [stream, wires(stream)]));
    this.stages = chain.nodes.map((node): PipelineStage => {
      const [inputs, outputs] = [node.inputs.map(wires), node.outputs.map(wires)];
      return { node, inputs, outputs, model: makeChainModel(node, inputs, outputs) };
    });
    this.output = channel<FramedBeat>({ data: 0n, last: false });
    const frame = new FrameModel(wires(resultStream(chain)), this.output, { FRAME: chain.output.beats });
    this.#downstream = [...this.stages.map(({ model }) => model), frame];
    this.#upstream = [...this.#downstream].reverse();
  }

  settle(): void {
    for (const model of this.#downstream) model.settle();
    for (const model of this.#upstream) model.settle();
  }

  tick(): void {
    for (const model of this.#downstream) model.tick();
  }

  reset(): void {
    for (const model of this.#downstream) model.reset();
  }
}
