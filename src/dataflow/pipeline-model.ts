/** The cycle models of a chain, composed: the second description of a whole accelerator. */
import { type Channel, type CycleModel, channel } from '../simulator/cycle-model.js';
import type { Chain, ChainNode } from './chain.js';
import { makeChainModel } from './chain-models.js';
import { type FramedBeat, FrameModel } from './stages/frame.model.js';

/** A node with its model and the wires around it. */
export interface PipelineStage {
  readonly node: ChainNode;
  readonly model: CycleModel;
  readonly input: Channel<bigint>;
  readonly output: Channel<bigint>;
}

/**
 * All nodes of a chain in stream order, with tlast added behind the last one.
 *
 * One cycle settles in two passes over the nodes: no valid depends on a ready, so a pass downstream makes all valid and data
 * final, and then a pass upstream makes all ready final.
 */
export class PipelineModel implements CycleModel {
  readonly input: Channel<bigint>;
  readonly output: Channel<FramedBeat>;
  readonly stages: readonly PipelineStage[];
  readonly #downstream: readonly CycleModel[];
  readonly #upstream: readonly CycleModel[];

  constructor(chain: Chain) {
    this.input = channel(0n);
    let flow = this.input;
    this.stages = chain.nodes.map((node): PipelineStage => {
      const input = flow;
      flow = channel(0n);
      return { node, input, output: flow, model: makeChainModel(node, input, flow) };
    });
    this.output = channel<FramedBeat>({ data: 0n, last: false });
    const frame = new FrameModel(flow, this.output, { FRAME: chain.output.beats });
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
