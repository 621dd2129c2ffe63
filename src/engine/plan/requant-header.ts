/** The requantization of a layer as header fields and parameter planes. */
import type { Diagnostic } from '../../base/diagnostics.js';
import type { Engine } from '../config.js';
import { engineDiagnostic } from '../errors.js';
import { planeBits, requantCodes, roundCodes, type Header } from '../header.js';
import { perChannel, type Requant, type Residual } from '../layer.js';

/** True where the addends of a fixed requantization need more than the 32 bits of the bias plane. */
function wideAddends({ mode, bias }: Requant): boolean {
  return mode === 'fixed' && bias.some((value) => value < -(2 ** 31) || value >= 2 ** 31);
}

/** Which planes a requantization needs. */
export function planesOf(requant: Requant): number {
  const { bias, mult, shift, leftShift, thresholds } = requant;
  return (
    (bias.length > 1 ? planeBits.bias : 0) |
    (mult.length > 1 ? planeBits.mult : 0) |
    (shift.length > 1 || leftShift.length > 1 || wideAddends(requant) ? planeBits.shift : 0) |
    (thresholds === undefined ? 0 : planeBits.thresholds)
  );
}

/** Header fields of a requantization. */
export function requantFields(engine: Pick<Engine, 'XB'>, requant: Requant): Partial<Header> {
  const { lo, hi, zeroPoint, leaky } = requant;
  return {
    round: roundCodes[requant.round],
    requant: requantCodes[requant.mode],
    wrapOut: requant.wrap ? 1 : 0,
    thresholds: requant.thresholds === undefined ? 0 : 1,
    planes: planesOf(requant),
    lo: lo & 0xffff,
    hi: hi & 0xffff,
    zp: zeroPoint,
    outUnsigned: hi >= 2 ** (engine.XB - 1) ? 1 : 0,
    leaky,
    shift: perChannel(requant.shift, 0),
    leftShift: perChannel(requant.leftShift, 0),
    bias: requant.bias.length > 1 ? 0 : Math.floor(perChannel(requant.bias, 0)) | 0,
    mult: requant.mult.length > 1 ? 0 : perChannel(requant.mult, 0),
    lut: requant.lut === undefined ? 0 : 1,
  };
}

/** Header fields of a residual addition. */
export function residualFields(engine: Pick<Engine, 'XB'>, residual: Residual): Partial<Header> {
  const { lo = 0, hi = 0, zp = 0, outUnsigned = 0, ...second } = requantFields(engine, residual.second);
  return {
    ...{ rLo: lo, rHi: hi, rZp: zp, rOutUnsigned: outUnsigned, rWrap: second.wrapOut ?? 0 },
    ...{ rShift: second.shift ?? 0, rLeft: second.leftShift ?? 0, rRequant: second.requant ?? 0 },
    ...{ rRound: second.round ?? 0, rBias: second.bias ?? 0, rMult: second.mult ?? 0 },
    ...{ rUnsigned: residual.unsigned ? 1 : 0, rSwap: residual.scalesOwn ? 1 : 0, rUp: residual.up },
    ...{ rZero: residual.zero, rDrop: residual.drop, rFactor: residual.factor },
  };
}

/** The 32-bit words of the planes of one tile, plane by plane, `count` channels each from `channel0` of the layer. */
export function planeWords(
  engine: Pick<Engine, 'NTHR'>,
  requant: Requant,
  channel0: number,
  count: number,
  padded: number,
): Int32Array[] {
  const planes = planesOf(requant);
  const fill = (value: (channel: number) => number): Int32Array =>
    Int32Array.from({ length: padded }, (_, i) => (i < count ? value(channel0 + i) : 0));
  const low = (value: number): number => Number(BigInt.asIntN(32, BigInt(value)));
  const shiftWord = (channel: number): number => {
    const high = requant.mode === 'fixed' ? Math.floor(perChannel(requant.bias, channel) / 2 ** 32) & 0xffff : 0;
    return perChannel(requant.shift, channel) | (perChannel(requant.leftShift, channel) << 8) | (high << 16);
  };
  const list: Int32Array[] = [];
  if (planes & planeBits.bias) list.push(fill((c) => low(perChannel(requant.bias, c))));
  if (planes & planeBits.mult) list.push(fill((c) => perChannel(requant.mult, c)));
  if (planes & planeBits.shift) list.push(fill(shiftWord));
  const { thresholds } = requant;
  if (thresholds !== undefined) {
    const { levels, table } = thresholds;
    const rows = table.length / levels;
    for (let i = 0; i < engine.NTHR; i++)
      list.push(fill((c) => (i < levels ? (table[(rows === 1 ? 0 : c) * levels + i] ?? 0) : 2 ** 31 - 1)));
  }
  return list;
}

/** H2207 for everything that the requantizer's fields cannot hold. */
export function checkRequant(engine: Pick<Engine, 'NTHR' | 'XB'>, requant: Requant, subject: string): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const rule = (ok: boolean, what: string): void => {
    if (!ok) problems.push(engineDiagnostic('H2207', subject, what));
  };
  const within = (list: readonly number[], min: number, max: number): boolean =>
    list.every((value) => Number.isInteger(value) && value >= min && value <= max);
  const word = 2 ** 31;
  const { mode, bias, thresholds, lo, hi } = requant;
  const biasLimit = mode === 'fixed' ? 2 ** 47 : word;
  rule(within(bias, -biasLimit, biasLimit - 1), `a bias of more than ${mode === 'fixed' ? 48 : 32} bits`);
  rule(within(requant.mult, -word, word - 1), 'a multiplier of more than 32 bits');
  const most = mode === 'single' || mode === 'fixed' ? 63 : 31;
  rule(within(requant.shift, 0, most), `a shift outside of 0..${most}`);
  rule(within(requant.leftShift, 0, 31), 'a left shift outside of 0..31');
  rule(within([requant.leaky], 0, Math.min(7, ...requant.shift)), 'a leaky shift above the shift, or above 7');
  const span = 2 ** engine.XB;
  rule(
    lo <= hi && (lo >= 0 ? hi < span : lo >= -span / 2 && hi < span / 2),
    `results ${lo}..${hi} are not of ${engine.XB} bits`,
  );
  rule((requant.lut?.length ?? span) === span, `a table without ${span} entries`);
  rule(within(requant.lut ?? [], 0, span - 1), `a table with codes of more than ${engine.XB} bits`);
  if (thresholds !== undefined) {
    rule(thresholds.levels <= engine.NTHR, `${thresholds.levels} thresholds a channel, the engine has ${engine.NTHR}`);
    rule(within(thresholds.table, -word, word - 1), 'a threshold of more than 32 bits');
  }
  return problems;
}
