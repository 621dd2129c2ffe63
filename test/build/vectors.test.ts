/** The top can be driven with nothing but `files.f`, `report.json` and the two hex files, with any pauses on either side. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Progress } from '../../src/base/progress.js';
import { randomStream } from '../../src/base/random.js';
import { build } from '../../src/build/build.js';
import { buildModel, readRtlFolder, skipWithoutVerilator, VerilatorModel } from '../../src/cosim/index.js';
import type { PortInfo } from '../../src/simulator/index.js';
import { digits } from '../cli/run.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-vectors-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Top {
  readonly module: string;
  readonly clock: string;
  readonly reset: string;
  readonly input: { readonly prefix: string; readonly bits: number };
  readonly output: { readonly prefix: string; readonly bits: number };
}

interface Beat {
  readonly data: bigint;
  readonly last: number;
}

const beats = (name: string): Beat[] =>
  readFileSync(join(work, 'w1', 'vectors', name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [data = '', last = ''] = line.split(' ');
      return { data: BigInt(`0x${data}`), last: Number(last) };
    });

function portsOf({ reset, input, output }: Top): PortInfo[] {
  const stream = (side: Top['input'], forward: 'input' | 'output'): PortInfo[] => {
    const back = forward === 'input' ? 'output' : 'input';
    const port = (name: string, dir: PortInfo['dir'], width: number): PortInfo => ({
      ...{ name: `${side.prefix}_${name}`, dir, width, signed: false },
    });
    return [
      port('tdata', forward, side.bits),
      port('tvalid', forward, 1),
      port('tlast', forward, 1),
      port('tready', back, 1),
    ];
  };
  return [
    { name: reset, dir: 'input', width: 1, signed: false },
    ...stream(input, 'input'),
    ...stream(output, 'output'),
  ];
}

it.skipIf(skipWithoutVerilator())('plays the vectors through the packaged text', async () => {
  const output = join(work, 'w1');
  const silent = new Progress({
    total: 6,
    style: { mode: 'silent', color: false, columns: 80 },
    write: () => undefined,
  });
  const model = digits('digits_w1a1.onnx');
  await build({ model, output, samples: 4, portBits: 32, clockMhz: 100, seed: 3n }, silent);
  const { top } = JSON.parse(readFileSync(join(output, 'report.json'), 'utf8')) as { readonly top: Top };
  const text = readRtlFolder(join(output, 'rtl'));
  const made = await buildModel({
    files: text.filter(({ name }) => !name.endsWith('.mem')),
    images: text.filter(({ name }) => name.endsWith('.mem')),
    top: top.module,
    ports: portsOf(top),
    clocks: [top.clock],
  });
  const sim = new VerilatorModel(made);
  const random = randomStream(7n, 'pauses');
  const [given, due] = [beats('input.hex'), beats('output.hex')];
  const came: Beat[] = [];
  const [s, m] = [top.input.prefix, top.output.prefix];
  sim.poke(top.reset, 0);
  for (let cycle = 0; cycle < 4; cycle++) sim.tick();
  sim.poke(top.reset, 1);
  let next = 0;
  let offering = false;
  for (let cycle = 0; cycle < 20_000 && came.length < due.length; cycle++) {
    const beat = given[next];
    offering = beat !== undefined && (offering || random.nextInt(3) > 0);
    sim.poke(`${s}_tvalid`, offering ? 1 : 0);
    sim.poke(`${s}_tdata`, beat?.data ?? 0n);
    sim.poke(`${s}_tlast`, beat?.last ?? 0);
    sim.poke(`${m}_tready`, random.nextInt(2));
    sim.settle();
    if (sim.peek(`${m}_tvalid`) === 1n && sim.peek(`${m}_tready`) === 1n)
      came.push({ data: sim.peek(`${m}_tdata`), last: Number(sim.peek(`${m}_tlast`)) });
    if (offering && sim.peek(`${s}_tready`) === 1n) {
      next++;
      offering = false;
    }
    sim.tick();
  }
  expect(came).toEqual(due);
});
