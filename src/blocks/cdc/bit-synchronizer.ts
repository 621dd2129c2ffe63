import { bool, defineModule, input, natParam, output, vec } from '../../hdl/index.js';

/** A bit of another clock, or of none, brought to `aclk` through STAGES flops. */
export const BitSynchronizer = defineModule({
  name: 'bit_synchronizer',
  doc: `brings one bit into the domain of aclk

d may change at any time; q follows it STAGES edges of aclk later, or one more where d changed close to an edge. A change
of d that does not last over an edge of aclk may be lost. Several bits that belong together need another way: bits of a
number sent through several of these arrive in different cycles.`,
  params: { STAGES: natParam({ default: 2, min: 2, max: 8, doc: 'flops; more make metastability rarer' }) },
  ports: () => ({ d: input(bool(), 'of any clock').in('async'), q: output(bool()) }),
  body(b, { d, q }, { STAGES }) {
    const r = b.regs({ stage: vec(STAGES, bool()).reset(0).synchronizer() });
    const sampled = b.crossing('sampled', d, 'main', 'read by the first flop of the chain only');
    b.next(r.stage.at(0), sampled);
    b.genFor('chain', STAGES.minus(1), (i) => b.next(r.stage.at(i.plus(1)), r.stage.at(i)));
    b.assign(q, r.stage.at(STAGES.minus(1)));
  },
});
