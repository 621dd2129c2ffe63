/** Register maps of the `dataflow` tops: one for each memory side, with and without weights that can be changed. */
import {
  field,
  headCounters,
  headRegisters,
  type Register,
  type RegisterTable,
  ro,
} from '../blocks/registers/index.js';
import { address, memoryErrorDoc, memoryErrorNames, memoryRegisters, word } from './memory-registers.js';

/** `HDLD`: what the register ID reads as. */
export const DATAFLOW_ID = 0x48444c44;

/** Values of STATUS.STATE; those of the engine, without its `clear`. */
export const dataflowStates = { idle: 0, run: 2, failed: 3, reset: 4 } as const;

/** Values of ERROR.PORT. */
export const errorPorts = { core: 0, weights: 1, input: 2, results: 3 } as const;

/** ERROR.CODE of a frame without progress. */
export const WATCHDOG_CODE = 8;

/** Which top. */
export interface DataflowSide {
  /** Samples and results come and go as AXI4-Streams, or lie in memory. */
  readonly memory: 'stream' | 'mapped';
  /** Some layer has weights that can be changed. */
  readonly programmable: boolean;
  /** Weight images may have float32 numbers, which hardware casts; absent: words only. Only where weights are programmable. */
  readonly floats?: boolean;
}

/** What records of a weight image may hold. Hardware without the cast has no such register: the address reads as 0. */
const weightFormats: Register = {
  ...{ name: 'WEIGHT_FORMATS', offset: 0x40, doc: 'what records of a weight image may hold' },
  fields: [
    field('FIXED', 0, 1, 'constant', 'words of the stores', 1),
    field('FLOAT32', 1, 1, 'constant', 'float32 numbers, cast in hardware', 1),
  ],
};

export function dataflowRegisters({ memory, programmable, floats = false }: DataflowSide): RegisterTable {
  const mapped = memory === 'mapped';
  const load = field('LOAD', 3, 1, 'pulse', 'reads a weight image; it counts from the next sample on that begins');
  return {
    name: `dataflow_${memory}${programmable ? '_weights' : ''}${floats ? '_float' : ''}`,
    doc: `registers of a dataflow accelerator, ${mapped ? 'samples in memory' : 'samples as a stream'}`,
    addressBits: 12,
    registers: [
      ...headRegisters({
        what: 'accelerator',
        id: { value: DATAFLOW_ID, letters: 'HDLD' },
        resets: 'while 1 nothing runs: the sample that is half in is filled up with zeros, results are dropped',
        commands: mapped && programmable ? [load] : [],
        status: [
          ro('STATE', 0, 3, '0 idle, 2 run, 3 failed, 4 in reset', dataflowStates),
          ro('INPUT_OPEN', 3, 1, 'a sample is half in'),
          ro('RESULTS_OPEN', 4, 1, 'a sample is in, its result is not out'),
          ro('BUS_BUSY', 5, 1, 'a burst is under way on an AXI master'),
          ro('WEIGHTS_PENDING', 6, 1, 'a weight image is being read, or waits for the end of a sample'),
        ],
        error: [
          ro('CODE', 0, 4, mapped ? `8 watchdog, ${memoryErrorDoc}` : '8 watchdog, 13 weight image', {
            ...{ none: 0, watchdog: WATCHDOG_CODE },
            ...(mapped ? memoryErrorNames : { list: memoryErrorNames.list }),
          }),
          ro('PORT', 8, 2, '0 the core, 1 weights, 2 input, 3 results', errorPorts),
        ],
        place: { doc: 'how far the frame was', fields: [ro('RESULTS', 0, 32, 'results that were complete')] },
      }),
      {
        ...{ name: 'FRAMES', offset: 0x34, doc: 'samples of a start' },
        fields: [field('COUNT', 0, 32, 'rw', 'samples that are computed; 0: the start is done at once', 1)],
      },
      {
        ...{ name: 'SAMPLE_BYTES', offset: 0x38, doc: 'bytes of a sample' },
        fields: [ro('INPUT', 0, 32, 'all its beats; samples follow each other without gaps')],
      },
      {
        ...{ name: 'RESULT_BYTES', offset: 0x3c, doc: 'bytes of a result' },
        fields: [ro('OUTPUT', 0, 32, 'all its beats; results follow each other without gaps')],
      },
      ...(floats ? [weightFormats] : []),
      ...(mapped
        ? [
            ...memoryRegisters('dataflow'),
            ...address('INPUT', 0x190, 'the first sample'),
            ...address('OUTPUT', 0x198, 'place of the first result'),
          ]
        : []),
      ...(mapped && programmable
        ? [...address('WEIGHTS', 0x1a0, 'weight image'), word('WEIGHTS_BYTES', 0x1a8, 'bytes of the weight image')]
        : []),
    ],
    counters: headCounters([
      { name: 'CYCLES', doc: 'cycles of frames' },
      { name: 'FRAMES', doc: 'samples done' },
      { name: 'BEATS_INPUT', doc: 'beats of samples' },
      { name: 'BEATS_RESULTS', doc: 'beats of results' },
      { name: 'WAIT_INPUT', doc: 'cycles in which the core would take a beat and none is there' },
      { name: 'WAIT_RESULTS', doc: 'cycles in which a result waits to be taken' },
    ]),
  };
}
