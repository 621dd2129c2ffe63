import { UartReceiverModel } from './uart-receiver.model.js';
import { UartTransmitterModel } from './uart-transmitter.model.js';

type PortValues = Readonly<Record<string, bigint>>;

const bit = (value: boolean): bigint => (value ? 1n : 0n);

/**
 * Cycle model of `serial_bridge`: bytes of the line, seen two cycles late, are kept until a beat of IN is complete; a beat of
 * OUT bytes is kept until the last of them has gone to the transmitter. A cycle after the receiver found a break both are
 * empty, until a cycle after the line rose again.
 */
export class SerialBridgeModel {
  readonly #in: number;
  readonly #out: number;
  readonly #receiver: UartReceiverModel;
  readonly #transmitter: UartTransmitterModel;
  /** The line a cycle ago and two cycles ago. */
  #seen: readonly [bigint, bigint] = [0n, 0n];
  #running = false;
  /** Bytes of the beat that is being put together. */
  #received: bigint[] = [];
  #beat: bigint | undefined;
  /** Bytes of a beat that have not left. */
  #leaving: bigint[] = [];

  constructor({ CLOCKS, IN, OUT }: { readonly CLOCKS: number; readonly IN: number; readonly OUT: number }) {
    this.#in = IN;
    this.#out = OUT;
    this.#receiver = new UartReceiverModel({ CLOCKS });
    this.#transmitter = new UartTransmitterModel({ CLOCKS });
  }

  settle(): PortValues {
    const { line } = this.#transmitter.settle();
    const { lost } = this.#receiver.settle();
    const beat = this.#offered();
    const common = { tx: line ?? 0n, lost: lost ?? 0n, core_resetn: bit(this.#running) };
    return {
      ...common,
      ...{ m_axis_tvalid: bit(beat !== undefined), s_axis_tready: bit(this.#takes()) },
      ...(beat === undefined ? {} : { m_axis_tdata: beat }),
    };
  }

  tick(inputs: PortValues): void {
    const { rx = 0n } = inputs;
    const { broken } = this.#receiver.settle();
    const sent = this.#sent(inputs);
    const ready = this.#room(inputs) || !this.#running;
    this.#move(inputs);
    this.#transmitter.tick({ s_axis_tvalid: bit(sent !== undefined), s_axis_tdata: sent ?? 0n });
    this.#receiver.tick({ line: this.#seen[1], m_axis_tready: bit(ready) });
    this.#seen = [rx, this.#seen[0]];
    this.#running = broken === 0n;
  }

  /** The converters of the streams see a reset a cycle later. */
  reset(inputs: PortValues): void {
    this.#move(inputs);
    this.#seen = [0n, 0n];
    this.#running = false;
    this.#receiver.reset();
    this.#transmitter.reset();
  }

  /** An edge of what keeps whole beats. */
  #move(inputs: PortValues): void {
    const { m_axis_tready, s_axis_tvalid, s_axis_tdata = 0n } = inputs;
    const { m_axis_tvalid: has, m_axis_tdata: byte = 0n } = this.#receiver.settle();
    const free = this.#transmitter.settle()['s_axis_tready'] === 1n;
    const takes = s_axis_tvalid === 1n && this.#takes();
    const accepts = has === 1n && this.#room(inputs);
    if (!this.#running) {
      this.#received = [];
      this.#beat = undefined;
      this.#leaving = [];
      return;
    }
    if (this.#out > 1) {
      if (free && this.#leaving.length > 0) this.#leaving.shift();
      if (takes) {
        this.#leaving = Array.from({ length: this.#out }, (_, k) => BigInt.asUintN(8, s_axis_tdata >> BigInt(8 * k)));
      }
    }
    if (this.#in > 1) {
      if (m_axis_tready === 1n) this.#beat = undefined;
      if (accepts) this.#received.push(byte);
      if (this.#received.length === this.#in) {
        this.#beat = this.#received.reduceRight((beat, each) => (beat << 8n) | each, 0n);
        this.#received = [];
      }
    }
  }

  /** Whether a byte of the line can go on. */
  #room({ m_axis_tready }: PortValues): boolean {
    if (m_axis_tready === 1n) return true;
    return this.#in > 1 && (this.#beat === undefined || this.#received.length < this.#in - 1);
  }

  /** Beat of m_axis. */
  #offered(): bigint | undefined {
    if (this.#in > 1) return this.#beat;
    const { m_axis_tvalid, m_axis_tdata } = this.#receiver.settle();
    return m_axis_tvalid === 1n && this.#running ? m_axis_tdata : undefined;
  }

  /** Byte for the transmitter. */
  #sent({ s_axis_tvalid, s_axis_tdata }: PortValues): bigint | undefined {
    if (this.#out > 1) return this.#leaving[0];
    return s_axis_tvalid === 1n ? s_axis_tdata : undefined;
  }

  #takes(): boolean {
    const free = this.#transmitter.settle()['s_axis_tready'] === 1n;
    if (this.#out === 1) return free;
    return this.#leaving.length === 0 || (free && this.#leaving.length === 1);
  }
}
