/** Where a tensor lies in the X-RAM: a range of bank groups times a range of addresses. */
import type { Engine } from './config.js';
import type { Size } from './layer.js';

/**
 * Channel c of row r, phase ph, word w lies in bank `(group0 * D + c) mod M`, at address
 * `base + slot(r) * rowStride + ph * phaseStride + block * blockStride + w`, where block is `floor((group0 * D + c) / M)` and slot(r)
 * is `r mod ring`. Word w has the pixels `phases * (w * P + p) + ph` of the row, p = 0 .. P - 1.
 */
export interface TensorPlace extends Size {
  readonly base: number;
  readonly group0: number;
  /** Horizontal stride of the reader. */
  readonly phases: number;
  /** Words of a row, phase and channel. */
  readonly words: number;
  readonly rowStride: number;
  readonly blockStride: number;
  readonly phaseStride: number;
  /** Rows that are held at a time. */
  readonly ring: number;
}

/** Banks that a tensor takes (a multiple of D, at most M) and words that it takes in each of them. */
export interface Extent {
  readonly banks: number;
  readonly words: number;
}

/** A dense place: rows without gaps between them. `ring` defaults to all rows. */
export function placeTensor(
  engine: Pick<Engine, 'P' | 'M' | 'D'>,
  size: Size,
  where: { readonly base: number; readonly group0: number; readonly phases: number; readonly ring?: number },
): TensorPlace {
  const words = Math.ceil(Math.ceil(size.width / where.phases) / engine.P);
  const blocks = Math.ceil((where.group0 * engine.D + size.channels) / engine.M);
  return {
    height: size.height,
    width: size.width,
    channels: size.channels,
    base: where.base,
    group0: where.group0,
    phases: where.phases,
    words,
    phaseStride: words,
    blockStride: where.phases * words,
    rowStride: blocks * where.phases * words,
    ring: Math.min(where.ring ?? size.height, size.height),
  };
}

/** What a place takes of the X-RAM. */
export function extentOf(engine: Pick<Engine, 'M' | 'D'>, place: TensorPlace): Extent {
  const banks = Math.min(engine.M, Math.ceil(place.channels / engine.D) * engine.D);
  return { banks, words: place.ring * place.rowStride };
}

/** Bank and address of a word. */
export function wordAddress(
  engine: Pick<Engine, 'M' | 'D'>,
  place: TensorPlace,
  at: { readonly channel: number; readonly row: number; readonly phase: number; readonly word: number },
): { readonly bank: number; readonly address: number } {
  const line = place.group0 * engine.D + at.channel;
  const slot = at.row % place.ring;
  const block = Math.floor(line / engine.M);
  const address =
    place.base + slot * place.rowStride + at.phase * place.phaseStride + block * place.blockStride + at.word;
  return { bank: line % engine.M, address };
}
