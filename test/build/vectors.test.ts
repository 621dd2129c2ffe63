/** The top can be driven with nothing but `files.f`, `report.json` and the hex files, with any pauses on either side. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Progress } from '../../src/base/progress.js';
import { randomStream } from '../../src/base/random.js';
import { build } from '../../src/build/build.js';
import { skipWithoutVerilator } from '../../src/cosim/index.js';
import { digits } from '../cli/run.js';
import { PackagedTop, readBeats } from './packaged-top.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-vectors-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

it.skipIf(skipWithoutVerilator())('plays the vectors through the packaged text', async () => {
  const output = join(work, 'w1');
  const silent = new Progress({
    total: 6,
    style: { mode: 'silent', color: false, columns: 80 },
    write: () => undefined,
  });
  const model = digits('digits_w1a1.onnx');
  await build({ model, output, samples: 4, portBits: 32, clockMhz: 100, seed: 3n }, silent);
  const bench = await PackagedTop.of(output, randomStream(7n, 'pauses'));
  const due = readBeats(output, 'vectors', 'output.hex');
  const given = readBeats(output, 'vectors', 'input.hex');
  expect(bench.play(given, due.length)).toEqual(due);
});
