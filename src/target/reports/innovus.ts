/** What Innovus prints at the end of a timing analysis: worst slacks in ns, by mode. */
import { incomplete } from './vivado.js';

export interface InnovusTiming {
  readonly setupNs: number;
  /** Absent where hold was not analysed. */
  readonly holdNs?: number;
  readonly met: boolean;
}

/** The last summary of each mode in a log. Throws H2510 where there is none for setup. */
export function innovusTiming(log: string): InnovusTiming {
  const last = (mode: string): number | undefined => {
    const pattern = new RegExp(`\\|\\s*${mode} mode\\s*\\|[^]*?WNS \\(ns\\):\\s*\\|\\s*(-?[\\d.]+)`, 'g');
    const found = [...log.matchAll(pattern)].at(-1)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [setupNs, holdNs] = [last('Setup'), last('Hold')];
  if (setupNs === undefined) throw incomplete('timing summary of Innovus', { setup: undefined });
  return { setupNs, ...(holdNs === undefined ? {} : { holdNs }), met: setupNs >= 0 && (holdNs ?? 0) >= 0 };
}
