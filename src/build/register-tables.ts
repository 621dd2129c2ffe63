/** Register tables by name, and the one of a build. */
import { numberedError } from '../base/diagnostics.js';
import type { RegisterTable } from '../blocks/registers/index.js';
import { sampleRegisters } from '../blocks/registers/sample.js';
import { engineRegisters } from '../engine/registers.js';
import { dataflowRegisters, type DataflowSide } from '../soc/dataflow-registers.js';
import { engineMappedRegisters } from '../soc/engine-registers.js';
import { buildPlace, readReport } from './build-place.js';

const dataflow = (memory: 'stream' | 'mapped', programmable: boolean, floats = false): RegisterTable =>
  dataflowRegisters({ memory, programmable, floats });

export const registerTables: Readonly<Record<string, RegisterTable>> = {
  engine: engineRegisters,
  engine_mapped: engineMappedRegisters,
  dataflow_stream: dataflow('stream', false),
  dataflow_stream_programmable: dataflow('stream', true),
  dataflow_stream_float: dataflow('stream', true, true),
  dataflow_mapped: dataflow('mapped', false),
  dataflow_mapped_programmable: dataflow('mapped', true),
  dataflow_mapped_float: dataflow('mapped', true, true),
  sample: sampleRegisters,
};

/** The table of that name, or that of a build or of its soc/. Throws H2508. */
export function registerTable(target: string): RegisterTable {
  const named = registerTables[target];
  if (named !== undefined) return named;
  const fix = `tables: ${Object.keys(registerTables).join(' ')}`;
  const place = buildPlace(target);
  if (place === undefined)
    throw numberedError('H2508', `${target}: neither a register table nor a build directory`, { fix });
  const { backend, soc } = readReport(place.build) as { readonly backend?: string; readonly soc?: DataflowSide };
  if (backend === 'engine') return place.soc ? engineMappedRegisters : engineRegisters;
  if (soc !== undefined) return dataflowRegisters(soc);
  throw numberedError('H2508', `${target}: the top of this build has streams only, no registers`, {
    fix: `build with --memory stream or mapped; ${fix}`,
  });
}
