/** What a module takes of an FPGA with 6-input look-up tables. Estimates are real numbers until they are summed and rounded. */
export interface Resources {
  /** Look-up tables, those used as memory or shift register included. */
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  /** Block memories of 36 and of 18 Kibit. */
  readonly bram36: number;
  readonly bram18: number;
  /** UltraRAM of 4096 x 72 bits. */
  readonly uram: number;
}

export const noResources: Resources = { lut: 0, ff: 0, dsp: 0, bram36: 0, bram18: 0, uram: 0 };

/** Sum of parts. */
export function addResources(...parts: readonly Partial<Resources>[]): Resources {
  const total = { ...noResources };
  for (const { lut = 0, ff = 0, dsp = 0, bram36 = 0, bram18 = 0, uram = 0 } of parts) {
    total.lut += lut;
    total.ff += ff;
    total.dsp += dsp;
    total.bram36 += bram36;
    total.bram18 += bram18;
    total.uram += uram;
  }
  return total;
}

export function timesResources(count: number, part: Partial<Resources>): Resources {
  const { lut, ff, dsp, bram36, bram18, uram } = { ...noResources, ...part };
  return {
    ...{ lut: count * lut, ff: count * ff, dsp: count * dsp },
    ...{ bram36: count * bram36, bram18: count * bram18, uram: count * uram },
  };
}

/** Whole cells. */
export function roundResources({ lut, ff, dsp, bram36, bram18, uram }: Resources): Resources {
  const whole = Math.round;
  return {
    ...{ lut: whole(lut), ff: whole(ff), dsp: whole(dsp) },
    ...{ bram36: whole(bram36), bram18: whole(bram18), uram: whole(uram) },
  };
}

/** Block memory in tiles of 36 Kibit: two of 18 share one. */
export const bramTiles = ({ bram36, bram18 }: Pick<Resources, 'bram36' | 'bram18'>): number => bram36 + bram18 / 2;
