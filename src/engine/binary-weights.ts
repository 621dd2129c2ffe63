/** Weights of one bit (WB = 1): a 0 is +1, a 1 is -1, and there is no weight 0. */
import type { Diagnostic } from '../base/diagnostics.js';
import type { Engine } from './config.js';
import { engineDiagnostic } from './errors.js';
import type { EngineLayer } from './layer.js';
import type { PassPlan } from './passes.js';

/** The bit of a weight; where the image has 0 nobody looks, or lanes are 0. */
export const signBit = (weight: number): number => (weight < 0 ? 1 : 0);

/** The weight of a bit as a signed number of one bit, 0 or -1. */
export const binaryWeight = (bit: number): number => (bit === 0 ? 1 : -1);

/** Why a layer cannot have weights of one bit: whatever would need a weight of 0. */
export function binaryProblems(
  { G }: Engine,
  { name, op, weights, groups, input }: EngineLayer,
  passes: readonly PassPlan[],
): Diagnostic[] {
  if (weights === undefined) return [];
  const problems: string[] = [];
  if (weights.some((weight) => Math.abs(weight) !== 1)) problems.push('binary weights are +1 and -1');
  if (passes.some((pass) => pass.weights.columns.includes(null)))
    problems.push('its taps leave gaps (padding, stride or dilation), which would need weights of 0');
  if (op === 'dense' && passes.some((pass) => pass.weights.inputs > input.channels / groups))
    problems.push('its groups of channels share passes, which would need weights of 0 between them');
  const headers = passes.map(({ header }) => header);
  const idle = headers.some(({ Cc, Clast, pad }) => pad !== 0 && (Cc % G !== 0 || Clast !== Cc));
  if (op === 'dense' && idle)
    problems.push(`its channels do not fill the ${G} slices, and slices without a channel would add padding`);
  return problems.map((what) => engineDiagnostic('H2206', name, what));
}
