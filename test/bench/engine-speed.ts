/**
 * How fast the simulator runs the whole engine with 672 processing elements (P=7,G=3,M=32,D=4) on layers of ResNet-50:
 * `npm run -s bench:engine-speed [-- --verilator] [-- name ...]`.
 *
 * Every run streams a whole layer through engine_core, ports included, with the harness that measures networks
 * (`runCoreJob`); its results are compared with the integer reference. With --verilator the text that we emit runs the same
 * job in a program made by Verilator (one thread, its testbench in C++), which must give the same words in the same number
 * of cycles. CPU time, the median of interleaved rounds. The first build of that program takes minutes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '../../src/base/random.js';
import { Engine } from '../../src/engine/config.js';
import { type EngineLayer, plainRequant } from '../../src/engine/layer.js';
import { engineCore, engineValues } from '../../src/engine/rtl/engine.js';
import { runCoreJob } from '../../src/engine/run-core.js';
import { decodeOutput } from '../../src/engine/streams.js';
import { buildDesign } from '../../src/hdl/index.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { emitDesign } from '../../src/verilog/index.js';
import { integerLayer } from '../engine/integer-layer.js';
import { layerPackets } from '../engine/rtl/core-bench.js';
import { median } from './simulator/statistics.js';
import { Peer, buildPeer } from './simulator/verilator.js';

const ROUNDS = 5;
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

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

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
      const [ours, theirs]: [number[], number[]] = [[], []];
      let cycles = 0;
      for (let round = -1; round < ROUNDS; round++) {
        const start = cpuSeconds();
        const run = runCoreJob(sim, engine, { ...packets, passes: passes.length, outputs: passes.length });
        const seconds = cpuSeconds() - start;
        ({ cycles } = run);
        if (round < 0) compare(layer, input, passes, run.outputs);
        const answer = await peer?.run(1, 0);
        if (answer !== undefined && answer.checksum !== checksum(run.outputs, cycles))
          throw new Error(`checksums differ: ${answer.checksum} ${checksum(run.outputs, cycles)}`);
        if (round < 0) continue;
        ours.push(cycles / seconds / 1000);
        if (answer !== undefined) theirs.push(cycles / answer.seconds / 1000);
      }
      peer?.close();
      const own = median(ours);
      console.log(
        `${name.padEnd(8)} ${cycles} cycles, results equal the reference: ${own.toFixed(0)} kcycles/s (best ${Math.max(...ours).toFixed(0)})` +
          (theirs.length === 0
            ? ''
            : `, Verilator ${median(theirs).toFixed(0)}, ratio ${(own / median(theirs)).toFixed(1)}`),
      );
    }
    sim.run(20_000);
    const start = cpuSeconds();
    sim.run(200_000);
    console.log(`idle     ${(200 / (cpuSeconds() - start)).toFixed(0)} kcycles/s without a harness`);
  } finally {
    rmSync(folder, { recursive: true });
  }
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
