/**
 * How fast the simulator runs the whole engine with 672 processing elements (P=7,G=3,M=32,D=4) on layers of ResNet-50:
 * `npm run -s bench:engine-speed [-- --verilator] [-- name ...]`.
 *
 * Every run streams a whole layer through engine_core, ports included, with the harness that measures networks
 * (`runCoreJob`); its results are compared with the integer reference. With --verilator the text that we emit runs the same
 * job in a program made by Verilator (one thread, its testbench in C++), which must give the same words in the same number
 * of cycles. The first build of that program takes minutes.
 *
 * What is measured is a whole job: reset, beats in, cycles, beats out. A round repeats the job for a second or more of CPU
 * time of this process (all its threads); rounds of the two simulators take turns, and the words of every job are compared.
 * Rounds begin when the host has compiled: in the last second of warming up its other threads used next to nothing, and jobs
 * became no faster.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '../../src/base/random.js';
import { Engine } from '../../src/engine/config.js';
import { type EngineLayer, plainRequant } from '../../src/engine/layer.js';
import { engineCore, engineValues } from '../../src/engine/rtl/engine.js';
import { type CoreRun, runCoreJob } from '../../src/engine/run-core.js';
import { decodeOutput } from '../../src/engine/streams.js';
import { buildDesign } from '../../src/hdl/index.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { emitDesign } from '../../src/verilog/index.js';
import { integerLayer } from '../engine/integer-layer.js';
import { layerPackets } from '../engine/rtl/core-bench.js';
import { measure, warmUp } from './rounds.js';
import { median } from './simulator/statistics.js';
import { Peer, buildPeer } from './simulator/verilator.js';

const ROUNDS = 5;
/** CPU seconds of a round, at least. */
const ROUND = 1;
const engine = new Engine({ P: 7, G: 3, M: 32, D: 4, XD: 968, WD: 1536, ADD: 0, LUT: 0, FIXED: 0, XU: 0, DW: 0 });

/** Height and width, channels in and out, kernel. */
const shapes = {
  conv3x3: [28, 64, 96, 3],
  conv1x1: [28, 64, 192, 1],
} as const;

function layerOf(name: keyof typeof shapes): { layer: EngineLayer; input: Int16Array } {
  const [size, from, to, kernel] = shapes[name];
  const random = randomStream(1n, name);
  const byte = (): number => random.nextInt(256) - 128;
  const axis = { kernel, stride: 1, dilation: 1, pad: kernel >> 1 };
  const layer: EngineLayer = {
    ...{ name, op: 'dense', groups: 1, padValue: 0, unsigned: false, y: axis, x: axis },
    input: { height: size, width: size, channels: from },
    output: { height: size, width: size, channels: to },
    weights: Int8Array.from({ length: to * kernel * kernel * from }, byte),
    requant: { ...plainRequant, round: 'half-even', shift: [kernel === 1 ? 6 : 9], mode: 'shift' },
  };
  return { layer, input: Int16Array.from({ length: size * size * from }, byte) };
}

/** Of the words that left, and of the cycles that it took, as in engine-tb.cpp. */
function checksum(outputs: readonly Uint8Array[], cycles: number): string {
  let sum = 0x811c9dc5;
  for (const packet of outputs)
    for (const word of new Uint32Array(Uint8Array.from(packet).buffer)) sum = Math.imul(sum ^ word, 16777619);
  return `${cycles}:${(sum >>> 0).toString(16).padStart(8, '0')}`;
}

/** Beats of packets as a file: the bytes of each, then its tlast. */
function fileOf(path: string, packets: readonly Uint8Array[], bytes: number): string {
  const out: number[] = [];
  for (const packet of packets) {
    for (let at = 0; at < packet.length; at += bytes) {
      for (let k = 0; k < bytes; k++) out.push(packet[at + k] ?? 0);
      out.push(at + bytes >= packet.length ? 1 : 0);
    }
  }
  writeFileSync(path, Uint8Array.from(out));
  return path;
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const names = (Object.keys(shapes) as (keyof typeof shapes)[]).filter(
    (name) => args.includes(name) || args.every((a) => a.startsWith('--')),
  );
  const design = buildDesign(engineCore(engine));
  const params = { ...engineValues(engine) };
  const sim = compile(elaborate(design, { params }));
  const folder = mkdtempSync(join(tmpdir(), 'heddle-engine-speed-'));
  const port = engine.WP / 8;
  const program = args.includes('--verilator')
    ? await buildPeer({
        ...{ top: 'engine_core', files: emitDesign(design), testbench: 'engine-tb.cpp', params },
        defines: { PORT_BYTES: port },
      })
    : undefined;
  try {
    for (const name of names) {
      const { layer, input } = layerOf(name);
      const { passes, packets } = layerPackets({ engine, layer, input });
      const files = [
        fileOf(join(folder, `${name}.w`), packets.weights, port),
        fileOf(join(folder, `${name}.x`), packets.pixels, port),
      ];
      const peer = program === undefined ? undefined : new Peer(program, [...files, String(passes.length)]);
      const job = (): CoreRun => runCoreJob(sim, engine, { ...packets, passes: passes.length, outputs: passes.length });
      const [ours, theirs]: [number[], number[]] = [[], []];
      const { cycles, outputs } = job();
      compare(layer, input, passes, outputs);
      const expected = checksum(outputs, cycles);
      const warm = warmUp(job);
      for (let round = 0; round < ROUNDS; round++) {
        const { jobs, seconds, results } = measure(job, ROUND);
        for (const run of results) equal(checksum(run.outputs, run.cycles), expected);
        ours.push((jobs * cycles) / seconds / 1000);
        if (peer !== undefined) theirs.push(await verilated(peer, cycles, expected));
      }
      peer?.close();
      console.log(
        `${name.padEnd(8)} ${cycles} cycles, results equal the reference: ${figures(ours)}` +
          (theirs.length === 0
            ? ''
            : `, Verilator ${figures(theirs)}, ratio ${(median(ours) / median(theirs)).toFixed(1)}`) +
          `; warm after ${warm.toFixed(0)} s`,
      );
    }
    const idle = (): void => sim.run(20_000);
    warmUp(idle);
    const { jobs, seconds } = measure(idle, ROUND);
    console.log(`idle     ${((20 * jobs) / seconds).toFixed(0)} kcycles/s without a harness`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A round of Verilator's program: thousands of cycles in a second of its own CPU time. */
async function verilated(peer: Peer, cycles: number, expected: string): Promise<number> {
  let [jobs, seconds] = [0, 0];
  for (; seconds < ROUND; jobs++) {
    const answer = await peer.run(1, 0);
    equal(answer.checksum, expected);
    seconds += answer.seconds;
  }
  return (jobs * cycles) / seconds / 1000;
}

const figures = (rates: readonly number[]): string =>
  `${median(rates).toFixed(0)} kcycles/s (best ${Math.max(...rates).toFixed(0)})`;

function equal(sum: string, expected: string): void {
  if (sum !== expected) throw new Error(`checksums differ: ${sum} ${expected}`);
}

function compare(
  layer: EngineLayer,
  input: Int16Array,
  passes: ReturnType<typeof layerPackets>['passes'],
  outputs: readonly Uint8Array[],
): void {
  const image = new Float64Array(layer.output.height * layer.output.width * layer.output.channels);
  passes.forEach((pass, i) => decodeOutput(engine, pass, layer.output, outputs[i] ?? new Uint8Array(), image));
  integerLayer(layer, input, undefined).forEach((v: number, i: number) => {
    if (v !== image[i]) throw new Error(`${layer.name}: value ${i} is ${image[i] ?? NaN}, not ${v}`);
  });
}

await main();
