/** What goes together: back ends, memory sides and places of weights, and the top for each. */

/**
 * Where weights are: in the hardware, changed by software from time to time as words or also as float32 numbers, or brought with
 * every frame.
 */
export type TopWeights = 'fixed' | 'programmable' | 'float32' | 'streamed';

export interface Combination {
  readonly backend: 'dataflow' | 'engine';
  readonly memory: 'stream' | 'mapped';
  readonly weights: TopWeights;
  /** Module of the top; absent where the combination is not legal. */
  readonly top?: string;
  /** Ports beside clock, reset, registers and interrupt. */
  readonly ports?: readonly string[];
  /** Why it is not legal, or what is to be known. */
  readonly note: string;
}

const NETWORK = '<network>';

/** All combinations, legal or not, in a fixed order. */
export const combinations: readonly Combination[] = [
  {
    ...{ backend: 'dataflow', memory: 'stream', weights: 'fixed', top: `${NETWORK}_stream` },
    ...{ ports: ['s_axis', 'm_axis'], note: 'samples and results through a DMA of the vendor' },
  },
  {
    ...{ backend: 'dataflow', memory: 'stream', weights: 'programmable', top: `${NETWORK}_stream` },
    ...{ ports: ['s_axis', 'm_axis', 's_axis_wgt'], note: 'an image at s_axis_wgt counts from one sample on' },
  },
  {
    ...{ backend: 'dataflow', memory: 'stream', weights: 'float32', top: `${NETWORK}_stream` },
    ...{ ports: ['s_axis', 'm_axis', 's_axis_wgt'], note: 'programmable, and images may have float32 numbers' },
  },
  {
    ...{ backend: 'dataflow', memory: 'stream', weights: 'streamed' },
    note: 'external weights come for every sample: the top of build without registers takes them',
  },
  {
    ...{ backend: 'dataflow', memory: 'mapped', weights: 'fixed', top: `${NETWORK}_mapped` },
    ...{ ports: ['m_axi_ifm', 'm_axi_ofm'], note: 'INPUT and OUTPUT say where samples and results lie' },
  },
  {
    ...{ backend: 'dataflow', memory: 'mapped', weights: 'programmable', top: `${NETWORK}_mapped` },
    ...{ ports: ['m_axi_ifm', 'm_axi_ofm', 'm_axi_wgt'], note: 'COMMAND.LOAD reads the image at WEIGHTS' },
  },
  {
    ...{ backend: 'dataflow', memory: 'mapped', weights: 'float32', top: `${NETWORK}_mapped` },
    ...{ ports: ['m_axi_ifm', 'm_axi_ofm', 'm_axi_wgt'], note: 'programmable, and images may have float32 numbers' },
  },
  {
    ...{ backend: 'dataflow', memory: 'mapped', weights: 'streamed' },
    note: 'external weights come for every sample: the top of build without registers takes them',
  },
  ...(['stream', 'mapped'] as const).flatMap((memory): Combination[] => [
    {
      ...{ backend: 'engine', memory, weights: 'fixed' },
      note: 'the engine holds no weights: they come with every frame',
    },
    {
      ...{ backend: 'engine', memory, weights: 'programmable' },
      note: 'the engine holds no weights: other ones are other bytes in memory, from the next frame on',
    },
    {
      ...{ backend: 'engine', memory, weights: 'float32' },
      note: 'the engine takes words: its image is made by build',
    },
    memory === 'stream'
      ? {
          ...{ backend: 'engine', memory, weights: 'streamed', top: 'engine' },
          ...{ ports: ['s_axis_w', 's_axis_x', 'm_axis_y'], note: 'through DMAs of the vendor with descriptors' },
        }
      : {
          ...{ backend: 'engine', memory, weights: 'streamed', top: 'engine_mapped' },
          ...{ ports: ['m_axi_wgt', 'm_axi_ifm', 'm_axi_ofm'], note: 'LIST_W, LIST_X, LIST_Y say what moves' },
        },
  ]),
];
