/** Tables of the layers of networks (`networks.json`): shapes only, without weights and edges. */
import { HeddleError, type Diagnostic } from '../../base/diagnostics.js';
import { engineDiagnostic, engineError } from '../errors.js';

/** A row of a table. */
export interface TableRow {
  readonly name: string;
  readonly type: 'conv' | 'dw' | 'fc';
  readonly H: number;
  readonly W: number;
  readonly Ci: number;
  readonly Co: number;
  readonly KH: number;
  readonly KW: number;
  /** Stride of both axes. */
  readonly S: number;
  readonly groups: number;
  readonly padT: number;
  readonly padL: number;
  readonly Ho: number;
  readonly Wo: number;
  /** Multiply-accumulates without those that meet padding. */
  readonly valid_macs: number;
  /** 1: an addition follows. */
  readonly residual: number;
  /** 2: a pool of stride 2 follows. */
  readonly fused_pool: number;
}

export type NetworkTable = ReadonlyMap<string, readonly TableRow[]>;

const positive = ['H', 'W', 'Ci', 'Co', 'KH', 'KW', 'S', 'groups', 'Ho', 'Wo'] as const;
const others = ['padT', 'padL', 'valid_macs', 'residual', 'fused_pool'] as const;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** True where a JSON value is meant to be a table: `{ "networks": { NAME: [rows] } }`. */
export function isNetworkTable(json: unknown): json is { readonly networks: Readonly<Record<string, unknown>> } {
  return isObject(json) && isObject(json['networks']);
}

/** Checks a table. Throws H2211, all problems at once. */
export function networkTable(json: unknown, file: string): NetworkTable {
  if (!isNetworkTable(json)) throw engineError('H2211', file, 'no object "networks" with a list of layers per network');
  const problems: Diagnostic[] = [];
  const table = new Map<string, TableRow[]>();
  for (const [network, rows] of Object.entries(json.networks)) {
    if (!Array.isArray(rows)) problems.push(engineDiagnostic('H2211', network, 'is not a list of layers'));
    else
      table.set(
        network,
        rows.map((row, index) => checkedRow(row, `${network}[${index}]`, problems)),
      );
  }
  if (problems.length > 0) throw new HeddleError(problems);
  return table;
}

function checkedRow(value: unknown, where: string, problems: Diagnostic[]): TableRow {
  const row: Readonly<Record<string, unknown>> = isObject(value) ? value : {};
  const place = typeof row['name'] === 'string' ? `${where} ${row['name']}` : where;
  const bad = (what: string): void => void problems.push(engineDiagnostic('H2211', place, what));
  if (typeof row['name'] !== 'string') bad('has no name');
  if (!['conv', 'dw', 'fc'].includes(String(row['type']))) bad(`type ${String(row['type'])} is not conv, dw or fc`);
  const whole = (name: string, least: number): number => {
    const number = row[name];
    if (typeof number === 'number' && Number.isInteger(number) && number >= least) return number;
    bad(`${name} is not a whole number from ${least} on`);
    return least;
  };
  const sizes = Object.fromEntries([
    ...positive.map((name) => [name, whole(name, 1)]),
    ...others.map((name) => [name, name in row ? whole(name, 0) : 0]),
  ]) as Omit<TableRow, 'name' | 'type'>;
  if (sizes.Ci % sizes.groups !== 0 || sizes.Co % sizes.groups !== 0) bad('groups do not divide Ci and Co');
  return { name: String(row['name']), type: row['type'] as TableRow['type'], ...sizes };
}
