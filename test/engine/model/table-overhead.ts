/** Layers of the tables on their own, for the constants beside the formula of the compute part. */
import { Engine } from '../../../src/engine/config.js';
import { type Overhead, overheadOf } from '../../../src/engine/model/compute-part.js';
import { planRow } from '../../../src/engine/plan/plan-row.js';
import type { TableRow } from '../../../src/engine/table/network-table.js';
import { tableLayer } from '../../../src/engine/table/table-layers.js';

/** The constants of the layer's first pass on an engine whose memories and ports are large; undefined where weights do not fit. */
export function tableOverhead(engine: Engine, row: TableRow): (Overhead & { readonly name: string }) | undefined {
  const large = { XD: 65536, WD: 65536, PD: 65536, XP: 256, WP: 256, YP: 256 };
  const wide = new Engine({ ...engine.parameters, ...large });
  const plan = planRow(wide, tableLayer(row, 1n));
  const [pass] = plan.passes;
  if (pass === undefined || pass.header.wWords * pass.header.CHN * pass.header.OTN > wide.WD) return undefined;
  const descriptors = plan.inputs.map(({ descriptor }) => descriptor);
  return { name: row.name, ...overheadOf(wide, pass.header, descriptors) };
}
