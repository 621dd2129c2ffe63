/**
 * Functional model of the engine: it takes the packets of the weight and pixel streams word by word and gives the packets of
 * m_axis_y and the contents of the X-RAM, without cycles. The windows are registers that the tap program moves, channels are
 * found in banks, and whatever hardware could not do is an error (H2210): a bank read twice in a step, a word that no one wrote
 * or that is not yet behind a flush, weights that the ring cannot hold, passes and rows that wait for each other.
 */
import { BitReader, BitWriter } from './bit-stream.js';
import type { Engine } from './config.js';
import { decodeDescriptor, descriptorMagic, descriptorWords } from './descriptor.js';
import { engineError } from './errors.js';
import { checkHeader } from './header-rules.js';
import { resultsOf, type Tile } from './functional-results.js';
import { readPass, type LoadedPass } from './functional-pass.js';
import { Slices } from './functional-windows.js';
import { XRam } from './functional-xram.js';
import { tileChannels } from './passes.js';

export interface FunctionalRun {
  /** Packets of m_axis_y, one per pass that sends results. */
  readonly outputs: readonly Uint8Array[];
  /** Steps that were issued, pass by pass. */
  readonly steps: readonly number[];
  readonly xram: XRam;
}

/** Who goes first where passes and pixel rows could both go on: results must not depend on it. */
export type Schedule = 'pixels first' | 'passes first';

/** `a` at least `b` as 16-bit serial numbers. */
const reached = (a: number, b: number): boolean => ((a - b) & 0xffff) < 0x8000;

/** A pixel packet that can only be made when `after` packets of m_axis_y are out. */
export interface LatePacket {
  readonly after: number;
  readonly bytes: () => Uint8Array;
}

/** What goes in. Packets may be made one by one, as they are asked for. */
export interface FunctionalStreams {
  readonly weights: Iterable<Uint8Array>;
  readonly pixels: Iterable<Uint8Array | LatePacket>;
}

/** Who looks on while the streams run. */
export interface FunctionalObserver {
  /** A packet of m_axis_y is out; without an observer all are kept. */
  readonly output?: (index: number, packet: Uint8Array) => void;
  /** A pass is done. */
  readonly pass?: (index: number, xram: XRam) => void;
}

/** Both streams from their first packet to their last. Throws H2210, or H2203 for a header that the engine must refuse. */
export function runStreams(
  engine: Engine,
  streams: FunctionalStreams,
  schedule: Schedule = 'pixels first',
  observer: FunctionalObserver = {},
): FunctionalRun {
  const state: State = { engine, xram: new XRam(engine), tokens: 0, done: 0, out: 0, outputs: [], steps: [], observer };
  const loader = loadPixels(state, streams.pixels);
  const passes = runPasses(state, streams.weights);
  const both = schedule === 'pixels first' ? [loader, passes] : [passes, loader];
  // Each goes as far as it can; when neither moves, both are at their end or wait for each other.
  let ended = [false, false];
  for (;;) {
    let moved = false;
    for (const [index, process] of both.entries()) {
      if (ended[index]) continue;
      const { value, done } = process.next();
      if (done === true) ended = ended.map((end, i) => end || i === index);
      if (done === true || value === 'moved') moved = true;
      if (value === 'moved') break;
    }
    if (ended.every(Boolean)) break;
    if (!moved)
      throw engineError('H2210', 'streams', 'rows and passes wait for each other: tokens or waitDone are wrong');
  }
  return { outputs: state.outputs, steps: state.steps, xram: state.xram };
}

interface State {
  readonly engine: Engine;
  readonly xram: XRam;
  tokens: number;
  done: number;
  /** Packets of m_axis_y that are out. */
  out: number;
  readonly outputs: Uint8Array[];
  readonly steps: number[];
  readonly observer: FunctionalObserver;
}
type Progress = Generator<'moved' | 'waits', void>;

/** The pixel port: rows into the X-RAM, one token a row. */
function* loadPixels(state: State, packets: FunctionalStreams['pixels']): Progress {
  const { engine, xram } = state;
  const { P, D, M, XB } = engine;
  let index = -1;
  for (const each of packets) {
    index++;
    while ('after' in each && state.out < each.after) yield 'waits';
    const packet = 'after' in each ? each.bytes() : each;
    const input = new BitReader(packet, engine.XP);
    const d = decodeDescriptor(Array.from({ length: descriptorWords }, () => input.take(32)));
    input.endSegment();
    if (d.magic !== descriptorMagic) throw engineError('H2210', `pixel packet ${index}`, 'no descriptor at its begin');
    while (!reached(state.done, d.waitDone)) yield 'waits';
    for (let row = 0; row < d.rows; row++) {
      const slot = (d.slot0 + row) % d.ring;
      for (let phase = 0; phase < d.phases; phase++)
        for (let block = 0; block < d.blocks; block++)
          for (let word = 0; word < d.words; word++)
            for (let group = 0; group < (block === d.blocks - 1 ? d.groupsLast : d.groups); group++) {
              const line = d.group0 + group;
              const carry = Math.floor((line * D) / M);
              const base = d.base + slot * d.rowStride + phase * d.phaseStride + (block + carry) * d.blockStride;
              const pixels = Array.from({ length: D * P }, () => input.take(XB));
              const bank = (line * D) % M;
              for (let lane = 0; lane < D; lane++) {
                const lanes = pixels.slice(lane * P, (lane + 1) * P);
                xram.scatter(bank + lane, base, word, lanes, d.scatter, d.phaseStride, -1);
              }
            }
      input.endSegment();
      state.tokens = (state.tokens + 1) & 0xffff;
      yield 'moved';
    }
    if (input.left !== 0) throw engineError('H2210', `pixel packet ${index}`, `${input.left} bits too long`);
  }
}

/** The passes: tiles in the order of the sequencer. */
function* runPasses(state: State, packets: FunctionalStreams['weights']): Progress {
  let before: LoadedPass | undefined;
  let index = -1;
  for (const packet of packets) {
    index++;
    const pass = readPass(state.engine, packet, before, `pass ${index}`);
    const [problem] = checkHeader(state.engine, pass.header, `pass ${index}`);
    if (problem) throw engineError('H2203', `pass ${index}`, problem.message);
    if (pass.header.flush) state.xram.flush();
    yield* runPass(state, pass, index);
    state.done = (state.done + 1) & 0xffff;
    state.observer.pass?.(index, state.xram);
    before = pass;
    yield 'moved';
  }
}

function* runPass(state: State, pass: LoadedPass, index: number): Progress {
  const { engine, xram } = state;
  const { P, M, D } = engine;
  const { header: h } = pass;
  const slices = new Slices(engine, pass, xram, `pass ${index}`);
  const out = new BitWriter(engine.YP);
  let steps = 0;
  for (let ot = 0; ot < h.OTN; ot++) {
    const used = tileChannels(M, h, ot);
    const groups = Math.ceil(used / D);
    const psums = new Map<number, Float64Array>();
    for (let chunk = 0; chunk < h.CHN; chunk++) {
      for (let y = 0; y < h.Ho; y++) {
        const need = h.tokFirst + y * h.tokStep;
        const most = reached(need, h.tokMax) ? h.tokMax : need;
        while (h.tokCheck === 1 && !reached(state.tokens, most)) yield 'waits';
        for (let xt = 0; xt < h.XT; xt++) {
          const sums = new Float64Array(M * P);
          steps += slices.tile({ ot, chunk, y, xt }, sums);
          const key = y * h.XT + xt;
          const partial = psums.get(key);
          if (partial) sums.forEach((sum, i) => (sums[i] = sum + (partial[i] ?? 0)));
          wrapSums(sums, engine.AB);
          if (chunk < h.CHN - 1) psums.set(key, sums);
          else {
            const tile: Tile = { ot, y, xt, used, groups };
            const words = resultsOf(engine, pass, tile, sums, xram);
            store(state, pass, tile, words, index);
            if (h.dstAxis) out.putAll(words, engine.XB);
          }
        }
        if (chunk === h.CHN - 1 && h.dstAxis) out.endSegment();
        yield 'moved';
      }
    }
  }
  if (h.dstAxis) {
    if (state.observer.output === undefined) state.outputs.push(out.finish());
    else state.observer.output(state.out, out.finish());
    state.out++;
  }
  state.steps.push(steps);
}

/** Accumulators have AB bits. */
function wrapSums(sums: Float64Array, bits: number): void {
  const span = 2 ** bits;
  sums.forEach((sum, i) => (sums[i] = sum - span * Math.floor((sum + span / 2) / span)));
}

/** Results into the X-RAM, D channels at a time. `words`: D words of P pixels per group. */
function store(
  { engine, xram }: State,
  { header: h }: LoadedPass,
  tile: Tile,
  words: readonly number[],
  index: number,
): void {
  if (!h.dstXram) return;
  const { P, D, M } = engine;
  const slot = (h.ySlot0 + tile.y) % h.yRing;
  for (let k = 0; k < tile.groups; k++) {
    const line = (h.yGrp0 + k) * D;
    const base = h.yBase + slot * h.yRow + (tile.ot + Math.floor(line / M)) * h.yBlk;
    for (let d = 0; d < D; d++) {
      const lanes = words.slice((k * D + d) * P, (k * D + d + 1) * P);
      xram.scatter((line % M) + d, base, tile.xt, lanes, h.ySW, h.yPhase, index);
    }
  }
}
