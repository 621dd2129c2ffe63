/** A packet of the weight stream, read back into header, taps, tables, planes and weights. */
import { binaryWeight } from './binary-weights.js';
import { BitReader } from './bit-stream.js';
import type { Engine } from './config.js';
import { engineError } from './errors.js';
import { decodeHeader, headerMagic, headerWords, opCodes, planeBits, type Header } from './header.js';
import { tileChannels, type RowEntry } from './passes.js';
import { decodeTap, type Tap } from './tap.js';

/** Planes of one weight tile, a value per channel; a missing plane is undefined. */
export interface TilePlanes {
  readonly bias?: readonly number[];
  readonly mult?: readonly number[];
  readonly shift?: readonly number[];
  readonly thresholds?: readonly (readonly number[])[];
}

export interface LoadedPass {
  readonly header: Header;
  readonly taps: readonly Tap[];
  readonly rows: readonly RowEntry[];
  readonly lut: readonly number[];
  readonly planes: readonly TilePlanes[];
  /** [tile][chunk]: weight words, column m * G + g innermost. */
  readonly weights: readonly (readonly Int16Array[])[];
}

/** Throws H2210 for a packet that is shorter or longer than its header says, or weights that the ring cannot keep. */
export function readPass(engine: Engine, packet: Uint8Array, before: LoadedPass | undefined, what: string): LoadedPass {
  const input = new BitReader(packet, engine.WP);
  const words = (count: number): number[] => {
    if (input.left < 32 * count) throw engineError('H2210', what, 'the packet ends inside of a segment');
    return Array.from({ length: count }, () => input.take(32));
  };
  const signed = (count: number): number[] => words(count).map((word) => word | 0);
  const segment = <T>(read: () => T): T => {
    const value = read();
    input.endSegment();
    return value;
  };
  const header = decodeHeader(segment(() => words(headerWords)));
  if (header.magic !== headerMagic) throw engineError('H2210', what, 'no header at the begin of the packet');
  const taps = segment(() => Array.from({ length: header.NT }, () => decodeTap(input.take(16))));
  const rows = segment(() => words(header.KH1 + 1).map((word) => ({ start: word & 0xffff, rem: (word >>> 16) & 15 })));
  const lut = header.lut
    ? segment(() => {
        if (input.left < engine.XB * 2 ** engine.XB)
          throw engineError('H2210', what, 'the packet ends inside of its table');
        return Array.from({ length: 2 ** engine.XB }, () => input.take(engine.XB));
      })
    : [];
  const planes: TilePlanes[] = [];
  const weights: Int16Array[][] = [];
  for (let tile = 0; tile < header.OTN; tile++) {
    const used = tileChannels(engine.M, header, tile);
    const padded = Math.ceil(used / engine.D) * engine.D;
    const plane = (bit: number): readonly number[] | undefined =>
      header.planes & bit ? segment(() => signed(padded)) : undefined;
    const [bias, mult, shift] = [plane(planeBits.bias), plane(planeBits.mult), plane(planeBits.shift)];
    const thresholds =
      header.planes & planeBits.thresholds
        ? Array.from({ length: engine.NTHR }, () => segment(() => signed(padded)))
        : undefined;
    planes.push({
      ...(bias && { bias }),
      ...(mult && { mult }),
      ...(shift && { shift }),
      ...(thresholds && { thresholds }),
    });
    if (header.hasWeights === 1 && header.wReuse === 0) {
      const read = (): Int16Array => {
        const count = header.wWords * engine.columns;
        if (input.left < count * engine.WB) throw engineError('H2210', what, 'the packet ends inside of its weights');
        const values = input.takeAllSigned(count, engine.WB);
        return engine.WB === 1 ? values.map(binaryWeight) : values;
      };
      weights.push(Array.from({ length: header.CHN }, () => segment(read)));
    }
  }
  if (input.left !== 0) throw engineError('H2210', what, `the packet is ${input.left} bits too long`);
  if (header.wReuse === 1 && (before === undefined || before.header.wKeep === 0))
    throw engineError('H2210', what, 'uses weights again that were not kept');
  if (header.wKeep === 1 && header.wWords * header.CHN * header.OTN > engine.WD)
    throw engineError('H2210', what, `keeps more weight words than the ring has (${engine.WD})`);
  const kept = header.wReuse === 1 ? (before?.weights ?? []) : weights;
  return { header, taps, rows, lut, planes, weights: kept };
}

/** True where a pass reads all banks at one address, through private windows. */
export const isPrivate = (header: Header): boolean => header.op !== opCodes.dense;
