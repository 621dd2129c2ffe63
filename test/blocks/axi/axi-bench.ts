/** The AXI4-Lite bus of a design under test: bound to a cycle model, and driven access by access. */
import { axiLiteStreams } from '../../../src/cosim/axi-lite.js';
import { bindStream, type BoundStream } from '../../../src/cosim/channel-model.js';
import type { StreamSpec } from '../../../src/cosim/streams.js';
import type { AxiLiteChannels } from '../../../src/blocks/axi/axi-lite.model.js';
import { channel, type Simulation } from '../../../src/simulator/index.js';
import type { RandomStream } from '../../../src/base/random.js';

const slverr = 2n;

/** The bus as channels of a cycle model. */
export function bindBus(addressWidth: number): {
  readonly streams: readonly StreamSpec[];
  readonly bus: AxiLiteChannels;
  readonly bound: readonly BoundStream[];
} {
  const streams = axiLiteStreams('s_axi', addressWidth);
  const [aws, ws, bs, ars, rs] = streams as [StreamSpec, StreamSpec, StreamSpec, StreamSpec, StreamSpec];
  const bus: AxiLiteChannels = {
    aw: channel(0),
    w: channel({ data: 0, strobe: 0 }),
    b: channel(false),
    ar: channel(0),
    r: channel({ data: 0, error: false }),
  };
  const number = (value: bigint | undefined): number => Number(value ?? 0n);
  const resp = (error: boolean): bigint => (error ? slverr : 0n);
  const bound = [
    bindStream(
      aws,
      bus.aw,
      (addr) => ({ awaddr: BigInt(addr) }),
      ({ awaddr }) => number(awaddr),
    ),
    bindStream(
      ws,
      bus.w,
      ({ data, strobe }) => ({ wdata: BigInt(data), wstrb: BigInt(strobe) }),
      ({ wdata, wstrb }) => ({ data: number(wdata), strobe: number(wstrb) }),
    ),
    bindStream(
      bs,
      bus.b,
      (error) => ({ bresp: resp(error) }),
      ({ bresp }) => bresp === slverr,
    ),
    bindStream(
      ars,
      bus.ar,
      (addr) => ({ araddr: BigInt(addr) }),
      ({ araddr }) => number(araddr),
    ),
    bindStream(
      rs,
      bus.r,
      ({ data, error }) => ({ rdata: BigInt(data), rresp: resp(error) }),
      ({ rdata, rresp }) => ({ data: number(rdata), error: rresp === slverr }),
    ),
  ];
  return { streams, bus, bound };
}

export interface Access {
  readonly write: boolean;
  /** Byte address. */
  readonly addr: number;
  readonly data?: number;
  readonly strobe?: number;
}

export interface AccessResult {
  readonly access: Access;
  readonly data: number;
  readonly error: boolean;
  /** Cycles from the start of the access to its response. */
  readonly cycles: number;
}

/**
 * A manager that makes one access after the other, with random pauses on every channel: AW and W in any order, ready of B
 * and R late. Call `before` when a cycle's inputs are driven and `after` when it has settled.
 */
export class BusMaster {
  readonly results: AccessResult[] = [];
  #current: Access | undefined;
  #sent = { aw: false, w: false };
  #valid = { aw: false, w: false, ar: false };
  #ready = { b: false, r: false };
  #cycles = 0;
  /** Responses that no access asked for. */
  strays = 0;

  constructor(
    readonly next: () => Access | undefined,
    readonly random: RandomStream,
    /** Probability of a pause in a cycle. */
    readonly pause: number,
  ) {}

  get idle(): boolean {
    return this.#current === undefined;
  }

  before(sims: readonly Simulation[]): void {
    if (this.#current === undefined) {
      this.#current = this.next();
      this.#sent = { aw: false, w: false };
      this.#cycles = 0;
    }
    const go = (): boolean => this.random.nextFloat() >= this.pause;
    const at = this.#current;
    this.#valid.aw ||= at?.write === true && !this.#sent.aw && go();
    this.#valid.w ||= at?.write === true && !this.#sent.w && go();
    this.#valid.ar ||= at?.write === false && !this.#sent.aw && go();
    this.#ready = { b: go(), r: go() };
    const { aw, w, ar } = this.#valid;
    for (const sim of sims) {
      sim.poke('s_axi_awvalid', aw ? 1 : 0);
      sim.poke('s_axi_wvalid', w ? 1 : 0);
      sim.poke('s_axi_arvalid', ar ? 1 : 0);
      sim.poke('s_axi_awaddr', at?.addr ?? 0);
      sim.poke('s_axi_araddr', at?.addr ?? 0);
      sim.poke('s_axi_wdata', at?.data ?? 0);
      sim.poke('s_axi_wstrb', at?.strobe ?? 15);
      sim.poke('s_axi_bready', this.#ready.b ? 1 : 0);
      sim.poke('s_axi_rready', this.#ready.r ? 1 : 0);
    }
  }

  after(leader: Simulation): void {
    const high = (port: string): boolean => leader.peek(port) === 1n;
    this.#cycles++;
    if (this.#valid.aw && high('s_axi_awready')) this.#sent.aw = !(this.#valid.aw = false);
    if (this.#valid.w && high('s_axi_wready')) this.#sent.w = !(this.#valid.w = false);
    if (this.#valid.ar && high('s_axi_arready')) this.#sent.aw = !(this.#valid.ar = false);
    const [b, r] = [high('s_axi_bvalid') && this.#ready.b, high('s_axi_rvalid') && this.#ready.r];
    if (!b && !r) return;
    const at = this.#current;
    const whole = at !== undefined && this.#sent.aw && (!at.write || this.#sent.w) && at.write === b && b !== r;
    if (!whole) {
      this.strays++;
      return;
    }
    const error = leader.peek(b ? 's_axi_bresp' : 's_axi_rresp') === slverr;
    const data = b ? 0 : Number(leader.peek('s_axi_rdata'));
    this.results.push({ access: at, data, error, cycles: this.#cycles });
    this.#current = undefined;
  }
}
