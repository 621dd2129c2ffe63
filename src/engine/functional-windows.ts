/** The steps of a tile: window registers that the tap program moves, and sums of products. */
import type { Engine } from './config.js';
import { engineError } from './errors.js';
import { isPrivate, type LoadedPass } from './functional-pass.js';
import type { XRam } from './functional-xram.js';
import { opCodes } from './header.js';
import { tapOps, type Tap } from './tap.js';

/** Registers of one window unit: A drives the lanes, H has the word at the tile, N is shifted in. */
class Window {
  A: number[];
  H: number[];
  N: number[];

  constructor(P: number) {
    this.A = new Array<number>(P).fill(0);
    this.H = [...this.A];
    this.N = [...this.A];
  }

  /** One step; `word` is what was read, where the tap reads. */
  step(op: number, word: readonly number[] | undefined): void {
    if (op === tapOps.load) {
      this.A = [...(word ?? this.A)];
      this.H = [...this.A];
      return;
    }
    if (word !== undefined) this.N = [...word];
    if (op === tapOps.left) {
      this.A = [...this.A.slice(1), this.N[0] ?? 0];
      this.N = [...this.N.slice(1), 0];
    } else {
      const from = op === tapOps.rightH ? this.H : this.A;
      this.A = [this.N.at(-1) ?? 0, ...from.slice(0, -1)];
      this.N = [0, ...this.N.slice(0, -1)];
    }
  }
}

/** Where a slice looks in a step. */
interface SlicePosition {
  readonly row: number;
  readonly channel: number;
  readonly live: boolean;
}

export interface TileIndex {
  readonly ot: number;
  readonly chunk: number;
  readonly y: number;
  readonly xt: number;
}

/** Runs the tiles of one pass. */
export class Slices {
  readonly #windows: Window[];

  constructor(
    readonly engine: Engine,
    readonly pass: LoadedPass,
    readonly xram: XRam,
    readonly what: string,
  ) {
    this.#windows = Array.from({ length: isPrivate(pass.header) ? engine.M : engine.G }, () => new Window(engine.P));
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
      const positions = Array.from({ length: G }, (_, g): SlicePosition => {
        const straddles = h.wrap === 1 && channel + g >= h.Cc;
        const [kh, ci] = straddles ? [row + 1, channel + g - h.Cc] : [row, channel + g];
        const at = y * h.SH + kh - h.padT;
        return { row: at, channel: ci, live: kh >= k0 && kh < k1 && ci < present && at >= 0 && at < h.H };
      });
      taps.forEach((tap, t) => {
        this.#stepDense(tap, positions, chunk, xt);
        this.#multiply(words, word + t, positions, tap, xt, sums);
      });
      steps += taps.length;
      channel += G;
      if (channel >= h.Cc) [row, channel] = [row + 1, h.wrap ? channel - h.Cc : 0];
    }
    return steps;
  }

  #stepDense(tap: Tap, positions: readonly SlicePosition[], chunk: number, xt: number): void {
    const { header: h } = this.pass;
    const { M } = this.engine;
    const used = new Set<number>();
    positions.forEach(({ row, channel, live }, g) => {
      let word: number[] | undefined;
      if (tap.read) {
        const line = h.xCh0 + chunk * h.Cc + channel;
        if (live && used.has(line % M))
          throw engineError('H2210', this.what, `bank ${line % M} is read twice in a step`);
        if (live) used.add(line % M);
        word = live ? this.#read(line % M, Math.floor(line / M), row, tap, xt) : undefined;
      }
      this.#windows[g]?.step(tap.op, tap.read ? (word ?? this.#poison()) : undefined);
    });
  }

  /** A word of the input; words that no lane can show are not looked at. */
  #read(bank: number, block: number, row: number, tap: Tap, xt: number): number[] {
    const { header: h } = this.pass;
    const { P } = this.engine;
    const word = xt + tap.dword;
    if (word < 0 || word * P >= this.#pixels(tap.phase)) return this.#poison();
    const slot = (h.xSlot0 + row) % h.xRing;
    const address = h.xBase + slot * h.xRow + tap.phase * h.xPhase + block * h.xBlk + word;
    return [...this.xram.read(bank, address, this.what)];
  }

  /** Pixels of a row in a phase. */
  #pixels(phase: number): number {
    const { W, wMod } = this.pass.header;
    return W - (wMod !== 0 && phase >= wMod ? 1 : 0);
  }

  /** What a read gives that must not matter. */
  #poison(): number[] {
    return new Array<number>(this.engine.P).fill(0x5a);
  }

  /** Lanes of a window as values, padding in place. */
  #lanes(window: Window | undefined, live: boolean, tap: Tap, xt: number): number[] {
    const { header: h } = this.pass;
    const { P, XB } = this.engine;
    return Array.from({ length: P }, (_, p) => {
      const at = xt * P + p + tap.offset;
      const there = live && at >= 0 && at < this.#pixels(tap.phase);
      const code = (there ? (window?.A[p] ?? 0) : h.pad) & (2 ** XB - 1);
      return h.inUnsigned || code < 2 ** (XB - 1) ? code : code - 2 ** XB;
    });
  }

  #multiply(
    words: Int16Array,
    word: number,
    positions: readonly SlicePosition[],
    tap: Tap,
    xt: number,
    sums: Float64Array,
  ): void {
    const { P, M, G } = this.engine;
    positions.forEach(({ live }, g) => {
      const lanes = this.#lanes(this.#windows[g], live, tap, xt);
      for (let m = 0; m < M; m++) {
        const weight = words[(word * M + m) * G + g] ?? 0;
        if (weight === 0) continue;
        for (let p = 0; p < P; p++) sums[m * P + p] = (sums[m * P + p] ?? 0) + weight * (lanes[p] ?? 0);
      }
    });
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
          const window = this.#windows[m];
          // Channels that do not exist have nothing in their bank; what comes out of them is not used.
          const word = tap.read && live && m < used ? this.#read(m, ot, row, tap, xt) : undefined;
          window?.step(tap.op, tap.read ? (word ?? this.#poison()) : undefined);
          const lanes = this.#lanes(window, live, tap, xt);
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
