/** A top of `src/soc` among a processor, memories and streams: registers are read and written while everything else goes on. */
import type { RandomStream } from '../base/random.js';
import { type RegisterTable, registerWords } from '../blocks/registers/index.js';
import { AxiMemory, type AxiMemoryOptions } from '../cosim/axi-memory.js';
import type { Simulation } from '../simulator/index.js';

export interface StreamBeat {
  readonly data: bigint;
  readonly last: boolean;
}

export interface TopOptions {
  readonly table: RegisterTable;
  readonly random: RandomStream;
  readonly pause: number;
  /** AXI4 ports by prefix with the bytes of a beat; all share one memory. */
  readonly masters: Readonly<Record<string, number>>;
  readonly response?: AxiMemoryOptions['response'];
  readonly latency?: readonly [number, number];
  /** Streams into the top by prefix. */
  readonly inputs?: readonly string[];
  /** Cycles of the reset at the begin, 1 where nothing is said; nothing is compared in them. */
  readonly resetCycles?: number;
  /** Stream out of the top. */
  readonly output?: string;
}

/** Drives the first simulation and holds the others beside it: handshakes and what they carry must be the same. */
export class TopBench {
  readonly memory = new Map<number, number>();
  readonly ports: readonly AxiMemory[];
  readonly streams: Readonly<Record<string, StreamBeat[]>>;
  readonly results: StreamBeat[] = [];
  cycle = 0;
  readonly #valid = new Map<string, boolean>();
  readonly #known = new Map<string, number>();
  readonly #outputs: readonly string[];

  constructor(
    readonly sims: readonly Simulation[],
    readonly o: TopOptions,
  ) {
    this.ports = Object.entries(o.masters).map(
      ([prefix, bytes]) =>
        new AxiMemory(
          {
            ...{ prefix, bytes, random: o.random, pause: o.pause, latency: o.latency ?? [1, 20] },
            response: (address, kind) => this.response?.(address, kind) ?? 0,
          },
          this.memory,
        ),
    );
    this.streams = Object.fromEntries((o.inputs ?? []).map((name) => [name, []]));
    for (const { name, offset } of registerWords(o.table)) this.#known.set(name, offset);
    this.response = o.response;
    this.#outputs = sims[0]!.ports.filter(({ dir }) => dir === 'output').map(({ name }) => name);
    for (const { name, dir } of sims[0]!.ports) if (dir === 'input' && name !== 'aclk') this.#poke(name, 0n);
    this.#poke('aresetn', 0n);
    for (let k = 0; k < (o.resetCycles ?? 1); k++) this.step();
    this.#poke('aresetn', 1n);
  }
  response: AxiMemoryOptions['response'];

  #poke(name: string, value: bigint): void {
    for (const sim of this.sims) sim.poke(name, value);
  }

  see(name: string): number {
    return Number(this.sims[0]!.peek(name));
  }

  /** One cycle. */
  step(): void {
    const go = (): boolean => this.o.random.nextFloat() >= this.o.pause;
    for (const port of this.ports)
      for (const [name, value] of Object.entries(port.drive())) if (this.#has(name)) this.#poke(name, value);
    for (const [name, beats] of Object.entries(this.streams)) {
      const [beat] = beats;
      const valid = beat !== undefined && (this.#valid.get(name) === true || go());
      this.#valid.set(name, valid);
      this.#poke(`${name}_tvalid`, valid ? 1n : 0n);
      this.#poke(`${name}_tdata`, beat?.data ?? 0n);
      this.#poke(`${name}_tlast`, beat?.last === true ? 1n : 0n);
    }
    const { output } = this.o;
    const takes = go();
    if (output !== undefined) this.#poke(`${output}_tready`, takes ? 1n : 0n);
    for (const sim of this.sims) sim.settle();
    const leader = this.sims[0]!;
    // At the begin of a reset registers hold anything.
    for (const other of this.cycle < (this.o.resetCycles ?? 1) ? [] : this.sims.slice(1))
      for (const name of this.#outputs)
        if (/(valid|ready|irq)$/.test(name) || this.#offers(name))
          if (other.peek(name) !== leader.peek(name))
            throw new Error(`cycle ${this.cycle}: ${name} is ${other.peek(name)}, not ${leader.peek(name)}`);
    const outputs = Object.fromEntries(this.#outputs.map((name) => [name, leader.peek(name)]));
    for (const port of this.ports) port.tick(outputs);
    for (const [name, beats] of Object.entries(this.streams))
      if (this.#valid.get(name) === true && outputs[`${name}_tready`] === 1n) {
        beats.shift();
        this.#valid.set(name, false);
      }
    if (output !== undefined && takes && outputs[`${output}_tvalid`] === 1n)
      this.results.push({ data: outputs[`${output}_tdata`]!, last: outputs[`${output}_tlast`] === 1n });
    for (const sim of this.sims) sim.tick();
    this.cycle++;
  }

  readonly #inputs = new Map<string, boolean>();
  #has(name: string): boolean {
    const known = this.#inputs.get(name) ?? this.sims[0]!.ports.some((port) => port.name === name);
    this.#inputs.set(name, known);
    return known;
  }

  /** A payload while its channel is valid. */
  #offers(name: string): boolean {
    const channel = /^(.*_(?:ar|aw|w|r|b|axis_t|axis_wgt_t))(addr|data|resp|len|last|strb)$/.exec(name)?.[1];
    return channel !== undefined && this.sims[0]!.peek(`${channel}valid`) === 1n;
  }

  until(done: () => boolean, most: number, what: string): void {
    for (let k = 0; !done(); k++) {
      if (k > most)
        throw new Error(
          `cycle ${this.cycle}: waited ${most} cycles for ${what}; STATUS ${this.read('STATUS').toString(16)} ERROR ${this.read('ERROR').toString(16)}`,
        );
      this.step();
    }
  }

  #offset(name: string): bigint {
    const offset = this.#known.get(name);
    if (offset === undefined) throw new Error(`no register ${name}`);
    return BigInt(offset);
  }

  write(name: string, value: number): void {
    this.#poke('s_axi_ctrl_awaddr', this.#offset(name));
    this.#poke('s_axi_ctrl_wdata', BigInt(value));
    this.#poke('s_axi_ctrl_wstrb', 15n);
    const left = new Set(['aw', 'w']);
    this.#poke('s_axi_ctrl_bready', 1n);
    for (let done = false; !done;) {
      for (const channel of ['aw', 'w']) this.#poke(`s_axi_ctrl_${channel}valid`, left.has(channel) ? 1n : 0n);
      const before = [...left];
      // The handshakes of the cycle are looked at behind it: ready depends on registers only.
      for (const sim of this.sims) sim.settle();
      for (const channel of before) if (this.see(`s_axi_ctrl_${channel}ready`) === 1) left.delete(channel);
      done = this.see('s_axi_ctrl_bvalid') === 1;
      this.step();
    }
    this.#poke('s_axi_ctrl_bready', 0n);
  }

  read(name: string): number {
    this.#poke('s_axi_ctrl_araddr', this.#offset(name));
    this.#poke('s_axi_ctrl_rready', 1n);
    let asked = false;
    for (;;) {
      this.#poke('s_axi_ctrl_arvalid', asked ? 0n : 1n);
      for (const sim of this.sims) sim.settle();
      if (this.see('s_axi_ctrl_arready') === 1) asked = true;
      const [valid, data] = [this.see('s_axi_ctrl_rvalid') === 1, this.see('s_axi_ctrl_rdata')];
      this.step();
      if (!valid) continue;
      this.#poke('s_axi_ctrl_rready', 0n);
      this.#poke('s_axi_ctrl_arvalid', 0n);
      return data;
    }
  }

  /** A field of a register. */
  field(path: string): number {
    const [register, name] = path.split('.') as [string, string];
    const found = this.o.table.registers.find((each) => each.name === register)!;
    const field = found.fields.find((each) => each.name === name)!;
    return Math.floor(this.read(register) / 2 ** field.low) % 2 ** field.width;
  }

  /** What the ports did against the protocol. */
  get violations(): string[] {
    return this.ports.flatMap(({ violations }) => violations);
  }
}
