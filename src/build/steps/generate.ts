/** Step 4: the circuit of the chain and its text. */
import { type Hardware, makeHardware } from '../hardware.js';
import type { Planned } from './plan.js';

export type Generated = Hardware;

export const generateStep = ({ chain }: Planned): Generated => makeHardware(chain);

export function describeGenerate({ sources }: Generated): string {
  const lines = sources.reduce((sum, { text }) => sum + text.trimEnd().split('\n').length, 0);
  return `${sources.length} modules, ${lines.toLocaleString('en-US')} lines of SystemVerilog`;
}
