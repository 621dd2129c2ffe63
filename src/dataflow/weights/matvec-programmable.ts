/**
 * A matrix-vector unit whose weights are written at run time: the unit, the store that it addresses, and the wires between.
 * A frame is VECTORS vectors of every group. Latency, rate and paths are those of the unit, whatever is written.
 */
import type { Image } from '../../circuit/index.js';
import { type Builder, indexWidth, nat, type Stream, type UInt, uint } from '../../hdl/index.js';
import type { accessRequest, accessResponse } from '../../blocks/axi/access-port.js';
import type { Arithmetic } from '../stages/arithmetic.js';
import { MatvecMapped } from '../stages/matvec.js';
import { WeightStore } from './weight-store.js';

export type ProgrammableSizes = Readonly<Record<'MH' | 'MW' | 'PE' | 'SIMD' | 'X_W' | 'W_W' | 'ACC_W', number>> &
  Readonly<Partial<Record<'GROUPS' | 'P_SHIFT', number>>> & {
    /** Turns of all groups in a frame. */
    readonly VECTORS: number;
  };

export interface ProgrammablePorts {
  readonly s_axis: Stream<UInt>;
  readonly m_axis: Stream<UInt>;
  readonly s_req: Stream<ReturnType<typeof accessRequest>>;
  readonly m_rsp: Stream<ReturnType<typeof accessResponse>>;
}

/** Parameters of the store behind a unit. */
export function storeSizes({ MH, MW, PE, SIMD, W_W, GROUPS = 1, VECTORS }: ProgrammableSizes) {
  const WORDS = GROUPS * (MW / SIMD) * (MH / PE);
  return { W: PE * SIMD * W_W, WORDS, FRAME: WORDS * VECTORS } as const;
}

/** Instances `name` and `name`_store. */
export function programmableMatvec(
  b: Builder,
  name: string,
  arithmetic: Arithmetic,
  sizes: ProgrammableSizes,
  WEIGHTS: Image,
  { s_axis, m_axis, s_req, m_rsp }: ProgrammablePorts,
): void {
  const { VECTORS: _, ...unit } = sizes;
  const store = storeSizes(sizes);
  const word = b.wire(`${name}_word`, uint(store.W));
  const address = b.wire(`${name}_address`, uint(indexWidth(nat(store.WORDS))));
  const { w_en } = b.instance(name, MatvecMapped[arithmetic], unit, { s_axis, m_axis, w_data: word, w_addr: address });
  b.instance(
    `${name}_store`,
    WeightStore,
    { ...store, WEIGHTS },
    { s_req, m_rsp, rd_en: w_en, rd_addr: address, rd_data: word },
  );
}
