/** Reports of Genus 18 to 23. Areas are in um2, times in ps in the reports and in ns here, power in W. */
import { reportNumber } from './table.js';
import { incomplete } from './vivado.js';

export interface GenusArea {
  readonly cells: number;
  readonly cellArea: number;
  readonly netArea: number;
  readonly totalArea: number;
  /** Corner of the libraries, as the head of the report names it. */
  readonly corner?: string;
  /** Areas of the instances below the top, by path of instance names. */
  readonly instances: Readonly<Record<string, { readonly cells: number; readonly cellArea: number }>>;
}

/** `report_area`: the top stands first without a module, children are indented by two blanks a level. */
export function genusArea(text: string): GenusArea {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /^\s*Instance\s+Module\s/.test(line));
  const instances: Record<string, { cells: number; cellArea: number }> = {};
  const path: string[] = [];
  let top: readonly number[] | undefined;
  for (const line of at < 0 ? [] : lines.slice(at + 2)) {
    const match = /^(\s*)(\S+)(?:\s+(\S*[A-Za-z_]\S*))?\s+(\d+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)/.exec(line);
    if (match === null) break;
    const numbers = match.slice(4, 8).map(Number);
    if (top === undefined) {
      top = numbers;
      continue;
    }
    const depth = Math.max(0, Math.floor((match[1] ?? '').length / 2) - 1);
    path.splice(depth, path.length, match[2] ?? '');
    instances[path.join('/')] = { cells: numbers[0] ?? 0, cellArea: numbers[1] ?? 0 };
  }
  const [cells, cellArea, netArea, totalArea] = top ?? [];
  if (cells === undefined || cellArea === undefined || netArea === undefined || totalArea === undefined) {
    throw incomplete('report_area of Genus', { cells, cellArea, netArea, totalArea });
  }
  const corner = headLine(text, 'Operating conditions');
  return { cells, cellArea, netArea, totalArea, ...(corner === undefined ? {} : { corner }), instances };
}

export interface GenusPath {
  readonly slackNs: number;
  readonly met: boolean;
  /** What is checked: setup, hold, recovery and so on. */
  readonly check: string;
  readonly endpoint: string;
}

/** `Path 1: MET (27 ps) Setup Check with Pin a/b/CK->D`, `... Late External Delay Assertion at pin c` */
const pathLine =
  /^Path \d+:\s+(MET|VIOLATED)\s+\((-?\d+) ps\)\s+(.+?) (?:Check|Assertion)(?: with Pin (\S+)| at pin (\S+))?/gm;

/** `report_timing`: paths in the order of the report, the worst first. Throws H2510 where there is none. */
export function genusTiming(text: string): readonly GenusPath[] {
  const paths = [...text.matchAll(pathLine)];
  if (paths.length === 0) throw incomplete('report_timing of Genus', { path: undefined });
  return paths.map(([, state, ps, check = '', pin, port]) => ({
    ...{ slackNs: Number(ps) / 1000, met: state === 'MET', check: check.toLowerCase() },
    endpoint: (pin ?? port ?? '').replace(/->.*$/, ''),
  }));
}

export interface GenusPower {
  readonly totalW: number;
  readonly leakageW: number;
  readonly internalW: number;
  readonly switchingW: number;
  /** Whether memories have a share; libraries without power tables give them none. */
  readonly memoryW: number;
}

/** `report_power`: the table by category, in whatever unit its head names. Throws H2510 where it is another file. */
export function genusPower(text: string): GenusPower {
  const unit = { W: 1, mW: 1e-3, uW: 1e-6, nW: 1e-9 }[/Power Unit:\s*(\S+)/.exec(text)?.[1] ?? 'W'] ?? 1;
  const row = (name: string): readonly (number | undefined)[] =>
    (new RegExp(`^\\s*${name}\\s+(.*)$`, 'm').exec(text)?.[1] ?? '').split(/\s+/).map(reportNumber);
  const subtotal = row('Subtotal');
  const [leakage, internal, switching, total] = subtotal;
  if (leakage === undefined || internal === undefined || switching === undefined || total === undefined) {
    throw incomplete('report_power of Genus', { leakage, internal, switching, total });
  }
  return {
    ...{ totalW: total * unit, leakageW: leakage * unit, internalW: internal * unit, switchingW: switching * unit },
    memoryW: (row('memory')[3] ?? 0) * unit,
  };
}

/** A line `  Name:   value` of a report's head. */
function headLine(text: string, name: string): string | undefined {
  return new RegExp(`^\\s*${name}:\\s+(\\S.*?)\\s*$`, 'm').exec(text)?.[1];
}
