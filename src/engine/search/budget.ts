/** What an engine may cost at most. */
import { HeddleError, type Diagnostic } from '../../base/diagnostics.js';
import { engineDiagnostic } from '../errors.js';
import { costNames, type CostName, type EngineCost } from './engine-cost.js';

/** Limits; one of pes, dsp and um2 at least, so that there is an end to the shapes. */
export type ShapeBudget = Readonly<Partial<EngineCost>>;

/** A budget as the command line spells it, `pes=672,kib=384`. Throws H2213, all problems at once. */
export function parseBudget(text: string): ShapeBudget {
  const problems: Diagnostic[] = [];
  const budget: Partial<Record<CostName, number>> = {};
  for (const item of text.split(',')) {
    const [, name = '', number = ''] = /^\s*(\w+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(item) ?? [];
    const known = costNames.find((each) => each === name);
    if (known === undefined || !(Number(number) > 0))
      problems.push(
        engineDiagnostic('H2213', item.trim(), 'is not a limit', `${costNames.join(', ')}: for example pes=672`),
      );
    else budget[known] = Number(number);
  }
  if (problems.length === 0 && !(['pes', 'dsp', 'um2'] as const).some((name) => name in budget))
    problems.push(engineDiagnostic('H2213', text, 'bounds no array', 'give pes, dsp or um2'));
  if (problems.length > 0) throw new HeddleError(problems);
  return budget;
}

/** True where nothing of a cost is above its limit. */
export function within(budget: ShapeBudget, cost: EngineCost): boolean {
  return costNames.every((name) => cost[name] <= (budget[name] ?? Infinity));
}
