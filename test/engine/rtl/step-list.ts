/** The steps of a pass, one after the other, from the specification alone: loops over the layer, no counters of the hardware. */
import type { RandomStream } from '../../../src/base/random.js';
import { emptyHeader, type Header } from '../../../src/engine/header.js';
import type { Tap } from '../../../src/engine/tap.js';

export interface Shape {
  readonly P: number;
  readonly G: number;
  readonly M: number;
  readonly D: number;
  readonly WD: number;
}

export interface Pass {
  readonly header: Header;
  readonly taps: readonly Tap[];
  /** Row table: first weight word and rest of the kernel row. */
  readonly rows: readonly { readonly start: number; readonly rem: number }[];
}

/** A read of one slice; absent where the slice is not live. */
type Read = { readonly bank: number; readonly address: number } | undefined;

export interface Step {
  readonly first: boolean;
  readonly last: boolean;
  /** First step of an output row, and the number of that row over the whole pass. */
  readonly opensRow: boolean;
  readonly row: number;
  readonly lastOfRow: boolean;
  readonly lastOfChunk: boolean;
  /** First step of a weight tile. */
  readonly opensTile: boolean;
  /** Leaves for the requantizer behind this tile. */
  readonly lastChunk: boolean;
  readonly lastTileOfChunk: boolean;
  readonly need: number;
  readonly groups: number;
  /** Weight word of the chunk. */
  readonly word: number;
  readonly lastUse: boolean;
  readonly byte: number;
  readonly tap: Tap;
  readonly low: number;
  readonly high: number;
  readonly slices: readonly Read[];
}

const divUp = (a: number, b: number) => Math.ceil(a / b);
const clamp = (value: number, high: number) => Math.max(0, Math.min(high, value));

/** A pass of random shape: any mode, any tap program, weights and addresses that a compiler could choose or not. */
export function randomPass(random: RandomStream, { P, G, M, D, WD }: Shape): Pass {
  const pick = (low: number, high: number) => low + random.nextInt(high - low + 1);
  const op = random.nextInt(2) === 0 ? 0 : pick(0, 3);
  const taps = Array.from({ length: pick(1, random.nextInt(3) === 0 ? 12 : 4) }, (_, t): Tap => {
    return {
      op: pick(0, 3),
      read: pick(0, 1),
      dword: pick(-8, 7),
      phase: pick(0, 3),
      offset: pick(-16, 15),
      last: t === 0 ? 0 : pick(0, 1),
    };
  });
  const T = taps.length;
  const KH = pick(1, random.nextInt(3) === 0 ? 11 : 3);
  const SH = pick(1, 4);
  const skipRows = pick(0, 1);
  const padT = random.nextInt(2) === 0 ? 0 : pick(0, KH - 1);
  const Ho = pick(1, 4);
  // With rows left out every output row must have a row of its own.
  const least = Math.max(1, (Ho - 1) * SH - padT + 1);
  const H = skipRows === 1 ? least + pick(0, 6) : pick(1, 12);
  const dense = op === 0;
  const fits = (Cc: number, wrap: boolean) => (wrap ? divUp(KH * Cc, G) : KH * divUp(Cc, G)) * T <= WD;
  let Cc = pick(1, 2 * M + 3);
  while (Cc > 1 && !fits(Cc, false)) Cc = Math.floor(Cc / 2);
  const wrap = dense && Cc >= G && pick(0, 1) === 1 && fits(Cc, true);
  const CHN = dense ? pick(1, 3) : 1;
  const Mlast = pick(1, M);
  const xRing = pick(1, 9);
  const xSlot0 = pick(0, xRing - 1);
  const xRow = pick(0, 300);
  const xBlk = pick(0, 200);
  const weights = dense || op === 1;
  const perRow = dense ? divUp(Cc, G) * T : divUp(T, G);
  const wWords = !weights ? 0 : wrap ? divUp(KH * Cc, G) * T : KH * perRow;
  const rows = Array.from({ length: KH }, (_, k) =>
    wrap ? { start: Math.floor((k * Cc) / G) * T, rem: (k * Cc) % G } : { start: weights ? k * perRow : 0, rem: 0 },
  );
  const dst = pick(1, 3);
  const header: Header = {
    ...emptyHeader,
    ...{ op, dstXram: dst & 1, dstAxis: dst >> 1, wrap: wrap ? 1 : 0, hasWeights: weights ? 1 : 0, skipRows },
    ...{
      Ho,
      XT: pick(1, 3),
      NT: T,
      KH1: KH - 1,
      SH,
      padT,
      pad: pick(-128, 127),
      H,
      W: pick(1, 4 * P),
      wMod: pick(0, 4),
    },
    ...{ Mlast, gLast: divUp(Mlast, D), OTN: pick(1, 3), CHN, Cc, Clast: pick(1, Cc), wWords },
    ...{ xCh0: dense ? pick(0, M - 1) : 0, xBase: pick(0, 5000), xRow, xBlk, xPhase: pick(0, 99), xRing, xSlot0 },
    ...{ cMod: dense ? Cc % M : 0, xChunk: dense ? Math.floor(Cc / M) * xBlk : 0, xOff0: xSlot0 * xRow },
    ...{ tokFirst: pick(0, 5), tokMax: pick(3, 12), tokStep: pick(0, 3), tokCheck: pick(0, 1) },
    ...{ planes: pick(0, 1) * pick(0, 15), ySW: pick(1, Math.max(1, Math.min(4, M / D))), res: pick(0, 1) },
    ...{ flush: pick(0, 1), inUnsigned: pick(0, 1) },
  };
  return { header, taps, rows };
}

/** Keeps or reuses the weights of a pass; `before` is the pass in front of it. */
export function reusePass(pass: Pass, before: Pass): Pass {
  const { wWords, OTN, CHN, op, wrap, hasWeights } = before.header;
  const same = pass.header.op === op && pass.header.wrap === wrap && pass.header.hasWeights === hasWeights;
  const enough = pass.header.wWords === wWords && pass.header.OTN === OTN && pass.header.CHN === CHN;
  return same && enough && before.header.wKeep === 1 ? { ...pass, header: { ...pass.header, wReuse: 1 } } : pass;
}

export function stepsOf({ header: h, taps, rows }: Pass, { P, G, M, D }: Shape): Step[] {
  const steps: Step[] = [];
  const dense = h.op === 0;
  const [T, KH] = [h.NT, h.KH1 + 1];
  const live = (row: number) => row >= 0 && row < h.H;
  let rowNumber = 0;
  for (let ot = 0; ot < h.OTN; ot++)
    for (let chunk = 0; chunk < h.CHN; chunk++)
      for (let y = 0; y < h.Ho; y++, rowNumber++) {
        const top = y * h.SH - h.padT;
        const k0 = h.skipRows === 1 ? Math.max(0, -top) : 0;
        const k1 = h.skipRows === 1 ? Math.min(KH, h.H - top) : KH;
        const exist = chunk === h.CHN - 1 ? h.Clast : h.Cc;
        const pairsOf = (j: number): readonly { kh: number; ci: number }[] => {
          if (!dense) return [{ kh: j, ci: 0 }];
          const perRow = divUp(h.Cc, G);
          return Array.from({ length: G }, (_, g) =>
            h.wrap === 1
              ? { kh: Math.floor((j * G + g) / h.Cc), ci: (j * G + g) % h.Cc }
              : { kh: Math.floor(j / perRow), ci: (j % perRow) * G + g },
          );
        };
        const groupsOfRow = (k: number) => (!dense ? k : h.wrap === 1 ? (k * h.Cc) / G : k * divUp(h.Cc, G));
        for (let xt = 0; xt < h.XT; xt++) {
          const [from, to] = [Math.floor(groupsOfRow(k0)), Math.ceil(groupsOfRow(k1))];
          for (let j = from; j < to; j++)
            taps.forEach((tap, t) => {
              const width = h.wMod !== 0 && tap.phase >= h.wMod ? h.W - 1 : h.W;
              const pixel = xt * P + tap.offset;
              const slices = pairsOf(j).map(({ kh, ci }): Read => {
                const row = top + kh;
                const exists = dense ? ci < exist : true;
                if (kh < k0 || kh >= k1 || !live(row) || !exists) return undefined;
                const channel = dense ? h.xCh0 + chunk * h.Cc + ci : ot * M;
                const slot = (h.xSlot0 + row) % h.xRing;
                const offset = slot * h.xRow + Math.floor(channel / M) * h.xBlk + tap.phase * h.xPhase;
                return { bank: channel % M, address: (h.xBase + offset + xt + tap.dword) & 0xfffff };
              });
              const dead = !dense && slices[0] === undefined;
              const firstOfTile = j === from && t === 0;
              const lastOfTile = j === to - 1 && t === T - 1;
              const word = dense ? j * T + t : h.op === 1 ? rows[0]!.start + j * divUp(T, G) + Math.floor(t / G) : 0;
              const lastTileOfChunk = y === h.Ho - 1 && xt === h.XT - 1;
              steps.push({
                ...{ first: firstOfTile, last: lastOfTile, opensRow: firstOfTile && xt === 0, row: rowNumber },
                lastOfRow: lastOfTile && xt === h.XT - 1,
                lastOfChunk: lastOfTile && lastTileOfChunk,
                opensTile: firstOfTile && xt === 0 && y === 0 && chunk === 0,
                ...{ lastChunk: chunk === h.CHN - 1, lastTileOfChunk },
                need: Math.min(h.tokMax, h.tokFirst + y * h.tokStep),
                groups: divUp(ot === h.OTN - 1 ? h.Mlast : M, D),
                word,
                lastUse: dense || t === T - 1 || t % G === G - 1,
                byte: dense ? 0 : t % G,
                tap,
                ...{ low: clamp(-pixel, P), high: dead ? 0 : clamp(width - pixel, P), slices },
              });
            });
        }
      }
  return steps;
}
