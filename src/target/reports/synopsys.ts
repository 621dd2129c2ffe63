/** Reports of Design Compiler: slack in ns, area in the unit of the library (um2). */
import { incomplete } from './vivado.js';

export interface CompilerTiming {
  readonly slackNs: number;
  readonly met: boolean;
}

/** `report_timing`: the worst of its paths. Throws H2510 where there is none. */
export function compilerTiming(text: string): CompilerTiming {
  const slacks = [...text.matchAll(/^\s*slack \((?:MET|VIOLATED)[^)]*\)\s+(-?[\d.]+)/gm)].map(([, ns]) => Number(ns));
  if (slacks.length === 0) throw incomplete('report_timing of Design Compiler', { slack: undefined });
  const slackNs = Math.min(...slacks);
  return { slackNs, met: slackNs >= 0 };
}

/** `report_area`. Throws H2510 where it is another file. */
export function compilerArea(text: string): { readonly cellArea: number } {
  const area = /^Total cell area:\s+([\d.]+)/m.exec(text)?.[1];
  if (area === undefined) throw incomplete('report_area of Design Compiler', { area });
  return { cellArea: Number(area) };
}
