/** Frames of a top with registers in `TopBench`: what software writes, and where results are found. */
import type { RandomStream } from '../base/random.js';
import type { Chain } from '../dataflow/chain.js';
import { isSigned } from '../dataflow/plan.js';
import { packSamples, unpackSamples } from '../dataflow/port-beats.js';
import type { ElementType } from '../network/stages.js';
import { frameBytes } from '../soc/dataflow-top.js';
import { addressWrites } from './soc-bench.js';
import type { TopBench } from './top-bench.js';

export interface SocRun {
  /** Puts samples to their place and starts. */
  readonly start: (bench: TopBench, codes: Float64Array, samples: number, random: RandomStream) => void;
  /** While the top is in reset: no more of the samples comes. */
  readonly clear: (bench: TopBench) => void;
  /** Runs to the end of all samples: codes of the results. Throws where the end does not come, or with an error. */
  readonly frame: (bench: TopBench, codes: Float64Array, samples: number, random: RandomStream) => Float64Array;
}

/** Cycles until a frame counts as hung. */
const patience = 5_000_000;

/** Waits for the interrupt of a frame without errors, and clears it. */
export function finish(bench: TopBench): void {
  bench.until(() => bench.see('irq') === 1, patience, 'the interrupt');
  const [events, error] = [bench.read('ISR'), bench.read('ERROR')];
  if (events !== 1 || error !== 0) throw new Error(`ISR reads ${events}, ERROR 0x${error.toString(16)}`);
  bench.write('ISR', events);
}

/** Bytes from an address on. */
export function store(bench: TopBench, at: number, data: Uint8Array): void {
  data.forEach((byte, k) => void bench.memory.set(at + k, byte));
}

export const fetch = (bench: TopBench, at: number, bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, k) => bench.memory.get(at + k) ?? 0);

export function writeAddress(bench: TopBench, name: string, address: number): void {
  for (const [half, value] of addressWrites(name, BigInt(address))) bench.write(half, value);
}

/** Samples as streams, or anywhere in memory. */
export function dataflowRun(chain: Chain, memory: 'stream' | 'mapped', type: ElementType): SocRun {
  const { input, output } = chain;
  const [sample, result] = [frameBytes(input), frameBytes(output)];
  let target = 0;
  const start: SocRun['start'] = (bench, codes, samples, random) => {
    const beats = packSamples(input, codes.subarray(0, samples * input.elements));
    bench.write('FRAMES', samples);
    bench.results.length = 0;
    if (memory === 'stream') beats.forEach((beat) => bench.streams['s_axis']?.push(beat));
    else {
      const source = 0x1_0000_0000 + random.nextInt(8192);
      target = source + samples * sample + random.nextInt(8192);
      store(
        bench,
        source,
        bytesOfBeats(
          beats.map(({ data }) => data),
          input.bits,
        ),
      );
      writeAddress(bench, 'INPUT', source);
      writeAddress(bench, 'OUTPUT', target);
    }
    bench.write('CTRL', 1);
  };
  return {
    start,
    // Of a packet that is cut off the end comes while the reset is held or behind it: both are dropped.
    clear: (bench) => {
      const beats = bench.streams['s_axis'] ?? [];
      beats.splice(0, beats.length - 1);
    },
    frame: (bench, codes, samples, random) => {
      start(bench, codes, samples, random);
      finish(bench);
      const beats =
        memory === 'stream'
          ? bench.results.map(({ data }) => data)
          : beatsOfBytes(fetch(bench, target, samples * result), output.bits);
      if (beats.length !== samples * output.beats) throw new Error(`${beats.length} beats of results`);
      return unpackSamples(output, beats, isSigned(type));
    },
  };
}

function bytesOfBeats(beats: readonly bigint[], bits: number): Uint8Array {
  const width = bits / 8;
  return Uint8Array.from({ length: beats.length * width }, (_, k) =>
    Number(((beats[Math.floor(k / width)] ?? 0n) >> BigInt(8 * (k % width))) & 255n),
  );
}

function beatsOfBytes(bytes: Uint8Array, bits: number): bigint[] {
  const width = bits / 8;
  return Array.from({ length: bytes.length / width }, (_, beat) =>
    bytes.subarray(beat * width, (beat + 1) * width).reduceRight((all, byte) => (all << 8n) | BigInt(byte), 0n),
  );
}
