/** `profile`: from a file and an engine's spelling to the table of a network. */
import { readFileSync } from 'node:fs';
import { Engine } from '../engine/config.js';
import { engineError } from '../engine/errors.js';
import { type Profile, profile, type ProfileVia } from '../engine/profile/profile.js';
import { networkTable, type TableRow } from '../engine/table/network-table.js';
import { tableLayer } from '../engine/table/table-layers.js';
import { tableNetwork } from '../engine/table/table-network.js';
import { profileNetwork } from '../engine/profile/network.js';

export interface ProfileOptions {
  readonly file: string;
  /** Network of the file; may be left out where it has only one. */
  readonly name?: string | undefined;
  /** Rows of convolutions, all rows, or (`net`) the connected network with its pools and means. */
  readonly layers: 'conv' | 'all' | 'net' | 'conv-net';
  readonly engine: Engine;
  readonly via: ProfileVia;
  /** Memory bandwidth in 10^9 bytes a second, all ports together. */
  readonly dramGbs?: number | undefined;
  readonly seed: bigint;
  readonly progress?: (detail: string) => void;
}

/** Names of the networks of a table. Throws H2211. */
export function networkNames(file: string): string[] {
  return [...networkTable(readJson(file), file).keys()];
}

/** The rows of one network of a table. Throws H2211 where there is none of the name. */
export function networkRows(
  file: string,
  name: string | undefined,
  layers: ProfileOptions['layers'],
): [string, TableRow[]] {
  const table = networkTable(readJson(file), file);
  const names = [...table.keys()];
  const network = name ?? (names.length === 1 ? names[0] : undefined);
  const rows = network === undefined ? undefined : table.get(network);
  if (network === undefined || rows === undefined)
    throw engineError(
      'H2211',
      file,
      name === undefined ? 'has several networks' : `has no network ${name}`,
      `--name ${names.join(' | ')}`,
    );
  return [network, rows.filter(({ type }) => !layers.startsWith('conv') || type !== 'fc')];
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw engineError(
      'H2211',
      file,
      `cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** An engine from `P=7,G=3,M=32,D=4` or from a JSON file, with what the command line says about ports and clock. */
export function engineOf(
  text: string,
  more: { readonly clock?: number | undefined; readonly portBits?: readonly number[] | undefined },
): Engine {
  const base = text.includes('=') ? Engine.parse(text) : Engine.fromJSON(readJson(text));
  const [WP = base.WP, XP = WP, YP = XP] = more.portBits ?? [];
  const ports = more.portBits === undefined ? {} : { WP, XP, YP };
  const clock = more.clock === undefined ? {} : { frequencyMHz: more.clock };
  return new Engine({ ...base.toJSON(), ...ports, ...clock });
}

/** Profiles a network of a table of layers. */
export function profileFile(options: ProfileOptions): Profile {
  const { file, name, engine, via, dramGbs, seed, progress } = options;
  const [network, rows] = networkRows(file, name, options.layers);
  if (options.layers.endsWith('net')) {
    if (via === 'formula') throw engineError('H2211', network, 'a connected network has no formula', '--via model');
    return profileNetwork({
      ...{ network: tableNetwork(network, rows, { seed, residuals: engine.ADD === 1 }), engine, via, seed },
      ...(dramGbs === undefined ? {} : { bytesPerCycle: (dramGbs * 1e3) / engine.frequencyMHz }),
      ...(progress === undefined ? {} : { progress }),
    });
  }
  return profile({
    ...{ network, engine, via, seed },
    layers: rows.map((row) => tableLayer(row, seed)),
    ...(dramGbs === undefined ? {} : { bytesPerCycle: (dramGbs * 1e3) / engine.frequencyMHz }),
    ...(progress === undefined ? {} : { progress }),
  });
}

/** The JSON form that `cli.md` fixes, with steps and waiting behind. */
export function profileJson({ engine, layers, ...all }: Profile): unknown {
  return {
    ...{
      network: all.network,
      via: all.via,
      engine: engine.toString(),
      processing_elements: engine.processingElements,
    },
    ...{
      memory_bytes: engine.memories.total,
      clock_mhz: engine.frequencyMHz,
      port_bits: [engine.WP, engine.XP, engine.YP],
    },
    ...{ fps: all.fps, latency_ms: all.latencyMs, cycles_total: all.cycles, dram_bytes: all.dramBytes },
    ...{ mismatches: all.mismatches, utilization: all.utilization, utilization_counts: 'valid MACs' },
    layers: layers.map((row) => ({
      ...{ name: row.name, mop: row.mop, mem_mb: row.memMb, ms: row.ms, gops: row.gops },
      ...{ utilization: row.utilization, mbs: row.mbs, bound: row.bound },
      ...{ cycles_predicted: row.cyclesPredicted, cycles_simulated: row.cyclesSimulated, mismatches: row.mismatches },
      ...{ steps: row.steps, stalls: row.stalls, note: row.note },
    })),
  };
}
