/** Controls and gates of the dataflow tops: circuit, cycle model and Verilator in lockstep under random software and hardware. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { registerWords } from '../../src/blocks/registers/index.js';
import type { Ports } from '../../src/engine/model/port-model.js';
import { buildDesign } from '../../src/hdl/index.js';
import { makeDataflowControl } from '../../src/soc/dataflow-control.js';
import { DataflowControlModel } from '../../src/soc/dataflow-control.model.js';
import { dataflowRegisters, type DataflowSide } from '../../src/soc/dataflow-registers.js';
import { FrameCommands } from '../../src/soc/frame-commands.js';
import { FrameGate } from '../../src/soc/frame-gate.js';
import { FrameCommandsModel, FrameGateModel } from '../../src/soc/frame-gate.model.js';
import { expectPortsAgree } from '../engine/rtl/ports-bench.js';
import { Level, Offer } from './port-drive.js';

const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
type Random = ReturnType<typeof randomStream>;
const bit = (value: boolean): bigint => (value ? 1n : 0n);

/** What software writes, with how often it does. */
const habits: readonly (readonly [string, number, readonly number[]])[] = [
  ['CTRL', 10, [1, 1, 1, 0x81, 0]],
  ['FRAMES', 3, [0, 1, 2, 3]],
  ['COMMAND', 6, [0, 1, 1, 2, 4, 8]],
  ['GIE', 2, [0, 1, 1]],
  ['IER', 2, [0, 5, 7]],
  ['ISR', 4, [1, 4, 7]],
  ['WATCHDOG', 2, [0, 0, 9, 40]],
  ['INPUT_LO', 1, [0x1234]],
  ['OUTPUT_HI', 1, [0xff]],
  ['MEMORY', 1, [0xf30]],
  ['WEIGHTS_BYTES', 1, [44]],
];

class Software {
  readonly #writes: [bigint, bigint][] = [];
  readonly #data: bigint[] = [];
  readonly #offers: readonly Offer[];

  constructor(side: DataflowSide, random: Random) {
    const offsets = new Map(registerWords(dataflowRegisters(side)).map(({ name, offset }) => [name, offset]));
    const known = habits.filter(([name]) => offsets.has(name));
    const often = known.flatMap((habit) => Array.from({ length: habit[1] }, () => habit));
    const write = (): void => {
      const [name, , values] = often[random.nextInt(often.length)]!;
      const value = BigInt(values[random.nextInt(values.length)]!);
      this.#writes.push([BigInt(offsets.get(name)!), value]);
      this.#data.push(value);
      // A reset is not held for long.
      if (name === 'COMMAND' && value === 1n) {
        this.#writes.push([BigInt(offsets.get(name)!), 0n]);
        this.#data.push(0n);
      }
    };
    const aw = () => {
      if (this.#writes.length === 0) write();
      return { s_axi_awaddr: this.#writes.shift()![0] };
    };
    const w = () => (this.#data.length === 0 ? undefined : { s_axi_wdata: this.#data.shift()!, s_axi_wstrb: 15n });
    const ar = () => ({ s_axi_araddr: BigInt(4 * random.nextInt(0x70)) });
    this.#offers = [
      new Offer('s_axi_aw', aw, { s_axi_awaddr: 0n }, ''),
      new Offer('s_axi_w', w, { s_axi_wdata: 0n, s_axi_wstrb: 0n }, ''),
      new Offer('s_axi_ar', ar, { s_axi_araddr: 0n }, ''),
    ];
  }

  /** All that is on its way is gone. */
  reset(): void {
    for (const offer of this.#offers) offer.forget();
    this.#writes.length = this.#data.length = 0;
  }

  drive(random: Random, outputs: Ports): Ports {
    for (const offer of this.#offers) offer.moved(outputs);
    return Object.assign(
      {
        s_axi_awprot: 0n,
        s_axi_arprot: 0n,
        s_axi_bready: bit(random.nextInt(4) > 0),
        s_axi_rready: bit(random.nextInt(4) > 0),
      },
      ...this.#offers.map((offer, k) => offer.drive(k === 1 || random.nextInt(4) === 0)),
    ) as Ports;
  }
}

/** A core that takes samples and gives results, and memory that fails now and then. */
class Hardware {
  #inside = 0;
  #onTheWay = 0;
  readonly #levels: Readonly<Record<string, Level>>;

  constructor(
    readonly side: DataflowSide,
    random: Random,
  ) {
    const rare = ['results_open', 'bus_busy', 'weights_pending', 'input_open', 'input_waits', 'results_wait'];
    this.#levels = Object.fromEntries(rare.map((name) => [name, new Level(random, 0.1, 0.4)]));
  }

  drive(random: Random, outputs: Ports): Ports {
    const chance = (one: number): boolean => random.nextInt(one) === 0;
    const begins = outputs['open'] === 1n && chance(4);
    const leaves = this.#inside > 0 && chance(5);
    const completes = this.#onTheWay > 0 && chance(4);
    this.#inside += (begins ? 1 : 0) - (leaves ? 1 : 0);
    this.#onTheWay += (leaves ? 1 : 0) - (completes ? 1 : 0);
    if (outputs['quit'] === 1n) this.#onTheWay = 0;
    const errors = Object.fromEntries(
      ['weights', 'input', 'results'].flatMap((name) => [
        [`${name}_error`, chance(1500) ? 2n + random.nextBigInt(1) : 0n],
        [`${name}_error_addr`, random.nextBigInt(64)],
      ]),
    );
    const all: Ports = {
      ...Object.fromEntries(Object.entries(this.#levels).map(([name, level]) => [name, level.next()])),
      ...{
        begins: bit(begins),
        leaves: bit(leaves),
        completes: bit(completes),
        input_moved: bit(begins || chance(20)),
      },
      ...{ results_moved: bit(chance(20)), image_failed: bit(chance(1500)) },
      ...errors,
    };
    const { memory, programmable } = this.side;
    return Object.fromEntries(
      Object.entries(all).filter(
        ([name]) =>
          (memory === 'mapped' || !name.includes('_error')) && (programmable || !/^(weights_error|image)/.test(name)),
      ),
    );
  }
}

describe('dataflow_control', () => {
  it.each([
    [{ memory: 'mapped', programmable: true }, true],
    [{ memory: 'stream', programmable: false }, false],
  ] as const)('agrees in all forms: %o', async (side, verilator) => {
    const random = randomStream(seed, 'control');
    const [software, hardware] = [new Software(side, random), new Hardware(side, random)];
    const params = { BUILD: 77, SAMPLE: 24, RESULT: 16 };
    const resets = [1500, 1501];
    const seen = { starts: 0, quits: 0, irq: 0, before: 0n };
    await expectPortsAgree({
      ...{ design: buildDesign(makeDataflowControl(side)), params, cycles: 3000, resets, verilator, seed },
      model: () => new DataflowControlModel(side, params),
      drive: (_, cycle, outputs) => {
        if (cycle === 0 || resets.includes(cycle)) software.reset();
        if (outputs['start'] === 1n) seen.starts++;
        if (outputs['quit'] === 1n && seen.before === 0n) seen.quits++;
        if (outputs['irq'] === 1n) seen.irq++;
        seen.before = outputs['quit'] ?? 0n;
        return { ...software.drive(random, outputs), ...hardware.drive(random, outputs) };
      },
    });
    expect(Math.min(seen.starts / 20, seen.quits / 8, seen.irq / 100)).toBeGreaterThan(1);
  });
});

describe('frame_gate', () => {
  it.each([1, 2, 5])('agrees in all forms, frames of %i beats', async (BEATS) => {
    const random = randomStream(seed, 'gate');
    const beat = new Offer('s_axis', () => ({ s_axis_tdata: random.nextBigInt(9) }), { s_axis_tdata: 0n });
    const [open, fill] = [new Level(random, 0.1, 0.1), new Level(random, 0.01, 0.05)];
    const outputs = await expectPortsAgree({
      ...{
        design: buildDesign(FrameGate),
        params: { W: 9, BEATS },
        cycles: 2000,
        resets: [700],
        verilator: BEATS === 5,
        seed,
      },
      model: () => new FrameGateModel({ BEATS }),
      drive: (_, __, before) => {
        beat.moved(before);
        const ready = bit(random.nextInt(3) > 0);
        return { ...beat.drive(random.nextInt(3) > 0), m_axis_tready: ready, open: open.next(), fill: fill.next() };
      },
    });
    expect(outputs.filter(({ begins }) => begins === 1n).length).toBeGreaterThan(80);
  });
});

describe('frame_commands', () => {
  it('agrees in all forms: frames behind each other, cleared, begun anew', async () => {
    const random = randomStream(seed, 'commands');
    const params = { ADDR_W: 24, LEN_W: 20, BYTES: 1_000_003 };
    const outputs = await expectPortsAgree({
      ...{ design: buildDesign(FrameCommands), params, cycles: 2000, resets: [700], verilator: true, seed },
      model: () => new FrameCommandsModel(params),
      drive: () => ({
        ...{ start: bit(random.nextInt(20) === 0), clear: bit(random.nextInt(60) === 0) },
        ...{
          address: random.nextBigInt(24),
          frames: BigInt(random.nextInt(12)),
          m_cmd_tready: bit(random.nextInt(2) > 0),
        },
      }),
    });
    expect(outputs.filter(({ m_cmd_tvalid }) => m_cmd_tvalid === 1n).length).toBeGreaterThan(300);
  });
});
