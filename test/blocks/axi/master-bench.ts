/** An AXI4 master between a memory and a stream, under random stalls, errors and flushes: stimulus and scoreboard for all its forms. */
import { expect } from 'vitest';
import type { RandomStream } from '../../../src/base/random.js';
import type { MasterSizes } from '../../../src/blocks/axi/axi-master.model.js';
import { AxiMemory } from '../../../src/cosim/axi-memory.js';
import type { Ports, PortModel } from '../../../src/engine/model/port-model.js';

export interface Traffic {
  readonly kind: 'read' | 'write';
  readonly sizes: MasterSizes;
  /** Probability of a pause of every channel and stream. */
  readonly pause: number;
  readonly latency: readonly [number, number];
  /** Probability of a failing beat or burst. */
  readonly errors?: number;
  /** Probability of a flush in a cycle. */
  readonly flushes?: number;
  readonly resets?: readonly number[];
  /** Bytes of the transfer with a number. */
  readonly length: (random: RandomStream) => number;
  /** First byte. */
  readonly address?: (random: RandomStream) => number;
}

interface Command {
  readonly addr: number;
  readonly bytes: number;
  readonly last: boolean;
}

/** Drives a master from its outputs, cycle after cycle, and checks what it does. */
export class MasterTraffic {
  readonly memory: AxiMemory;
  /** Commands taken since the last flush or reset. */
  commands: Command[] = [];
  /** Bytes that entered or left at the stream since then, and the tlast of their beats. */
  streamed: number[] = [];
  lasts: boolean[] = [];
  beats = 0;
  dones = 0;
  flushes = 0;
  failed = 0;
  completed = 0;
  /** Cycles in which a beat moved on the stream. */
  readonly moved: number[] = [];
  #flush = false;
  /** What moves in a reset is lost. */
  #wasReset = true;
  #kept: Record<string, bigint> = {};
  #valid = { command: false, beat: false };
  #firstError: { code: number; address: number } | undefined;
  #inputs: Ports = {};

  constructor(
    readonly t: Traffic,
    random: RandomStream,
  ) {
    const refuses = new Map<string, number>();
    this.memory = new AxiMemory({
      ...{ prefix: 'm_axi', bytes: t.sizes.BYTES, random, pause: t.pause, latency: t.latency },
      response: (address, kind) => {
        const key = `${kind} ${address}`;
        const known = refuses.get(key);
        if (known !== undefined) return known;
        const made = random.nextFloat() < (t.errors ?? 0) ? 2 + random.nextInt(2) : 0;
        refuses.set(key, made);
        return made;
      },
    });
    if (t.kind === 'read') for (let k = 0; k < 1 << 16; k++) this.memory.bytes.set(k, random.nextInt(256));
  }

  /** Inputs of the next cycle from the outputs of the one before. */
  drive(random: RandomStream, cycle: number, outputs: Ports): Ports {
    const { t, memory } = this;
    const reset = cycle === 0 || (t.resets ?? []).includes(cycle);
    if (cycle > 0 && !this.#wasReset) this.#look(outputs, cycle);
    this.#wasReset = reset;
    const go = (): boolean => random.nextFloat() >= t.pause;
    if (reset) {
      memory.forget();
      this.#forget();
      this.#flush = false;
      this.#valid = { command: false, beat: false };
    } else if (this.#flush) {
      // A flush lasts until nothing is under way, and sometimes longer.
      if (outputs['busy'] === 0n && random.nextInt(3) > 0) this.#flush = false;
    } else if (random.nextFloat() < (t.flushes ?? 0)) {
      this.#flush = true;
      this.flushes++;
      this.#check();
      this.#forget();
    }
    if (!reset && !this.#valid.command && go()) {
      this.#valid.command = true;
      const bytes = t.length(random);
      const addr = t.address?.(random) ?? random.nextInt(2) * 4096 + random.nextInt(8192);
      Object.assign(this.#kept, {
        s_cmd_addr: BigInt(addr),
        s_cmd_bytes: BigInt(bytes),
        s_cmd_last: random.nextInt(3) > 0 ? 1n : 0n,
      });
    }
    const stream: Record<string, bigint> = {};
    if (t.kind === 'write') {
      if (!reset && !this.#valid.beat && go()) {
        this.#valid.beat = true;
        this.#kept['s_axis_tdata'] = random.nextBigInt(8 * t.sizes.BYTES);
      }
      stream['s_axis_tvalid'] = this.#valid.beat ? 1n : 0n;
    } else stream['m_axis_tready'] = go() ? 1n : 0n;
    this.#inputs = {
      ...{ s_cmd_addr: 0n, s_cmd_bytes: 1n, s_cmd_last: 0n, ...(t.kind === 'write' ? { s_axis_tdata: 0n } : {}) },
      ...{ ...this.#kept, ...stream, ...ofKind(memory.drive(), t.kind) },
      ...{ flush: this.#flush ? 1n : 0n, cache: 3n, prot: 0n, s_cmd_tvalid: this.#valid.command ? 1n : 0n },
    };
    return this.#inputs;
  }

  /** What moved in the cycle with these outputs. */
  #look(outputs: Ports, cycle: number): void {
    const inputs = this.#inputs;
    const both = (a: string, b: string): boolean =>
      (inputs[a] ?? outputs[a]) === 1n && (inputs[b] ?? outputs[b]) === 1n;
    const { kind, sizes } = this.t;
    this.memory.tick(outputs);
    if (both('s_cmd_tvalid', 's_cmd_tready')) {
      const addr = Number(inputs['s_cmd_addr']);
      this.commands.push({ addr, bytes: Number(inputs['s_cmd_bytes']), last: inputs['s_cmd_last'] === 1n });
      this.#valid.command = false;
    }
    const name = kind === 'write' ? 's_axis' : 'm_axis';
    if (both(`${name}_tvalid`, `${name}_tready`)) {
      this.beats++;
      this.moved.push(cycle);
      const from = kind === 'write' ? inputs : outputs;
      const data = from[`${name}_tdata`] ?? 0n;
      for (let k = 0; k < sizes.BYTES; k++) {
        const there = kind === 'write' || ((outputs['m_axis_tkeep'] ?? 0n) >> BigInt(k)) & 1n;
        const byte = Number((data >> BigInt(8 * k)) & 255n);
        if (there) this.streamed.push(byte);
        else expect(byte).toBe(0);
      }
      this.lasts.push(outputs['m_axis_tlast'] === 1n);
      this.#valid.beat = false;
    }
    if (outputs['done'] === 1n) this.dones++;
    if (outputs['error'] !== 0n && this.#firstError === undefined) {
      this.#firstError = { code: Number(outputs['error']), address: Number(outputs['error_addr']) };
      this.failed++;
    }
  }

  #forget(): void {
    this.commands = [];
    this.streamed = [];
    this.lasts = [];
    this.dones = 0;
    this.#firstError = undefined;
  }

  /** Bytes and lasts so far against the commands so far. */
  #check(): void {
    const { kind, sizes } = this.t;
    let at = 0;
    let beat = 0;
    for (const { addr, bytes, last } of this.commands) {
      const beats = Math.ceil(bytes / sizes.BYTES);
      if (kind === 'read') {
        const seen = this.streamed.slice(at, at + bytes);
        expect(seen).toEqual(Array.from(seen, (_, k) => this.memory.bytes.get(addr + k)));
        this.lasts.slice(beat, beat + beats).forEach((each, k) => expect(each).toBe(last && k === beats - 1));
        at += bytes;
        if (at <= this.streamed.length) this.completed++;
      } else at += beats * sizes.BYTES;
      beat += beats;
    }
  }

  /** At the end of a run without flushes: all that was asked for is done. */
  finish(): void {
    expect(this.memory.violations).toEqual([]);
    this.#check();
  }
}

/** Of the inputs of a memory, those of the channels that a master has. */
function ofKind(inputs: Ports, kind: 'read' | 'write'): Ports {
  const mine = kind === 'read' ? /_(ar|r)/ : /_(aw|w|b)/;
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => mine.test(name.replace('m_axi', ''))));
}

/** A model alone in its traffic, without a circuit beside it. */
export function runAlone(model: PortModel, traffic: MasterTraffic, random: RandomStream, cycles: number): void {
  model.reset({});
  let outputs: Ports = {};
  for (let cycle = 0; cycle < cycles; cycle++) {
    const inputs = traffic.drive(random, cycle, outputs);
    outputs = model.settle(inputs);
    if (cycle === 0) model.reset(inputs);
    else model.tick(inputs);
  }
}
