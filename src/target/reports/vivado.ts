/** Reports of Vivado, releases 2018 to 2025: columns are found by name, because newer releases added some. */
import { numberedError } from '../../base/diagnostics.js';
import { reportNumber, tableRows } from './table.js';

export interface VivadoUtilization {
  readonly lut: number;
  readonly ff: number;
  /** Tiles of 36 Kibit; halves occur. */
  readonly bram36: number;
  readonly uram: number;
  readonly dsp: number;
  /** What the device has; 0 where the report does not say. */
  readonly available: { readonly lut: number; readonly ff: number; readonly bram36: number; readonly dsp: number };
}

/** Names of a resource in 7-series and in UltraScale reports. */
const rows = {
  lut: ['Slice LUTs', 'CLB LUTs', 'Slice LUTs*', 'CLB LUTs*'],
  ff: ['Slice Registers', 'CLB Registers', 'Register as Flip Flop'],
  bram36: ['Block RAM Tile'],
  uram: ['URAM'],
  dsp: ['DSPs', 'DSP Slices'],
} as const;

/** `report_utilization`. Throws H2510 where it is another file, or was cut off. */
export function vivadoUtilization(text: string): VivadoUtilization {
  const sections = text.split(/\n(?=\d+\.\d*\s|\d+\. )/);
  const all = sections.flatMap((section) => tableRows(section, 'Site Type'));
  const row = (name: keyof typeof rows) =>
    all.find((each) => (rows[name] as readonly string[]).includes(each['Site Type'] ?? ''));
  const used = (name: keyof typeof rows): number | undefined => reportNumber(row(name)?.['Used']);
  const available = (name: keyof typeof rows): number => reportNumber(row(name)?.['Available']) ?? 0;
  const [lut, ff, bram36, dsp] = [used('lut'), used('ff'), used('bram36'), used('dsp')];
  if (lut === undefined || ff === undefined || bram36 === undefined || dsp === undefined) {
    throw incomplete('report_utilization', { lut, ff, bram36, dsp });
  }
  return {
    ...{ lut, ff, bram36, dsp, uram: used('uram') ?? 0 },
    available: { lut: available('lut'), ff: available('ff'), bram36: available('bram36'), dsp: available('dsp') },
  };
}

export interface VivadoTiming {
  /** Worst slacks in ns. Undefined where nothing is constrained (NA). */
  readonly setupNs?: number;
  readonly holdNs?: number;
  readonly failingSetup: number;
  readonly failingHold: number;
  readonly met: boolean;
}

/** `report_timing_summary`. Throws H2510 where it is another file. */
export function vivadoTiming(text: string): VivadoTiming {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /^\s*WNS\(ns\)/.test(line));
  // Two blanks at least stand between columns; names hold single ones.
  const split = (line: string | undefined): string[] => (line ?? '').trim().split(/\s{2,}/);
  const values = new Map(split(lines[at]).map((name, index) => [name, split(lines[at + 2])[index]]));
  if (at < 0 || !values.get('WNS(ns)') || !values.get('WHS(ns)'))
    throw incomplete('report_timing_summary', { wns: undefined });
  const setupNs = reportNumber(values.get('WNS(ns)'));
  const holdNs = reportNumber(values.get('WHS(ns)'));
  const failingSetup = reportNumber(values.get('TNS Failing Endpoints')) ?? 0;
  const failingHold = reportNumber(values.get('THS Failing Endpoints')) ?? 0;
  return {
    ...(setupNs === undefined ? {} : { setupNs }),
    ...(holdNs === undefined ? {} : { holdNs }),
    ...{ failingSetup, failingHold },
    // Nothing constrained is not met: the clock never reached the design.
    met: setupNs !== undefined && holdNs !== undefined && setupNs >= 0 && holdNs >= 0,
  };
}

export interface VivadoPower {
  readonly totalW: number;
  readonly dynamicW: number;
  readonly staticW: number;
  readonly junctionC: number;
  /** Vivado's own word for how much the activity is worth; Low without a simulation. */
  readonly confidence: string;
}

/** `report_power`. Throws H2510 where it is another file. */
export function vivadoPower(text: string): VivadoPower {
  const value = (name: string): string | undefined =>
    new RegExp(`^\\|\\s*${name.replace(/[()]/g, '\\$&')}\\s*\\|\\s*([^|]*?)\\s*\\|`, 'm').exec(text)?.[1];
  const totalW = reportNumber(value('Total On-Chip Power (W)'));
  const dynamicW = reportNumber(value('Dynamic (W)'));
  const staticW = reportNumber(value('Device Static (W)'));
  const junctionC = reportNumber(value('Junction Temperature (C)'));
  if (totalW === undefined || dynamicW === undefined || staticW === undefined || junctionC === undefined) {
    throw incomplete('report_power', { totalW, dynamicW, staticW, junctionC });
  }
  return { totalW, dynamicW, staticW, junctionC, confidence: value('Confidence Level') ?? 'unknown' };
}

export function incomplete(report: string, values: Readonly<Record<string, unknown>>): Error {
  const missing = Object.keys(values).filter((name) => values[name] === undefined);
  return numberedError('H2510', `this is no whole ${report}: ${missing.join(', ')} not found`, {
    fix: 'run the flow again; a report of a release that lays it out in another way is a defect worth telling',
  });
}
