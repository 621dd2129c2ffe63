/** One frame of a network: what the three streams carry, in order, and where it lies in DRAM. */
import { Engine } from './config.js';
import { encodeDescriptor, type Descriptor } from './descriptor.js';
import { slabRows, type DramPiece, type DramRegion, type DramSlab } from './dram.js';
import { engineError } from './errors.js';
import type { PassPlan } from './passes.js';
import { checkPlan } from './plan/check-plan.js';
import type { EnginePlan } from './plan/engine-plan.js';
import { slabRowBytes, slabsOfPasses } from './plan/layer-traffic.js';
import type { EngineNetwork, NetworkLayer } from './plan/lower-stages.js';
import { scheduleOf } from './plan/schedule.js';
import type { StoredTensor } from './plan/scheduled.js';
import { weightBeats } from './stream-sizes.js';
import { encodeWeights } from './streams.js';

/** A packet of s_axis_w. */
export interface ProgramPass {
  readonly pass: PassPlan;
  readonly layer: NetworkLayer;
  /** Number of its group in the plan. */
  readonly group: number;
  /** Its packet in DRAM. */
  readonly weights: DramPiece;
  /** Where its packet of m_axis_y goes, one run of bytes per weight tile; empty where results stay on the chip. */
  readonly results: readonly DramPiece[];
}

/** A packet of s_axis_x: a descriptor, then rows of one slab of a tensor. */
export interface ProgramLoad {
  readonly tensor: string;
  /** Number of the group in the plan that it is for. */
  readonly group: number;
  readonly slab: number;
  readonly row0: number;
  readonly descriptor: Descriptor;
  readonly head: DramPiece;
  readonly rows: DramPiece;
  /** Packets of m_axis_y that must be in DRAM before this one may be read. */
  readonly after: number;
}

export interface EngineProgram {
  readonly engine: Engine;
  readonly plan: EnginePlan;
  readonly network: EngineNetwork;
  readonly passes: readonly ProgramPass[];
  readonly loads: readonly ProgramLoad[];
  /** The packets of s_axis_w, one behind the other. */
  readonly weights: DramPiece;
  /** Descriptors of the packets of s_axis_x, 32 bytes each. */
  readonly descriptors: DramPiece;
  /** All tensors: a memory of this size is what a run needs. */
  readonly tensors: DramPiece;
  readonly regions: ReadonlyMap<string, DramRegion>;
}

/** Regions begin at multiples of this many bytes, so that bursts do too. */
const alignment = 4096;
const descriptorBytes = 32;
const aligned = (address: number, to = alignment): number => Math.ceil(address / to) * to;

/** Throws H2209 where plan and network do not belong together, H2212 where rows that leave cannot come back. */
export function programOf(plan: EnginePlan, network: EngineNetwork): EngineProgram {
  const engine = Engine.fromJSON(plan.engine);
  checkPlan(engine, plan);
  const { passes, loads, stored } = scheduleOf(engine, plan, network);
  const weightsOf: DramPiece[] = [];
  let end = 0;
  for (const { pass } of passes) {
    const bytes = (weightBeats(engine, pass.header) * engine.WP) / 8;
    weightsOf.push({ address: end, bytes });
    end += bytes;
  }
  const weights = { address: 0, bytes: end };
  const descriptors = { address: aligned(end), bytes: loads.length * descriptorBytes };
  const regions = new Map<string, DramRegion>();
  const first = aligned(descriptors.address + descriptors.bytes);
  let next = first;
  for (const tensor of stored.values()) {
    const region = regionOf(engine, network, plan, tensor, next);
    regions.set(tensor.name, region);
    next = aligned(next + region.bytes, 64);
  }
  return {
    ...{ engine, plan, network, weights, descriptors, regions, tensors: { address: first, bytes: next - first } },
    passes: passes.map(({ pass, layer, group, result }, index): ProgramPass => ({
      ...{ pass, layer, group, weights: weightsOf[index] ?? { address: 0, bytes: 0 } },
      results: result === undefined ? [] : resultPieces(engine, regions.get(result), pass),
    })),
    loads: loads.map(({ tensor, group, slab, row0, rows, descriptor, after }, index): ProgramLoad => {
      const region = regions.get(tensor);
      const from = region?.slabs[slab];
      if (from === undefined) throw engineError('H2209', tensor, 'has no region in DRAM');
      const head = { address: descriptors.address + index * descriptorBytes, bytes: descriptorBytes };
      if (from.rowBytes % (engine.XP / 8) !== 0)
        throw engineError(
          'H2212',
          tensor,
          `a row of ${from.rowBytes} bytes leaves in beats of ${engine.YP} bits and is not whole beats of ${engine.XP} bits`,
          'give both ports the same width (XP, YP)',
        );
      return { tensor, group, slab, row0, descriptor, after, head, rows: slabRows(from, row0, rows) };
    }),
  };
}

function regionOf(
  engine: Engine,
  network: EngineNetwork,
  plan: EnginePlan,
  { name, slabs, unsigned, phases }: StoredTensor,
  address: number,
): DramRegion {
  const size = network.tensors.find((tensor) => tensor.name === name)?.size;
  if (size === undefined) throw engineError('H2209', name, 'the network has no such tensor');
  const port = name === plan.input ? engine.XP : engine.YP;
  let at = address;
  const placed = slabs.map((slab): DramSlab => {
    const rowBytes = slabRowBytes(engine, size.width, slab, port, phases);
    const here = { ...slab, address: at, rowBytes };
    at += rowBytes * size.height;
    return here;
  });
  const words = Math.ceil(Math.ceil(size.width / phases) / engine.P);
  return { tensor: name, size, address, bytes: at - address, phases, words, unsigned, slabs: placed };
}

/** Where the segments of a packet go: rows of the slabs that its weight tiles are. */
function resultPieces(engine: Engine, region: DramRegion | undefined, pass: PassPlan): DramPiece[] {
  return slabsOfPasses(engine, [pass]).map(({ channel0 }) => {
    const slab = region?.slabs.find((each) => each.channel0 === channel0);
    if (slab === undefined) throw engineError('H2209', pass.layer, `channel ${channel0} begins no slab`);
    return slabRows(slab, pass.row0, pass.header.Ho);
  });
}

/** The packet of s_axis_w of a pass. */
export function weightPacket({ engine }: EngineProgram, { layer, pass }: ProgramPass): Uint8Array {
  return encodeWeights(engine, layer.layer, pass);
}

/** The 32 bytes in front of the rows of a load. */
export function descriptorBytesOf({ descriptor, tensor }: ProgramLoad): Uint8Array {
  return new Uint8Array(encodeDescriptor(descriptor, tensor).buffer);
}

/** Bytes through the three ports in a frame. */
export function trafficOf({ passes, loads }: Pick<EngineProgram, 'passes' | 'loads'>): {
  readonly weights: number;
  readonly pixels: number;
  readonly results: number;
  readonly total: number;
} {
  const sum = (pieces: readonly DramPiece[]): number => pieces.reduce((total, { bytes }) => total + bytes, 0);
  const weights = sum(passes.map((pass) => pass.weights));
  const pixels = sum(loads.flatMap(({ head, rows }) => [head, rows]));
  const results = sum(passes.flatMap((pass) => pass.results));
  return { weights, pixels, results, total: weights + pixels + results };
}
