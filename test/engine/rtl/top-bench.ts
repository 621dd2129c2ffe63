/** The whole engine in a simulation: a driver on its registers, packets on its streams, with stalls; frames and resets. */
import type { RandomStream } from '../../../src/base/random.js';
import { registerWords } from '../../../src/blocks/registers/index.js';
import { ProtocolChecker } from '../../../src/cosim/protocol/index.js';
import { beatsOf, packetOf } from '../../../src/engine/bit-stream.js';
import type { Engine } from '../../../src/engine/config.js';
import { engineRegisters } from '../../../src/engine/registers.js';
import type { Simulation } from '../../../src/simulator/index.js';
import { resultStream } from './core-bench.js';

export interface Beat {
  readonly data: bigint;
  readonly last: boolean;
}

export const beatsOfPackets = (packets: readonly Uint8Array[], width: number): Beat[] =>
  packets.flatMap((packet) => {
    const list = beatsOf(packet, width);
    return list.map((data, k) => ({ data, last: k === list.length - 1 }));
  });

const offsets = new Map(registerWords(engineRegisters).map(({ name, offset }) => [name, offset]));

/** Registers that may be read at any time: whatever is in them is defined, and reading changes nothing but CTRL. */
const readable = [...offsets.keys()].filter((name) => !/^HEADER|_(LO|HI)$/.test(name));

/** Drives all forms alike; every cycle their outputs are compared where they mean something. */
export class TopBench {
  weights: Beat[] = [];
  pixels: Beat[] = [];
  /** Packets that left whole. */
  outputs: Uint8Array[] = [];
  cycle = 0;
  /** Chance that a side of a stream, or of a channel of the bus, waits. */
  stalls = 0.2;
  /** Registers are used while the bench waits. */
  chats = false;
  /** Bits of the beats of m_axis_y that mean something, from the next beat on; all of those that are not named. */
  masks: bigint[] = [];
  #packet: bigint[] = [];
  readonly #valid = { s_axis_w: false, s_axis_x: false };
  readonly #protocol: ProtocolChecker;

  constructor(
    readonly sims: readonly Simulation[],
    readonly engine: Engine,
    readonly random: RandomStream,
  ) {
    this.#protocol = new ProtocolChecker(resultStream(engine.YP));
    for (const sim of sims) {
      for (const port of sim.ports) if (port.dir === 'input') sim.poke(port.name, 0);
      for (let k = 0; k < 4; k++) sim.tick();
      sim.poke('aresetn', 1);
    }
  }

  get #first(): Simulation {
    return this.sims[0]!;
  }
  #poke(name: string, value: bigint | number): void {
    for (const sim of this.sims) sim.poke(name, value);
  }
  see(name: string): number {
    return Number(this.#first.peek(name));
  }

  /** A side of the bus does not wait. */
  #go(): boolean {
    return this.stalls === 0 || this.random.nextFloat() >= this.stalls;
  }

  /** One cycle of the streams; the bus is as it stands. */
  step(): void {
    const go = (): boolean => this.random.nextFloat() >= this.stalls;
    const queues = { s_axis_w: this.weights, s_axis_x: this.pixels };
    const ready = go();
    for (const name of ['s_axis_w', 's_axis_x'] as const) {
      this.#valid[name] ||= queues[name].length > 0 && go();
      this.#poke(`${name}_tvalid`, this.#valid[name] ? 1 : 0);
      this.#poke(`${name}_tdata`, queues[name][0]?.data ?? 0n);
      this.#poke(`${name}_tlast`, queues[name][0]?.last ? 1 : 0);
    }
    this.#poke('m_axis_y_tready', ready ? 1 : 0);
    for (const sim of this.sims) sim.settle();
    this.#compare();
    const valid = this.see('m_axis_y_tvalid') === 1;
    const last = this.see('m_axis_y_tlast');
    const data = this.#first.peek('m_axis_y_tdata');
    const [broken] = this.#protocol.check({ reset: false, valid, ready, fields: [data, last] });
    if (broken) throw new Error(`cycle ${this.cycle}: m_axis_y: ${broken.rule} ${broken.message}`);
    if (valid && ready) {
      this.#packet.push(data);
      this.masks.shift();
      if (last === 1) {
        this.outputs.push(packetOf(this.#packet, this.engine.YP));
        this.#packet = [];
      }
    }
    for (const name of ['s_axis_w', 's_axis_x'] as const)
      if (this.#valid[name] && this.see(`${name}_tready`) === 1) {
        queues[name].shift();
        this.#valid[name] = false;
      }
    for (const sim of this.sims) sim.tick();
    this.cycle++;
  }

  #compare(): void {
    const [a, ...others] = this.sims;
    for (const b of others)
      for (const { name, dir } of a!.ports) {
        if (dir !== 'output') continue;
        const guard = /^m_axis_y_t(data|last)$/.test(name)
          ? 'm_axis_y_tvalid'
          : /^s_axi_ctrl_r(data|resp)$/.test(name)
            ? 's_axi_ctrl_rvalid'
            : '';
        if (guard !== '' && a!.peek(guard) === 0n) continue;
        const mask = name === 'm_axis_y_tdata' ? (this.masks[0] ?? -1n) : -1n;
        if (((a!.peek(name) ^ b.peek(name)) & mask) !== 0n)
          throw new Error(
            `cycle ${this.cycle}: ${name} is ${a!.peek(name).toString(16)} and ${b.peek(name).toString(16)}`,
          );
      }
  }

  /** Steps until the condition holds; throws after `most` cycles. */
  until(condition: () => boolean, most: number, what: string): void {
    for (let k = 0; !condition(); k++) {
      if (k > most) throw new Error(`cycle ${this.cycle}: ${what} does not come`);
      if (this.chats && this.random.nextInt(20) === 0) this.chat();
      else this.step();
    }
  }

  read(name: string): number {
    this.#poke('s_axi_ctrl_araddr', offsets.get(name) ?? 4092);
    let [value, open, valid]: [number | undefined, boolean, boolean] = [undefined, true, false];
    for (let k = 0; value === undefined; k++) {
      if (k > 200) throw new Error(`no answer of ${name}`);
      valid ||= open && this.#go();
      const ready = this.#go();
      this.#poke('s_axi_ctrl_arvalid', valid ? 1 : 0);
      this.#poke('s_axi_ctrl_rready', ready ? 1 : 0);
      for (const sim of this.sims) sim.settle();
      if (valid && this.see('s_axi_ctrl_arready') === 1) [open, valid] = [false, false];
      if (ready && this.see('s_axi_ctrl_rvalid') === 1) value = this.see('s_axi_ctrl_rdata');
      this.step();
    }
    this.#poke('s_axi_ctrl_arvalid', 0);
    this.#poke('s_axi_ctrl_rready', 0);
    return value;
  }

  write(name: string, value: number): void {
    this.#poke('s_axi_ctrl_awaddr', offsets.get(name)!);
    this.#poke('s_axi_ctrl_wdata', value >>> 0);
    this.#poke('s_axi_ctrl_wstrb', 15);
    const open = { aw: true, w: true };
    const valid = { aw: false, w: false };
    for (let k = 0, done = false; !done; k++) {
      if (k > 200) throw new Error(`no answer to ${name}`);
      const ready = this.#go();
      this.#poke('s_axi_ctrl_bready', ready ? 1 : 0);
      for (const channel of ['aw', 'w'] as const) {
        valid[channel] ||= open[channel] && this.#go();
        this.#poke(`s_axi_ctrl_${channel}valid`, valid[channel] ? 1 : 0);
      }
      for (const sim of this.sims) sim.settle();
      for (const channel of ['aw', 'w'] as const)
        if (valid[channel] && this.see(`s_axi_ctrl_${channel}ready`) === 1)
          [open[channel], valid[channel]] = [false, false];
      done = ready && this.see('s_axi_ctrl_bvalid') === 1;
      this.step();
    }
    for (const channel of ['aw', 'w'] as const) this.#poke(`s_axi_ctrl_${channel}valid`, 0);
    this.#poke('s_axi_ctrl_bready', 0);
  }

  /** An access that disturbs nothing: any register is read, or SCRATCH and the counters are used. */
  chat(): void {
    const [kind, value] = [this.random.nextInt(8), this.random.nextInt(2 ** 16)];
    if (kind === 0) this.write('SCRATCH', value);
    else if (kind === 1) this.write('COMMAND', 2);
    else this.read(readable[value % readable.length]!);
  }

  counter(name: string): number {
    return this.read(`${name}_LO`) + 2 ** 32 * this.read(`${name}_HI`);
  }
  get state(): number {
    return this.read('STATUS') & 7;
  }

  /** Holds the engine in reset until nothing arrives any more, then waits until it is idle. */
  reset(): void {
    this.write('COMMAND', 1);
    for (let k = 0; k < 20 || this.weights.length + this.pixels.length > 0; k++) {
      if (k > 5000) throw new Error('beats are not dropped');
      this.step();
    }
    this.write('COMMAND', 0);
    this.until(() => this.state === 0, 200, 'idle');
  }
}
