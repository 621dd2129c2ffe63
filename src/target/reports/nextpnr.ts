/** What nextpnr and icetime say about a routed design: JSON of `--report`, text of `icetime -t`. */
import { incomplete } from './vivado.js';

export interface NextpnrReport {
  /** Reached and wanted, in MHz, by clock. */
  readonly clocks: Readonly<Record<string, { readonly reachedMhz: number; readonly wantedMhz: number }>>;
  /** Cells by kind: ICESTORM_LC is a LUT with its flop, ICESTORM_RAM a block RAM of 4 Kibit. */
  readonly cells: Readonly<Record<string, { readonly used: number; readonly available: number }>>;
  /** Every clock is as fast as wanted, and there is one. */
  readonly met: boolean;
}

interface RawReport {
  readonly fmax?: Readonly<Record<string, { readonly achieved?: number; readonly constraint?: number }>>;
  readonly utilization?: Readonly<Record<string, { readonly used?: number; readonly available?: number }>>;
}

/** `nextpnr --report`. Throws H2510 where it is another file, or was cut off. */
export function nextpnrReport(text: string): NextpnrReport {
  const { fmax, utilization } = parsed(text);
  if (fmax === undefined || utilization === undefined) throw incomplete('report of nextpnr', { fmax, utilization });
  const clocks = Object.entries(fmax).map(([name, { achieved, constraint }]) => {
    if (achieved === undefined || constraint === undefined)
      throw incomplete('report of nextpnr', { achieved, constraint });
    return [name, { reachedMhz: achieved, wantedMhz: constraint }] as const;
  });
  const cells = Object.entries(utilization).map(([name, { used, available }]) => {
    if (used === undefined || available === undefined) throw incomplete('report of nextpnr', { used, available });
    return [name, { used, available }] as const;
  });
  return {
    clocks: Object.fromEntries(clocks),
    cells: Object.fromEntries(cells),
    met: clocks.length > 0 && clocks.every(([, { reachedMhz, wantedMhz }]) => reachedMhz >= wantedMhz),
  };
}

function parsed(text: string): RawReport {
  try {
    return JSON.parse(text) as RawReport;
  } catch {
    return {};
  }
}

export interface IcetimeReport {
  readonly delayNs: number;
  readonly reachedMhz: number;
  /** Absent where no clock was asked for (`-c`). */
  readonly wantedMhz?: number;
  readonly met?: boolean;
}

/** `icetime -t`: the longest path, and the verdict on the clock asked for. Throws H2510 where it is another file. */
export function icetimeReport(text: string): IcetimeReport {
  const total = /Total path delay:\s*([\d.]+) ns \(([\d.]+) MHz\)/.exec(text);
  if (total === null) throw incomplete('report of icetime', { total: undefined });
  const check = /Checking [\d.]+ ns \(([\d.]+) MHz\) clock constraint: (PASSED|FAILED)/.exec(text);
  return {
    ...{ delayNs: Number(total[1]), reachedMhz: Number(total[2]) },
    ...(check === null ? {} : { wantedMhz: Number(check[1]), met: check[2] === 'PASSED' }),
  };
}
