/** `profile --search`: from a table of layers and a budget to the shapes that suit its networks best. */
import { engineParameters, type EngineOptions } from '../engine/config.js';
import { engineError } from '../engine/errors.js';
import { parseBudget, type ShapeBudget } from '../engine/search/budget.js';
import { areaFigures } from '../engine/search/engine-cost.js';
import { searchShape, type SearchResult, type SearchSubject } from '../engine/search/search-shape.js';
import { tableLayer } from '../engine/table/table-layers.js';
import { tableNetwork } from '../engine/table/table-network.js';
import { networkNames, networkRows, type ProfileOptions } from './profile.js';

export interface SearchOptions {
  readonly file: string;
  /** Networks of the file, separated by commas; all of them where it is left out. */
  readonly name?: string | undefined;
  readonly layers: ProfileOptions['layers'];
  /** Limits, `pes=672,kib=384`. */
  readonly search: string;
  /** Parameters that are given, `D=4,WP=256`. */
  readonly engine?: string | undefined;
  readonly clock?: number | undefined;
  readonly portBits?: readonly number[] | undefined;
  readonly finalists?: number | undefined;
  readonly seed: bigint;
  readonly progress?: (detail: string) => void;
}

export interface FoundShapes extends SearchResult {
  readonly networks: readonly string[];
  readonly layers: ProfileOptions['layers'];
  readonly budget: ShapeBudget;
  readonly clockMHz: number;
}

/** Parameters of an engine, not necessarily all that it needs. Throws H2201. */
export function fixedParameters(text: string): Partial<EngineOptions> {
  const entries = text.split(',').map((item): [string, number] => {
    const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(\d+)\s*$/.exec(item) ?? [];
    if (!Object.hasOwn(engineParameters, name))
      throw engineError('H2201', 'engine', `"${item}" is not NAME=NUMBER`, 'for example D=4,WP=256');
    return [name, Number(value)];
  });
  return Object.fromEntries(entries);
}

/** Throws H2211 for the file, H2213 for the budget, H2201 for given parameters. */
export function searchFile(options: SearchOptions): FoundShapes {
  const { file, name, layers, engine, clock = 100, portBits, seed, finalists, progress } = options;
  const [WP = 128, XP = WP, YP = XP] = portBits ?? [];
  const ports = portBits === undefined ? {} : { WP, XP, YP };
  const fixed = { ...(engine === undefined ? {} : fixedParameters(engine)), ...ports, frequencyMHz: clock };
  const budget = parseBudget(options.search);
  const networks = name?.split(',') ?? networkNames(file);
  const subjects = networks.map((network): SearchSubject => {
    const [, rows] = networkRows(file, network, layers);
    if (!layers.endsWith('net')) return { name: network, layers: rows.map((row) => tableLayer(row, seed)) };
    return { name: network, network: tableNetwork(network, rows, { seed, residuals: (fixed.ADD ?? 1) === 1 }) };
  });
  const found = searchShape({
    ...{ subjects, budget, fixed },
    ...(finalists === undefined ? {} : { finalists }),
    ...(progress === undefined ? {} : { progress }),
  });
  return { ...found, networks, layers, budget, clockMHz: clock };
}

/** Best shape first. */
export function searchJson({ networks, layers, budget, clockMHz, judged, nextBound, found }: FoundShapes): unknown {
  const fps = (cycles: number): number => (clockMHz * 1e6) / cycles;
  return {
    ...{ networks, layers, budget, clock_mhz: clockMHz, area_figures: areaFigures, judged },
    cycles_bound_of_the_others: nextBound ?? null,
    shapes: found.map(({ engine, cost, formula, cycles, modelled }) => ({
      ...{ engine: engine.toString(), cost, mean_cycles: modelled },
      networks: networks.map((name, k) => ({
        ...{ name, cycles: cycles[k], cycles_formula: formula[k], fps: fps(cycles[k] ?? NaN) },
      })),
    })),
  };
}
