/** Serial lines: all forms agree under bytes at the right and at a wrong rate, noise and breaks; what is sent arrives. */
import { describe, expect, it } from 'vitest';
import { type RandomStream } from '../../../src/base/random.js';
import { SerialBridge, UartReceiver, UartTransmitter } from '../../../src/blocks/serial/index.js';
import { SerialBridgeModel } from '../../../src/blocks/serial/serial-bridge.model.js';
import { UartReceiverModel } from '../../../src/blocks/serial/uart-receiver.model.js';
import { UartTransmitterModel } from '../../../src/blocks/serial/uart-transmitter.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { createSimulation } from '../../../src/simulator/index.js';
import { expectPortsAgree } from '../../engine/rtl/ports-bench.js';

const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);

/** Levels of a line, one a cycle: bytes, pauses, noise of a few cycles, bytes without a stop bit, breaks. */
function* waveform(random: RandomStream, clocks: number): Generator<bigint> {
  for (;;) {
    const kind = random.nextInt(16);
    const level = function* (value: bigint, cycles: number) {
      for (let k = 0; k < cycles; k++) yield value;
    };
    if (kind < 12) {
      const byte = random.nextBigInt(8);
      const stop = kind === 0 ? 0n : 1n;
      // The other end's clock is a little off, by less than half a bit in ten.
      const rate = clocks * (1 + (random.nextInt(5) - 2) / 100);
      const bits = [0n, ...Array.from({ length: 8 }, (_, k) => (byte >> BigInt(k)) & 1n), stop];
      for (let cycle = 0; cycle < Math.round(10 * rate); cycle++) yield bits[Math.min(9, Math.floor(cycle / rate))]!;
    } else if (kind === 12) yield* level(0n, 1 + random.nextInt(clocks));
    else if (kind === 13) yield* level(0n, 10 * clocks + random.nextInt(40));
    else yield* level(1n, random.nextInt(12 * clocks));
    if (kind === 0 || kind >= 12) yield* level(1n, 1 + random.nextInt(4));
  }
}

/** A source that holds what it offers until it is taken. */
function offers(width: number) {
  let held: bigint | undefined;
  return (random: RandomStream, ready: bigint | undefined, often: number) => {
    if (ready === 1n) held = undefined;
    if (held === undefined && random.nextInt(often) === 0) held = random.nextBigInt(width);
    return { s_axis_tvalid: held === undefined ? 0n : 1n, s_axis_tdata: held ?? 0n };
  };
}

/** Distinct values of an output. */
const values = (seen: readonly Readonly<Record<string, bigint>>[], port: string): number =>
  new Set(seen.map((outputs) => outputs[port])).size;

describe('uart_receiver', () => {
  it.each([4, 5, 12])('agrees in all forms at CLOCKS %i', async (CLOCKS) => {
    let line: Generator<bigint> | undefined;
    const seen = await expectPortsAgree({
      ...{ design: buildDesign(UartReceiver), params: { CLOCKS }, cycles: 12_000, resets: [5000], seed },
      model: () => new UartReceiverModel({ CLOCKS }),
      drive: (random, cycle) => {
        line ??= waveform(random, CLOCKS);
        const slow = cycle % 3000 > 2600;
        return { line: line.next().value as bigint, m_axis_tready: slow || random.nextInt(3) === 0 ? 0n : 1n };
      },
    });
    expect(values(seen, 'm_axis_tdata')).toBeGreaterThan(40);
    expect(values(seen, 'broken')).toBe(2);
    expect(values(seen, 'lost')).toBe(2);
  });
});

describe('uart_transmitter', () => {
  it.each([4, 7, 12])('agrees in all forms at CLOCKS %i', async (CLOCKS) => {
    const next = offers(8);
    await expectPortsAgree({
      ...{ design: buildDesign(UartTransmitter), params: { CLOCKS }, cycles: 6000, resets: [3000], seed },
      model: () => new UartTransmitterModel({ CLOCKS }),
      drive: (random, _, outputs) => next(random, outputs['s_axis_tready'], 20),
    });
  });
});

describe('serial_bridge', () => {
  it.each([
    { CLOCKS: 4, IN: 1, OUT: 1 },
    { CLOCKS: 5, IN: 3, OUT: 2 },
    { CLOCKS: 12, IN: 2, OUT: 4 },
  ])('agrees in all forms at CLOCKS $CLOCKS, IN $IN, OUT $OUT', async (params) => {
    let line: Generator<bigint> | undefined;
    const next = offers(8 * params.OUT);
    const seen = await expectPortsAgree({
      ...{ design: buildDesign(SerialBridge), params, cycles: 16_000, resets: [5000], seed },
      verilator: params.IN === 3,
      model: () => new SerialBridgeModel(params),
      drive: (random, cycle, outputs) => {
        line ??= waveform(random, params.CLOCKS);
        const slow = cycle % 3000 > 2000;
        return {
          ...{ rx: line.next().value as bigint, m_axis_tready: slow || random.nextInt(3) === 0 ? 0n : 1n },
          ...next(random, outputs['s_axis_tready'], 50),
        };
      },
    });
    for (const port of ['core_resetn', 'lost', 'tx']) expect(values(seen, port), port).toBe(2);
    expect(values(seen, 'm_axis_tdata')).toBeGreaterThan(20);
  });

  it('what one end sends arrives at the other, and after a break as well', () => {
    const params = { CLOCKS: 6, IN: 2, OUT: 2 };
    const sim = createSimulation(buildDesign(SerialBridge), { params });
    sim.poke('aresetn', 0);
    sim.poke('rx', 1);
    sim.tick();
    sim.poke('aresetn', 1);
    const send = (beats: readonly bigint[], cycles: number, rx?: 0): bigint[] => {
      const arrived: bigint[] = [];
      let at = 0;
      for (let cycle = 0; cycle < cycles; cycle++) {
        sim.poke('s_axis_tvalid', at < beats.length ? 1 : 0);
        sim.poke('s_axis_tdata', beats[at] ?? 0n);
        sim.poke('m_axis_tready', 1);
        sim.settle();
        sim.poke('rx', rx ?? sim.peek('tx'));
        sim.settle();
        if (at < beats.length && sim.peek('s_axis_tready') === 1n) at++;
        if (sim.peek('m_axis_tvalid') === 1n) arrived.push(sim.peek('m_axis_tdata'));
        sim.tick();
      }
      return arrived;
    };
    const beats = [0x1234n, 0xff00n, 0x00ffn, 0xa55an];
    send([], 20);
    expect(send(beats, 600)).toEqual(beats);
    // One byte of a beat, then a break: the beat is forgotten.
    expect(send([0x7777n], 65)).toEqual([]);
    expect(send([], 100, 0)).toEqual([]);
    expect(sim.peek('core_resetn')).toBe(0n);
    send([], 200);
    expect(send(beats, 600)).toEqual(beats);
    expect(sim.peek('lost')).toBe(0n);
  });
});
