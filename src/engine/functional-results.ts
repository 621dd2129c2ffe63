/** From the sums of a tile to the words that leave it: requantization, thresholds, table, residual. */
import type { Engine } from './config.js';
import type { LoadedPass } from './functional-pass.js';
import type { XRam } from './functional-xram.js';
import { codeValue, type Header } from './header.js';
import { addedValues } from './model/addition.js';
import { requantize, type ChannelParameters, type RequantizeControl } from './model/requantize.js';

/** One tile: weight tile, output row, word of the row; channels in use, and groups of D that they take. */
export interface Tile {
  readonly ot: number;
  readonly y: number;
  readonly xt: number;
  readonly used: number;
  readonly groups: number;
}

function controlOf(header: Header): RequantizeControl {
  return {
    mode: header.requant,
    round: header.round,
    leaky: header.leaky,
    threshold: header.thresholds === 1,
    wrap: header.wrapOut === 1,
    zero: header.zp,
    lo: codeValue(header.outUnsigned, header.lo),
    hi: codeValue(header.outUnsigned, header.hi),
  };
}

function channelOf({ header: h, planes }: LoadedPass, tile: number, channel: number): ChannelParameters {
  const { bias, mult, shift, thresholds } = planes[tile] ?? {};
  const shiftWord = shift?.[channel];
  const low = bias?.[channel] ?? h.bias;
  return {
    bias: BigInt(low),
    mult: BigInt(mult?.[channel] ?? h.mult),
    high: shiftWord === undefined ? (low < 0 ? -1n : 0n) : BigInt(shiftWord >> 16),
    shift: shiftWord === undefined ? h.shift : shiftWord & 63,
    left: shiftWord === undefined ? h.leftShift : (shiftWord >> 8) & 31,
    thresholds: (thresholds ?? []).map((plane) => BigInt(plane[channel] ?? 0)),
  };
}

/**
 * The codes of a tile's results, `groups` times D words of P pixels. `sums` [M][P]; channels of a group that do not exist are
 * computed like any other from a sum of 0.
 */
export function resultsOf(engine: Engine, pass: LoadedPass, tile: Tile, sums: Float64Array, xram: XRam): number[] {
  const { P, D, XB } = engine;
  const { header } = pass;
  const sizes = { W: 32, XB };
  const control = controlOf(header);
  const mask = 2 ** XB - 1;
  const words: number[] = [];
  for (let m = 0; m < tile.groups * D; m++) {
    const channel = channelOf(pass, tile.ot, m);
    for (let p = 0; p < P; p++) {
      const sum = m < tile.used ? BigInt(sums[m * P + p] ?? 0) : 0n;
      const value = Number(requantize(sum, channel, control, sizes)) & mask;
      words.push(header.lut ? (pass.lut[value] ?? 0) & mask : value);
    }
  }
  return header.res ? addResidual(engine, pass, tile, words, xram) : words;
}

function addResidual(engine: Engine, pass: LoadedPass, tile: Tile, own: readonly number[], xram: XRam): number[] {
  const { P, D, M, XB } = engine;
  const { header: h } = pass;
  const control: RequantizeControl = {
    ...{ mode: h.rRequant, round: h.rRound, leaky: 0, threshold: false, wrap: h.rWrap === 1, zero: h.rZp },
    ...{ lo: codeValue(h.rOutUnsigned, h.rLo), hi: codeValue(h.rOutUnsigned, h.rHi) },
  };
  const channel: ChannelParameters = {
    ...{ bias: BigInt(h.rBias), mult: BigInt(h.rMult), high: h.rBias < 0 ? -1n : 0n, thresholds: [] },
    ...{ shift: h.rShift, left: h.rLeft },
  };
  const value = (code: number, isUnsigned: number): number =>
    isUnsigned === 1 || code < 2 ** (XB - 1) ? code : code - 2 ** XB;
  const slot = (h.ySlot0 + tile.y) % h.yRing;
  return own.map((code, index) => {
    const m = Math.floor(index / P);
    if (m >= tile.used) return code;
    const line = h.rGrp0 * D + m;
    const address = h.rBase + slot * h.rRow + (tile.ot + Math.floor(line / M)) * h.rBlk + tile.xt;
    const other = xram.read(line % M, address, 'residual')[index % P] ?? 0;
    const sum = addedValues(value(code, h.outUnsigned), value(other, h.rUnsigned), h);
    return Number(requantize(sum, channel, control, { W: 32, XB })) & (2 ** XB - 1);
  });
}
