/** Parameters of what reads headers: the engine, its weight port and its sequencer have them in common. */
import { natParam } from '../../hdl/index.js';

export const programParams = {
  TMAX: natParam({ default: 32, min: 1, max: 32, doc: 'entries of a tap program' }),
  KMAX: natParam({ default: 16, min: 1, max: 32, doc: 'kernel rows' }),
  HQ: natParam({
    default: 1,
    min: 1,
    max: 63,
    doc: 'headers ahead of the pass that runs; one less than a power of two',
  }),
  PQ: natParam({ default: 2, min: 2, max: 256, doc: 'weight tiles whose parameters are held; a power of two' }),
};
