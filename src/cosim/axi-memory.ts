/**
 * A memory behind an AXI4 manager, cycle by cycle: random latencies and pauses on every channel, error responses where they are
 * wanted, and a note of everything that the manager does against the protocol. Reads and writes are answered in order.
 */
import type { RandomStream } from '../base/random.js';

type PortValues = Readonly<Record<string, bigint>>;

export interface AxiMemoryOptions {
  /** Prefix of the ports, `m_axi`. */
  readonly prefix: string;
  /** Bytes of a beat. */
  readonly bytes: number;
  readonly random: RandomStream;
  /** Probability of a pause in a cycle, of each channel. */
  readonly pause: number;
  /** Cycles between a request and its first answer: from .. to, at random. */
  readonly latency: readonly [number, number];
  /** Response of a beat (reads) or a burst (writes); 0 where nothing is said. 2 SLVERR, 3 DECERR. */
  readonly response?: (address: number, kind: 'read' | 'write') => number;
}

interface Request {
  readonly address: number;
  readonly beats: number;
  readonly due: number;
}

/** Holds bytes by address; what nobody has written reads as 0. Call `drive` for the inputs of a cycle, then `tick` with its outputs. */
export class AxiMemory {
  readonly bytes: Map<number, number>;
  /** What was against the protocol, in words. */
  readonly violations: string[] = [];
  /** Bursts asked for: first byte, beats. */
  readonly bursts: { readonly kind: 'read' | 'write'; readonly address: number; readonly beats: number }[] = [];
  readonly #o: AxiMemoryOptions;
  #cycle = 0;
  readonly #reads: Request[] = [];
  #readBeat = 0;
  readonly #writes: Request[] = [];
  #writeBeat = 0;
  /** Writes whose beats have all come, with their response. */
  readonly #answers: { readonly due: number; readonly resp: number }[] = [];
  #inputs: Record<string, bigint> = {};
  #stalled = new Map<string, string>();

  constructor(options: AxiMemoryOptions, bytes: Map<number, number> = new Map()) {
    this.#o = options;
    this.bytes = bytes;
  }

  /** Nothing is under way. */
  get idle(): boolean {
    return this.#reads.length + this.#writes.length + this.#answers.length === 0;
  }

  #go(): boolean {
    return this.#o.random.nextFloat() >= this.#o.pause;
  }

  #late(): number {
    const [from, to] = this.#o.latency;
    return this.#cycle + from + this.#o.random.nextInt(to - from + 1);
  }

  #beat(address: number): bigint {
    let data = 0n;
    for (let k = this.#o.bytes - 1; k >= 0; k--) data = (data << 8n) | BigInt(this.bytes.get(address + k) ?? 0);
    return data;
  }

  /** Inputs of the manager for this cycle. An answer that is on offer stays until it is taken. */
  drive(): PortValues {
    const { prefix, response } = this.#o;
    const port = (name: string): string => `${prefix}_${name}`;
    const before = this.#inputs;
    const next: Record<string, bigint> = {
      [port('arready')]: this.#go() ? 1n : 0n,
      [port('awready')]: this.#go() ? 1n : 0n,
      [port('wready')]: this.#go() ? 1n : 0n,
    };
    const [read] = this.#reads;
    const holdsRead = before[port('rvalid')] === 1n;
    const readValid = read !== undefined && (holdsRead || (read.due <= this.#cycle && this.#go()));
    next[port('rvalid')] = readValid ? 1n : 0n;
    if (readValid) {
      const address = read.address + this.#readBeat * this.#o.bytes;
      next[port('rdata')] = this.#beat(address);
      next[port('rlast')] = this.#readBeat === read.beats - 1 ? 1n : 0n;
      next[port('rresp')] = BigInt(response?.(address, 'read') ?? 0);
    } else {
      next[port('rdata')] = this.#o.random.nextBigInt(8 * this.#o.bytes);
      next[port('rlast')] = 0n;
      next[port('rresp')] = 0n;
    }
    const [answer] = this.#answers;
    const holdsAnswer = before[port('bvalid')] === 1n;
    const answers = answer !== undefined && (holdsAnswer || (answer.due <= this.#cycle && this.#go()));
    next[port('bvalid')] = answers ? 1n : 0n;
    next[port('bresp')] = answers ? BigInt(answer.resp) : 0n;
    this.#inputs = next;
    return next;
  }

  /** The rising edge of the cycle whose outputs these are. */
  tick(outputs: PortValues): void {
    const port = (name: string): string => `${this.#o.prefix}_${name}`;
    const out = (name: string): number => Number(outputs[port(name)] ?? 0n);
    const into = (name: string): boolean => this.#inputs[port(name)] === 1n;
    this.#stability(outputs);
    if (into('rvalid') && out('rready') === 1) {
      if (into('rlast')) {
        this.#reads.shift();
        this.#readBeat = 0;
      } else this.#readBeat++;
      this.#inputs[port('rvalid')] = 0n;
    }
    if (into('bvalid') && out('bready') === 1) {
      this.#answers.shift();
      this.#inputs[port('bvalid')] = 0n;
    }
    for (const [letters, kind] of [['ar', 'read'] as const, ['aw', 'write'] as const]) {
      if (out(`${letters}valid`) !== 1 || !into(`${letters}ready`)) continue;
      const request = this.#request(letters, kind, out);
      (kind === 'read' ? this.#reads : this.#writes).push(request);
    }
    if (out('wvalid') === 1 && into('wready'))
      this.#write(outputs[port('wdata')] ?? 0n, out('wstrb'), out('wlast') === 1);
    this.#cycle++;
  }

  /** A manager that was reset forgets, and so does the memory. */
  forget(): void {
    this.#reads.length = this.#writes.length = this.#answers.length = 0;
    this.#readBeat = this.#writeBeat = 0;
    this.#inputs = {};
    this.#stalled.clear();
  }

  #request(letters: 'ar' | 'aw', kind: 'read' | 'write', out: (name: string) => number): Request {
    const address = out(`${letters}addr`);
    const beats = out(`${letters}len`) + 1;
    const { bytes } = this.#o;
    const bad = (what: string) => this.violations.push(`${kind} ${address} of ${beats} beats: ${what}`);
    if (2 ** out(`${letters}size`) !== bytes) bad(`size ${out(`${letters}size`)}`);
    if (out(`${letters}burst`) !== 1) bad('not INCR');
    if (address % bytes !== 0) bad('not at a beat');
    if (Math.floor(address / 4096) !== Math.floor((address + beats * bytes - 1) / 4096)) bad('crosses 4 KB');
    this.bursts.push({ kind, address, beats });
    return { address, beats, due: this.#late() };
  }

  #write(data: bigint, strobe: number, last: boolean): void {
    const [at] = this.#writes;
    if (at === undefined) {
      this.violations.push('data without a request');
      return;
    }
    const { bytes, response } = this.#o;
    const address = at.address + this.#writeBeat * bytes;
    const resp = response?.(at.address, 'write') ?? 0;
    for (let k = 0; k < bytes; k++)
      if (((strobe >>> k) & 1) === 1 && resp === 0) this.bytes.set(address + k, Number((data >> BigInt(8 * k)) & 255n));
    if (last !== (this.#writeBeat === at.beats - 1))
      this.violations.push(`write ${at.address}: wlast in beat ${this.#writeBeat}`);
    this.#writeBeat++;
    if (this.#writeBeat < at.beats) return;
    this.#writes.shift();
    this.#writeBeat = 0;
    this.#answers.push({ due: Math.max(at.due, this.#late()), resp });
  }

  /** What is offered and not taken must be there, and the same, in the next cycle. */
  #stability(outputs: PortValues): void {
    const port = (name: string): string => `${this.#o.prefix}_${name}`;
    const fields = { ar: ['addr', 'len'], aw: ['addr', 'len'], w: ['data', 'strb', 'last'] } as const;
    for (const [letters, names] of Object.entries(fields)) {
      const valid = outputs[port(`${letters}valid`)] === 1n;
      const now = valid ? names.map((name) => outputs[port(`${letters}${name}`)] ?? 'any').join(' ') : 'nothing';
      const before = this.#stalled.get(letters);
      if (before !== undefined && before !== now) this.violations.push(`${letters} changed: ${before}, then ${now}`);
      if (valid && this.#inputs[port(`${letters}ready`)] !== 1n) this.#stalled.set(letters, now);
      else this.#stalled.delete(letters);
    }
  }
}
