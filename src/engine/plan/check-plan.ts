/** What a person can break by editing a plan: places that overlap while their tensors are alive, or that lie outside of the banks. */
import { HeddleError, type Diagnostic } from '../../base/diagnostics.js';
import type { Engine } from '../config.js';
import { engineDiagnostic } from '../errors.js';
import type { EnginePlan, PlannedPlace } from './engine-plan.js';
import { overlap, rectangleOf } from './rectangle.js';

/** A place from the group that fills it to the last one that uses it. */
interface Stay {
  readonly place: PlannedPlace;
  readonly first: number;
  last: number;
}

/** Throws H2209, all problems at once. */
export function checkPlan(engine: Engine, plan: EnginePlan): void {
  const problems: Diagnostic[] = [];
  const bad = (name: string, what: string): void => {
    problems.push(engineDiagnostic('H2209', name, what));
  };
  const stays: Stay[] = [];
  plan.groups.forEach(({ places }, index) => {
    for (const place of places) {
      if (place.from !== 'before') {
        stays.push({ place, first: index, last: index });
        continue;
      }
      const stay = [...stays].reverse().find(({ place: { tensor } }) => tensor === place.tensor);
      if (stay === undefined) bad(place.tensor, `group ${index} reads it from the X-RAM, where nothing has put it`);
      else if (stay.place.base !== place.base || stay.place.group0 !== place.group0)
        bad(place.tensor, `lies at ${spot(stay.place)} in group ${stay.first} and at ${spot(place)} in group ${index}`);
      else stay.last = index;
    }
  });
  for (const [index, a] of stays.entries()) {
    const { base, words } = rectangleOf(engine, a.place);
    if (base + words > engine.XD)
      bad(a.place.tensor, `words ${base}..${base + words - 1} of a bank, there are ${engine.XD} (XD)`);
    for (const b of stays.slice(index + 1)) {
      const together = a.first <= b.last && b.first <= a.last;
      if (together && overlap(rectangleOf(engine, a.place), rectangleOf(engine, b.place)))
        bad(a.place.tensor, `overlaps ${b.place.tensor} in group ${Math.max(a.first, b.first)}`);
    }
  }
  if (problems.length > 0) throw new HeddleError(problems);
}

const spot = ({ base, group0 }: PlannedPlace): string => `word ${base}, bank group ${group0}`;
