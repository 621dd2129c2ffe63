/** Weight loader and cast: circuit, cycle model and Verilator in lockstep on right and wrong images. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import type { PortModel, Ports } from '../../src/engine/model/port-model.js';
import { buildDesign } from '../../src/hdl/index.js';
import { WeightCast } from '../../src/soc/weight-cast.js';
import { WeightCastModel } from '../../src/soc/weight-cast.model.js';
import { WeightLoader } from '../../src/soc/weight-loader.js';
import { WeightLoaderModel } from '../../src/soc/weight-loader.model.js';
import { FLOAT_RECORD, formatWord } from '../../src/soc/weight-record.js';
import { expectPortsAgree } from '../engine/rtl/ports-bench.js';
import { Level, Offer } from './port-drive.js';

const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
type Random = ReturnType<typeof randomStream>;
const pick = <T>(random: Random, of: readonly T[]): T => of[random.nextInt(of.length)]!;

/** A record of words, sometimes wrong. */
function wordRecord(random: Random, words: number): bigint[] {
  const wrong = random.nextInt(12);
  const address = random.nextBigInt(6) * 4n + (wrong === 0 ? pick(random, [2n, 3n, 1n << 30n]) : 0n);
  const count = wrong === 1 ? 0 : words;
  return [address, BigInt(count), ...Array.from({ length: words }, () => random.nextBigInt(32))];
}

/** A record of numbers in any format, sometimes wrong. */
function floatRecord(random: Random): bigint[] {
  const bits = pick(random, [1, 1 + random.nextInt(32), 5, 8, 32]);
  const fields = 1 + random.nextInt(12);
  const count = pick(random, [fields, 2 * fields, 1 + random.nextInt(3 * fields)]);
  const type = pick(random, ['unsigned', 'signed', 'bipolar'] as const);
  const format = BigInt(formatWord({ type, bits, frac: random.nextInt(40) - 20, stride: random.nextInt(5) }));
  const head = [random.nextBigInt(20) * 4n + BigInt(FLOAT_RECORD), BigInt(count), format, BigInt(fields)];
  const wrong = random.nextInt(20);
  if (wrong === 0) head[1] = 0n;
  if (wrong === 1) head[2] = format | (3n << 13n);
  if (wrong === 2) head[3] = pick(random, [0n, 1n << 16n]);
  const numbers = Array.from(
    { length: count },
    () =>
      // Around the range of the codes: exponents near those of 1.
      (random.nextBigInt(1) << 31n) | (BigInt(105 + random.nextInt(50)) << 23n) | random.nextBigInt(23),
  );
  return [...head, ...numbers];
}

/** Images as beats; some end too early. */
function imagesOf(random: Random, record: () => bigint[]): () => Ports {
  let left: bigint[] = [];
  return () => {
    if (left.length === 0) {
      left = Array.from({ length: 1 + random.nextInt(3) }, record).flat();
      if (random.nextInt(5) === 0) left = left.slice(0, 1 + random.nextInt(left.length));
    }
    return { s_axis_tdata: left.shift()!, s_axis_tlast: left.length === 0 ? 1n : 0n };
  };
}
const idle = { s_axis_tdata: 0n, s_axis_tlast: 0n };

describe('weight_cast', () => {
  it('agrees in all forms on images of words and of numbers, cut off, wrong and cancelled', async () => {
    const random = randomStream(seed, 'images');
    const image = new Offer(
      's_axis',
      imagesOf(random, () =>
        random.nextInt(3) === 0 ? wordRecord(random, 1 + random.nextInt(4)) : floatRecord(random),
      ),
      idle,
    );
    const cancel = new Level(random, 0.002, 0.1);
    const seen = { words: 0, ends: 0, refused: 0, cancels: 0 };
    let inputs: Ports = {};
    await expectPortsAgree({
      ...{ design: buildDesign(WeightCast), params: {}, cycles: 9000, resets: [1500, 4001], verilator: true, seed },
      model: () => new WeightCastModel(),
      drive: (_, cycle, outputs) => {
        image.moved(outputs);
        if (outputs['m_axis_tvalid'] === 1n && inputs['m_axis_tready'] === 1n) {
          seen.words++;
          if (outputs['m_axis_tlast'] === 1n) seen.ends++;
          if (outputs['m_axis_tdata'] === 0xffffffffn) seen.refused++;
        }
        const fast = Math.floor(cycle / 500) % 3 === 0;
        const go = (): boolean => fast || random.nextInt(3) > 0;
        const was = cancel.value;
        inputs = { ...image.drive(go()), m_axis_tready: go() ? 1n : 0n, cancel: cancel.next() };
        if (cancel.value && !was) seen.cancels++;
        return inputs;
      },
    });
    expect(Math.min(seen.words / 1500, seen.ends / 100, seen.refused / 20, seen.cancels / 5)).toBeGreaterThan(1);
  });
});

describe('weight_loader, with stores behind it that answer in order, refuse, and let commits wait', () => {
  it.each([
    [{ LAYERS: 3, WINDOW_W: 4 }, true],
    [{ LAYERS: 1, WINDOW_W: 3 }, false],
  ])('agrees in all forms on right and wrong images: %o', async (params, verilator) => {
    const random = randomStream(seed, 'loads');
    const image = new Offer(
      's_axis',
      imagesOf(random, () => wordRecord(random, 1 + random.nextInt(5))),
      idle,
    );
    let answered = false;
    const due: bigint[] = [];
    const answer = new Offer(
      's_rsp',
      () => {
        const write = due.shift();
        if (write === undefined) return undefined;
        answered = true;
        const [error, waits] = [random.nextInt(40) === 0, random.nextInt(3) === 0];
        return {
          s_rsp_write: write,
          s_rsp_error: error ? 1n : 0n,
          s_rsp_data: random.nextBigInt(31) * 2n + (waits ? 1n : 0n),
        };
      },
      { s_rsp_write: 0n, s_rsp_error: 0n, s_rsp_data: 0n },
    );
    const [cancel, boundary] = [new Level(random, 0.002, 0.1), new Level(random, 0.3, 0.3)];
    const seen = { accesses: 0, finished: 0, failed: 0, cancels: 0 };
    let inputs: Ports = {};
    const resets = [1500, 4001];
    await expectPortsAgree({
      ...{ design: buildDesign(WeightLoader), params, cycles: 9000, resets, verilator, seed },
      model: (): PortModel => new WeightLoaderModel(params),
      drive: (_, cycle, outputs) => {
        image.moved(outputs);
        answer.moved(outputs);
        if (resets.includes(cycle - 1) || cycle === 1) {
          due.length = 0;
          answer.forget();
        } else if (outputs['m_req_tvalid'] === 1n && inputs['m_req_tready'] === 1n) due.push(outputs['m_req_write']!);
        if (outputs['finished'] === 1n) seen.finished++;
        if (outputs['failed'] === 1n) seen.failed++;
        if (answered) seen.accesses++;
        answered = false;
        const fast = Math.floor(cycle / 500) % 3 === 0;
        const go = (): boolean => fast || random.nextInt(3) > 0;
        const was = cancel.value;
        inputs = {
          ...{ ...image.drive(go()), ...answer.drive(go()), m_req_tready: go() ? 1n : 0n },
          ...{ cancel: cancel.next(), boundary: boundary.next(), frame: BigInt(Math.floor(cycle / 7)) },
        };
        if (cancel.value && !was) seen.cancels++;
        return inputs;
      },
    });
    expect(Math.min(seen.accesses / 500, seen.finished / 20, seen.failed / 20, seen.cancels / 5)).toBeGreaterThan(1);
  });
});
