/** A profile as a table on a terminal: the columns of the DPU's profiler, and what bounds each layer. */
import type { Profile, ProfiledLayer } from '../engine/profile/profile.js';
import { reachedClock } from '../engine/reached-clock.js';
import { grouped, table } from './lines.js';

const fixed = (digits: number) => (value: number) => value.toFixed(digits);
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** What the layer waited for, in per cent of its cycles: only what is noticeable. */
function waits({ stalls, steps }: ProfiledLayer): string {
  const causes: [string, number][] = Object.entries({ ...stalls });
  const total = causes.reduce((sum, [, cycles]) => sum + cycles, steps);
  return causes
    .filter(([, cycles]) => cycles >= total / 200)
    .map(([cause, cycles]) => `${cause} ${percent(cycles / total)}`)
    .join(', ');
}

/** The same at the clock that synthesis reached, where `bench:area` has run. */
function atReachedClock({ cycles }: Profile): string[] {
  const reached = reachedClock();
  if (reached === undefined)
    return ['the clock that synthesis reaches is not known here: npm run -s bench:area -- engine'];
  const { clockMHz, flow, engine } = reached;
  const fps = ((clockMHz * 1e6) / cycles).toFixed(2);
  return [`at the clock that the area flow reaches, ${clockMHz.toFixed(0)} MHz (${flow}, on ${engine}): ${fps} fps`];
}

/** How long the simulation took for its cycles. */
function simulationSpeed({ simulationSeconds, cycles }: Profile): string[] {
  if (simulationSeconds === null) return [];
  const speed = cycles / simulationSeconds / 1e6;
  return [
    `cycles took ${simulationSeconds.toFixed(1)} s to simulate, ports included: ${speed.toFixed(2)} Mcycles a second`,
  ];
}

export function profileText(profile: Profile): string {
  const { network, engine, layers, via, cycles, fps, latencyMs, dramBytes, utilization, mismatches } = profile;
  const header = [
    '>ID',
    'NodeName',
    '>Workload(MOP)',
    '>Mem(MB)',
    '>RunTime(ms)',
    '>Perf(GOPS)',
    '>Utilization',
    '>MB/S',
  ];
  const rows = layers.map((row, index) => [
    ...[String(index + 1), row.name, fixed(3)(row.mop), fixed(3)(row.memMb), fixed(4)(row.ms), fixed(1)(row.gops)],
    ...[percent(row.utilization), fixed(0)(row.mbs), row.bound, waits(row)],
  ]);
  const sum = (of: (row: ProfiledLayer) => number): number => layers.reduce((total, row) => total + of(row), 0);
  const mop = sum(({ mop }) => mop);
  const totals = [
    ...['', 'total', fixed(3)(mop), fixed(3)(dramBytes / 1e6), fixed(4)(latencyMs), fixed(1)(mop / latencyMs)],
    ...[percent(utilization), fixed(0)((dramBytes / latencyMs) * 1e-3), '', ''],
  ];
  const { total, xram, weights, psums } = engine.memories;
  const kib = (bytes: number): string => (bytes / 1024).toFixed(0);
  const how = { formula: 'by formula', model: 'by the cycle model', simulator: 'simulated', verilator: 'in Verilator' }[
    via
  ];
  return [
    `${network} on ${engine.toString()}: ${engine.processingElements} PEs, ${kib(total)} KiB on the chip (X-RAM ${kib(xram)}, weights ${kib(weights)}, sums ${kib(psums)})`,
    table([...header, 'bound by', 'waits for'], [...rows, totals]),
    'Utilization counts valid MACs: those that meet padding do no work.',
    `${network}: ${grouped(cycles)} cycles ${how}, ${fps.toFixed(2)} fps at ${engine.frequencyMHz} MHz, ${(dramBytes / 1e6).toFixed(2)} MB a frame on the ports` +
      (mismatches === null ? '' : `, ${mismatches} mismatches`),
    ...simulationSpeed(profile),
    ...atReachedClock(profile),
  ].join('\n');
}
