/**
 * Cycle model of `engine_core`, data and time: the models of its parts, written from the specification, and their wires. Every
 * output of a part follows from its registers, so a cycle is one look at all parts and one edge.
 */
import type { Engine } from '../config.js';
import { decodeHeader, type Header, headerWords } from '../header.js';
import { ISSUE_LATENCY, ISSUE_TO_WEIGHTS, residualDepth } from '../latency.js';
import { decodeTap, type Tap } from '../tap.js';
import { DatapathModel } from './datapath.js';
import { JobCounter } from './job-counter.js';
import { OutputModel } from './output.js';
import { wordsNeeded } from './pass-rows.js';
import { PixelPortModel } from './pixel-port.js';
import { elements, type PortModel, type Ports } from './port-model.js';
import { PostModel } from './post.js';
import { ResidualReader } from './residual-reader.js';
import { SequencerModel, stallCodes, type IssuedStep, type SequencerOutputs } from './sequencer.js';
import { stepPorts } from './step-ports.js';
import { WeightPortModel } from './weight-port.js';

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
const bit = (value: boolean): bigint => (value ? 1n : 0n);

/** Cycles from the issue of a step to the address of its weight word at the ring. */
const ISSUE_TO_RING = ISSUE_LATENCY + ISSUE_TO_WEIGHTS - 1;

/** What the parts show in a cycle. */
interface Look {
  readonly weights: Ports;
  readonly pixels: Ports;
  readonly datapath: Ports;
  /** What the datapath sees of steps and of the reader of residual words. */
  readonly reads: Ports;
  readonly post: Ports;
  readonly output: Ports;
}

export class EngineModel implements PortModel {
  readonly #weights: WeightPortModel;
  readonly #pixels: PixelPortModel;
  readonly #datapath: DatapathModel;
  readonly #post: PostModel;
  readonly #output: OutputModel;
  readonly #reader: ResidualReader;
  #sequencer: SequencerModel;
  #jobs = new JobCounter();
  /** Tap programs by place; the set of the next pass. */
  readonly #taps = new Map<number, Tap>();
  #set = 0;
  /** Steps of the last cycles, the newest first. */
  #steps: (IssuedStep | undefined)[] = [];
  /** This cycle, once it was looked at. */
  /** What no checked header can tell: a write outside of the X-RAM, a bank asked twice. Stays. */
  #fault: 0 | 1 | 2 = 0;
  /** Packets of m_axis_y that are not complete. */
  #owed = 0;
  #now: { readonly look: Look; readonly sequencer: SequencerOutputs; readonly ringFreed: number } | undefined;

  constructor(readonly engine: Engine) {
    const { P, D, M, XB, XD, XP, YP } = engine;
    const group = D * P * XB;
    const [x, y] = [gcd(group, XP), gcd(group, YP)];
    const GROUPS = M / D;
    this.#weights = new WeightPortModel(engine);
    const port = { UNIT: x, GROUP: group / x, BEAT: XP / x, BEATS: 256 / XP };
    this.#pixels = new PixelPortModel({ P, D, XB, GROUPS, XD, ...port });
    this.#datapath = new DatapathModel(engine, 0n);
    this.#post = new PostModel({ ...engine.parameters, GROUPS });
    this.#output = new OutputModel({ UNIT: y, GROUP: group / y, BEAT: YP / y });
    this.#reader = new ResidualReader({ GROUPS, DEPTH: residualDepth(engine) });
    this.#sequencer = this.#freshSequencer();
  }

  settle(inputs: Ports): Ports {
    const { look, sequencer } = this.#cycle(inputs);
    const { weights, pixels, output, datapath } = look;
    const valid = output['m_axis_tvalid'] ?? 0n;
    const { m_axis_tdata = 0n, m_axis_tlast = 0n } = output;
    return {
      ...{ s_axis_w_tready: weights['s_axis_tready'] ?? 0n, s_axis_x_tready: pixels['s_axis_tready'] ?? 0n },
      ...{ m_axis_y_tvalid: valid },
      ...(valid === 1n ? { m_axis_y_tdata: m_axis_tdata, m_axis_y_tlast: m_axis_tlast } : {}),
      ...{ running: bit(sequencer.running), step: bit(this.#steps[ISSUE_LATENCY - 1] !== undefined) },
      ...{ stalled: BigInt(sequencer.stalled), passes_done: BigInt(this.#jobs.passesDone), done: bit(this.#jobs.done) },
      ...{ error_code: weights['error_code'] ?? 0n, error_place: weights['error_place'] ?? 0n },
      error_rule: weights['error_rule'] ?? 0n,
      ...(weights['error_header'] === undefined ? {} : { error_header: weights['error_header'] }),
      ...{ fault: BigInt(this.#fault), sending: bit(this.#owed > 0) },
      ...{ x_error: pixels['error'] ?? 0n, conflict: datapath['conflict'] ?? 0n },
    };
  }

  tick(inputs: Ports): void {
    const { look, sequencer, ringFreed } = this.#cycle(inputs);
    const { weights, pixels, datapath, post } = look;
    const passes_done = BigInt(this.#jobs.passesDone);
    const [step, oldest] = [this.#steps[ISSUE_LATENCY - 1], this.#steps[ISSUE_TO_RING - 1]];
    const { taken, issued } = sequencer;
    if (weights['tap_write'] === 1n)
      this.#taps.set(Number(weights['tap_address']), decodeTap(Number(weights['tap_data'])));
    const { s_axis_w_tvalid = 0n, s_axis_w_tdata = 0n, s_axis_w_tlast = 0n } = inputs;
    const { s_axis_x_tvalid = 0n, s_axis_x_tdata = 0n, s_axis_x_tlast = 0n, m_axis_y_tready = 0n } = inputs;
    this.#weights.tick({
      ...{ s_axis_tvalid: s_axis_w_tvalid, s_axis_tdata: s_axis_w_tdata, s_axis_tlast: s_axis_w_tlast },
      ...{ m_header_tready: bit(taken !== undefined), param_free: post['param_free'] ?? 0n, passes_done },
      ...{ ring_freed: BigInt(ringFreed), ring_address: this.#place(oldest) },
    });
    this.#pixels.tick({
      ...{ s_axis_tvalid: s_axis_x_tvalid, s_axis_tdata: s_axis_x_tdata, s_axis_tlast: s_axis_x_tlast },
      ...{ passes_done, write_tready: post['write_valid'] === 1n ? 0n : 1n },
    });
    const first = post['write_valid'] === 1n;
    const outside = first && Number(post['write_address'] ?? 0n) >= this.engine.XD;
    // From a fault on nothing is written, sent or done.
    const sound = this.#fault === 0;
    const stored = first ? { ...post, write_valid: bit(sound && !outside) } : post;
    const written: Ports = first ? stored : { ...pixels, write_valid: pixels['write_tvalid'] ?? 0n };
    const named = ['write_valid', 'write_group', 'write_address', 'write_lanes', 'write_data'];
    this.#datapath.tick({
      ...look.reads,
      weights: weights['ring_word'] ?? 0n,
      ...Object.fromEntries(named.map((name) => [name, written[name] ?? 0n])),
    });
    this.#post.tick({
      ...{ cfg_tvalid: bit(taken !== undefined), cfg_tdata: weights['m_header_tdata'] ?? 0n },
      ...{ res_valid: datapath['group_valid'] ?? 0n, res_words: datapath['group_words'] ?? 0n },
      ...{ tile_last: bit(step?.last === true), tile_groups: BigInt(step?.row.groups ?? 0) },
      ...{ drain_valid: datapath['drain_valid'] ?? 0n, drain_sums: datapath['drain_sums'] ?? 0n },
      ...weights,
    });
    this.#output.tick({
      ...{ in_valid: sound ? (post['out_valid'] ?? 0n) : 0n, in_data: post['out_data'] ?? 0n },
      ...{ in_end: post['out_end'] ?? 0n, in_last: post['out_last'] ?? 0n, m_axis_tready: m_axis_y_tready },
    });
    const waits = sequencer.stalled === stallCodes.residual;
    const tileTaken = issued?.last === true && issued.row.lastChunk && issued.pass.header.res === 1;
    const [served, popped] = [datapath['group_served'] === 1n, post['res_popped'] === 1n];
    this.#reader.tick(taken?.header, step !== undefined || waits, served, popped, tileTaken);
    this.#jobs.tick(taken?.header, post['pass_done'] === 1n && sound);
    if (sound) this.#fault = outside ? 1 : datapath['conflict'] === 1n ? 2 : 0;
    const sent = look.output['m_axis_tvalid'] === 1n && m_axis_y_tready === 1n && look.output['m_axis_tlast'] === 1n;
    this.#owed += (taken?.header.dstAxis ?? 0) - (sent ? 1 : 0);
    this.#steps = [issued, ...this.#steps.slice(0, ISSUE_TO_RING - 1)];
    if (taken !== undefined) this.#set = (this.#set + 1) % (this.engine.HQ + 1);
    this.#now = undefined;
  }

  /** Memories keep what they have. */
  reset(inputs: Ports): void {
    for (const part of [this.#weights, this.#pixels, this.#datapath, this.#post, this.#output]) part.reset(inputs);
    this.#reader.reset();
    this.#sequencer = this.#freshSequencer();
    this.#jobs = new JobCounter();
    this.#steps = [];
    this.#set = this.#fault = this.#owed = 0;
    this.#now = undefined;
  }

  #freshSequencer(): SequencerModel {
    const { P, G, M, D, YD } = this.engine;
    return new SequencerModel({ P, G, M, D, YD, FREE: ISSUE_LATENCY + ISSUE_TO_WEIGHTS });
  }

  /** Looks at all parts; the sequencer decides here, once a cycle. */
  #cycle(inputs: Ports) {
    if (this.#now !== undefined) return this.#now;
    const { request } = this.#reader;
    const step = this.#steps[ISSUE_LATENCY - 1];
    const reads: Ports = {
      ...(step === undefined ? { step_valid: 0n } : stepPorts(step, this.engine)),
      ...(request === undefined ? { group_read: 0n } : { group_read: 1n, group_group: BigInt(request.group) }),
      group_address: BigInt(request?.address ?? 0),
    };
    const look: Look = {
      reads,
      weights: this.#weights.settle(),
      pixels: this.#pixels.settle(),
      datapath: this.#datapath.settle(reads),
      post: this.#post.settle(),
      output: this.#output.settle(),
    };
    const { weights, pixels, post, output } = look;
    const offers = weights['m_header_tvalid'] === 1n && inputs['enable'] === 1n;
    const { ringFreed } = this.#sequencer;
    const sequencer = this.#sequencer.cycle({
      offered: offers ? this.#program(weights['m_header_tdata'] ?? 0n) : undefined,
      configReady: post['cfg_tready'] === 1n,
      tokens: Number(pixels['tokens'] ?? 0n),
      passesDone: this.#jobs.passesDone,
      ringWrite: weights['ring_write'] === 1n,
      parametersFull: weights['params_full'] === 1n,
      credit: output['credit'] === 1n,
      residualReady: this.engine.ADD === 0 || this.#reader.ready,
    });
    return (this.#now = { look, sequencer, ringFreed });
  }

  #program(bits: bigint): { readonly header: Header; readonly taps: readonly Tap[] } {
    const header = decodeHeader(elements(bits, headerWords, 32).map(Number));
    const taps = Array.from({ length: header.NT }, (_, t) => this.#taps.get((this.engine.HQ + 1) * t + this.#set));
    return { header, taps: taps.filter((tap) => tap !== undefined) };
  }

  /** Place of the weight word of a step in the ring. */
  #place(step: IssuedStep | undefined): bigint {
    if (step === undefined || step.pass.header.hasWeights === 0) return 0n;
    const word = wordsNeeded(step.pass, this.engine, step.row, step.step) - 1;
    return BigInt((step.base + word) % this.engine.WD);
  }
}
