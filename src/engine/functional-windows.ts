/** The steps of a tile: window registers that the tap program moves, and sums of products. */
import type { Engine } from './config.js';
import { engineError } from './errors.js';
import { isPrivate, type LoadedPass } from './functional-pass.js';
import type { XRam } from './functional-xram.js';
import { opCodes } from './header.js';
import { tapOps, type Tap } from './tap.js';

/** Registers of one window unit: A drives the lanes, H has the word at the tile, N is shifted in. Moved in place. */
class Window {
  readonly A: Uint16Array;
  readonly H: Uint16Array;
  readonly N: Uint16Array;
  readonly #last: number;

  constructor(P: number) {
    this.A = new Uint16Array(P);
    this.H = new Uint16Array(P);
    this.N = new Uint16Array(P);
    this.#last = P - 1;
  }

  /** One step; `word` is what was read, where the tap reads. */
  step(op: number, word: Uint16Array | undefined): void {
    const { A, H, N } = this;
    const last = this.#last;
    if (op === tapOps.load) {
      if (word !== undefined) A.set(word);
      H.set(A);
      return;
    }
    if (word !== undefined) N.set(word);
    if (op === tapOps.left) {
      A.copyWithin(0, 1);
      A[last] = N[0] ?? 0;
      N.copyWithin(0, 1);
      N[last] = 0;
    } else {
      const entering = N[last] ?? 0;
      if (op === tapOps.rightH) A.set(H);
      A.copyWithin(1, 0, last);
      A[0] = entering;
      N.copyWithin(1, 0, last);
      N[0] = 0;
    }
  }
}

/** Where a slice looks in a step. */
interface SlicePosition {
  row: number;
  channel: number;
  live: boolean;
}

export interface TileIndex {
  readonly ot: number;
  readonly chunk: number;
  readonly y: number;
  readonly xt: number;
}

/** Runs the tiles of one pass. The registers are used again for every tile: this is the loop of whole networks. */
export class Slices {
  readonly #windows: readonly Window[];
  readonly #positions: readonly SlicePosition[];
  readonly #lanes: Int32Array;
  /** What a read gives that must not matter. */
  readonly #poison: Uint16Array;

  constructor(
    readonly engine: Engine,
    readonly pass: LoadedPass,
    readonly xram: XRam,
    readonly what: string,
  ) {
    const { P, M, G } = engine;
    this.#windows = Array.from({ length: isPrivate(pass.header) ? M : G }, () => new Window(P));
    this.#positions = Array.from({ length: G }, () => ({ row: 0, channel: 0, live: false }));
    this.#lanes = new Int32Array(P);
    this.#poison = new Uint16Array(P).fill(0x5a);
  }

  /** Adds the sums of a tile (maxima for max pooling) to `sums` [M][P]; returns its steps. */
  tile(at: TileIndex, sums: Float64Array): number {
    return isPrivate(this.pass.header) ? this.#privateTile(at, sums) : this.#denseTile(at, sums);
  }

  /** Kernel rows of an output row: k0 inclusive, k1 exclusive. */
  #rows(y: number): readonly [k0: number, k1: number] {
    const { skipRows, padT, SH, KH1, H } = this.pass.header;
    const first = padT - y * SH;
    return skipRows ? [Math.max(0, first), Math.min(KH1 + 1, H + first)] : [0, KH1 + 1];
  }

  #denseTile({ ot, chunk, y, xt }: TileIndex, sums: Float64Array): number {
    const { header: h, taps, rows } = this.pass;
    const { G } = this.engine;
    const [k0, k1] = this.#rows(y);
    const entry = rows[k0] ?? { start: 0, rem: 0 };
    const words = this.pass.weights[ot]?.[chunk];
    if (words === undefined) throw engineError('H2210', this.what, `no weights for tile ${ot}, chunk ${chunk}`);
    const present = chunk === h.CHN - 1 ? h.Clast : h.Cc;
    // Slice 0 begins `rem` pairs before row k0.
    let [row, channel] = entry.rem > 0 ? [k0 - 1, h.Cc - entry.rem] : [k0, 0];
    let steps = 0;
    for (let word = entry.start; row < k1; word += h.NT) {
      this.#positions.forEach((position, g) => {
        const straddles = h.wrap === 1 && channel + g >= h.Cc;
        const kh = straddles ? row + 1 : row;
        const ci = straddles ? channel + g - h.Cc : channel + g;
        const at = y * h.SH + kh - h.padT;
        position.row = at;
        position.channel = ci;
        position.live = kh >= k0 && kh < k1 && ci < present && at >= 0 && at < h.H;
      });
      taps.forEach((tap, t) => {
        this.#stepDense(tap, chunk, xt);
        for (let g = 0; g < G; g++) this.#multiply(words, word + t, g, tap, xt, sums);
      });
      steps += taps.length;
      channel += G;
      if (channel >= h.Cc) [row, channel] = [row + 1, h.wrap ? channel - h.Cc : 0];
    }
    return steps;
  }

  #stepDense(tap: Tap, chunk: number, xt: number): void {
    const { header: h } = this.pass;
    const { M } = this.engine;
    this.#positions.forEach(({ row, channel, live }, g) => {
      let word: Uint16Array | undefined;
      if (tap.read) {
        word = this.#poison;
        const line = h.xCh0 + chunk * h.Cc + channel;
        if (live) {
          for (let other = 0; other < g; other++) {
            const before = this.#positions[other];
            if (before?.live === true && (before.channel - channel) % M === 0)
              throw engineError('H2210', this.what, `bank ${line % M} is read twice in a step`);
          }
          word = this.#read(line % M, Math.floor(line / M), row, tap, xt);
        }
      }
      this.#windows[g]?.step(tap.op, word);
    });
  }

  /** A word of the input; words that no lane can show are not looked at. */
  #read(bank: number, block: number, row: number, tap: Tap, xt: number): Uint16Array {
    const { header: h } = this.pass;
    const { P } = this.engine;
    const word = xt + tap.dword;
    if (word < 0 || word * P >= this.#pixels(tap.phase)) return this.#poison;
    const slot = (h.xSlot0 + row) % h.xRing;
    const address = h.xBase + slot * h.xRow + tap.phase * h.xPhase + block * h.xBlk + word;
    return this.xram.read(bank, address, this.what);
  }

  /** Pixels of a row in a phase. */
  #pixels(phase: number): number {
    const { W, wMod } = this.pass.header;
    return W - (wMod !== 0 && phase >= wMod ? 1 : 0);
  }

  /** Lanes of a window as values, padding in place; in the same array every time. */
  #lanesOf(window: Window, live: boolean, tap: Tap, xt: number): Int32Array {
    const { header: h } = this.pass;
    const { P, XB } = this.engine;
    const lanes = this.#lanes;
    const pixels = this.#pixels(tap.phase);
    const span = 2 ** XB;
    const sign = h.inUnsigned ? span : span / 2;
    for (let p = 0; p < P; p++) {
      const at = xt * P + p + tap.offset;
      const code = (live && at >= 0 && at < pixels ? (window.A[p] ?? 0) : h.pad) & (span - 1);
      lanes[p] = code < sign ? code : code - span;
    }
    return lanes;
  }

  #multiply(words: Int16Array, word: number, g: number, tap: Tap, xt: number, sums: Float64Array): void {
    const { P, M, G } = this.engine;
    const lanes = this.#lanesOf(this.#windows[g]!, this.#positions[g]!.live, tap, xt);
    for (let m = 0; m < M; m++) {
      const weight = words[(word * M + m) * G + g] ?? 0;
      if (weight === 0) continue;
      for (let p = 0, at = m * P; p < P; p++, at++) sums[at] = sums[at]! + weight * lanes[p]!;
    }
  }

  #privateTile({ ot, y, xt }: TileIndex, sums: Float64Array): number {
    const { header: h, taps, rows } = this.pass;
    const { P, M, G } = this.engine;
    const [k0, k1] = this.#rows(y);
    const words = this.pass.weights[ot]?.[0];
    if (h.op === opCodes.max) sums.fill(-Infinity);
    const used = ot === h.OTN - 1 ? h.Mlast : M;
    for (let kh = k0; kh < k1; kh++) {
      const row = y * h.SH + kh - h.padT;
      const live = row >= 0 && row < h.H;
      const start = rows[kh]?.start ?? 0;
      taps.forEach((tap, t) => {
        for (let m = 0; m < M; m++) {
          const window = this.#windows[m]!;
          // Channels that do not exist have nothing in their bank; what comes out of them is not used.
          const word = tap.read && live && m < used ? this.#read(m, ot, row, tap, xt) : undefined;
          window.step(tap.op, tap.read ? (word ?? this.#poison) : undefined);
          const lanes = this.#lanesOf(window, live, tap, xt);
          const weight = h.hasWeights ? (words?.[((start + Math.floor(t / G)) * M + m) * G + (t % G)] ?? 0) : 1;
          for (let p = 0; p < P; p++) {
            const old = sums[m * P + p] ?? 0;
            const value = lanes[p] ?? 0;
            sums[m * P + p] = h.op === opCodes.max ? Math.max(old, value) : old + weight * value;
          }
        }
      });
    }
    return (k1 - k0) * taps.length;
  }
}
