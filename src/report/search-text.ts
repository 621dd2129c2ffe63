/** The shapes that a search found, as a table on a terminal. */
import type { FoundShapes } from '../build/search.js';
import { areaFigures } from '../engine/search/engine-cost.js';
import { reachedClock } from '../engine/reached-clock.js';
import { grouped, table } from './lines.js';

export function searchText({ networks, budget, clockMHz, judged, nextBound, found }: FoundShapes): string {
  const header = ['shape', '>PEs', '>DSP', '>mm2', '>KiB', ...networks.map((name) => `>${name} fps`), '>mean cycles'];
  const rows = found.map(({ engine, cost, cycles, modelled }) => [
    ...[engine.toString(), grouped(cost.pes), grouped(cost.dsp), (cost.um2 / 1e6).toFixed(2), cost.kib.toFixed(0)],
    ...cycles.map((each) => ((clockMHz * 1e6) / each).toFixed(2)),
    grouped(modelled),
  ]);
  const limits = Object.entries(budget).map(([name, value]) => `${name} <= ${grouped(value)}`);
  const [best] = found;
  const behind =
    nextBound === undefined || best === undefined
      ? 'no other shape is left'
      : nextBound >= best.modelled
        ? `no other shape is better: all of them take at least ${grouped(nextBound)} cycles`
        : `the other shapes take at least ${grouped(nextBound)} cycles; --finalists runs more of them`;
  const reached = reachedClock();
  const scale = (reached?.clockMHz ?? 0) / clockMHz;
  return [
    `${grouped(judged)} shapes within ${limits.join(', ')} by formula, ${found.length} by the cycle model; fps at ${clockMHz} MHz`,
    table(header, rows),
    `DSP and mm2 count the array and the requantizer lanes (${areaFigures.source}); RAMs are in KiB`,
    behind,
    reached === undefined
      ? 'the clock that synthesis reaches is not known here: npm run -s bench:area -- engine'
      : `at the clock that the area flow reaches, ${reached.clockMHz.toFixed(0)} MHz on ${reached.engine}: fps times ${scale.toFixed(2)}`,
  ].join('\n');
}
