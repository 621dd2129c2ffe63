/** `profile`: from a file and an engine's spelling to the table of a network. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { randomStream } from '../base/random.js';
import { requireTool } from '../base/tools.js';
import { drivenCore, type DrivenCore } from '../engine/driven-core.js';
import { lowerStages } from '../engine/plan/lower-stages.js';
import { Engine } from '../engine/config.js';
import { engineError } from '../engine/errors.js';
import { type Profile, profile, type ProfileVia } from '../engine/profile/profile.js';
import { isNetworkTable, networkTable, type TableRow } from '../engine/table/network-table.js';
import { tableLayer } from '../engine/table/table-layers.js';
import { tableNetwork } from '../engine/table/table-network.js';
import { profileNetwork } from '../engine/profile/network.js';
import type { Simulation } from '../simulator/index.js';
import { emitDesign } from '../verilog/index.js';
import { clockGateFile } from '../blocks/clock/index.js';
import { coreDesign } from './engine/engine-subject.js';
import { loadModel, randomCodes } from './load-model.js';
import { textParticipants } from './participants.js';

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
  /** Numerics of a Keras model. */
  readonly numerics?: string | undefined;
  /** The circuit in the form that `via` names, where that is not the built-in simulator. */
  readonly core?: DrivenCore | undefined;
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

/** What rows and networks are run with. */
function commonOf({ engine, seed, core, dramGbs, progress }: ProfileOptions) {
  return {
    ...{ engine, seed, core },
    ...(dramGbs === undefined ? {} : { bytesPerCycle: (dramGbs * 1e3) / engine.frequencyMHz }),
    ...(progress === undefined ? {} : { progress }),
  };
}

/** Profiles a network of a table of layers. */
export function profileFile(options: ProfileOptions): Profile {
  const { file, name, engine, via, seed } = options;
  const [network, rows] = networkRows(file, name, options.layers);
  if (options.layers.endsWith('net')) {
    const connected = tableNetwork(network, rows, { seed, residuals: engine.ADD === 1 });
    return profileNetwork({ ...commonOf(options), network: connected, via: cyclesOf(network, via) });
  }
  return profile({ ...commonOf(options), network, via, layers: rows.map((row) => tableLayer(row, seed)) });
}

/** Profiles a connected network: the plan decides what stays on the chip. */
function cyclesOf(network: string, via: ProfileVia): Exclude<ProfileVia, 'formula'> {
  if (via === 'formula') throw engineError('H2211', network, 'a connected network has no formula', '--via model');
  return via;
}

/** True for a table of layers, false for a model file. */
export function isTable(file: string): boolean {
  return extname(file) === '.json' && isNetworkTable(readJson(file));
}

/**
 * Profiles what the file is: a network of a table, or a model on a random input (its weights, its activations). `via` verilator
 * runs the emitted text.
 */
export async function profileAny(options: ProfileOptions): Promise<Profile> {
  const { file, engine, via, seed, numerics } = options;
  const core = via === 'verilator' ? drivenCore(await verilated(options)) : undefined;
  if (isTable(file)) return profileFile({ ...options, core });
  const { loaded, name } = await loadModel({ model: file, numerics });
  const stages = { ...loaded.stageNetwork, name };
  const network = lowerStages(engine, stages);
  const image = randomCodes(stages.input, 1, randomStream(seed, 'samples'));
  return profileNetwork({ ...commonOf(options), network, via: cyclesOf(name, via), core, image });
}

/** The emitted text of the core in Verilator. */
async function verilated({ engine, progress }: ProfileOptions): Promise<Simulation> {
  requireTool('verilator');
  requireTool('compiler');
  progress?.('the text is built by Verilator');
  const design = coreDesign(engine);
  const text = [...emitDesign(design), ...(engine.GATE > 0 ? [clockGateFile()] : [])];
  const [participant] = await textParticipants(design, design.top, text);
  if (participant === undefined) throw new Error('no Verilator model');
  return participant.create();
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
    ...{ simulation_seconds: all.simulationSeconds },
    layers: layers.map((row) => ({
      ...{ name: row.name, mop: row.mop, mem_mb: row.memMb, ms: row.ms, gops: row.gops },
      ...{ utilization: row.utilization, mbs: row.mbs, bound: row.bound },
      ...{ cycles_predicted: row.cyclesPredicted, cycles_simulated: row.cyclesSimulated, mismatches: row.mismatches },
      ...{ steps: row.steps, stalls: row.stalls, note: row.note },
    })),
  };
}
