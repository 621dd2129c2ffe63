import { bool, defineModule, natParam, output, vec } from '../../hdl/index.js';

/** A reset that is asserted at once and released at an edge of `aclk`. */
export const ResetSynchronizer = defineModule({
  name: 'reset_synchronizer',
  doc: `releases an asynchronous reset at an edge of aclk

synced_resetn falls with aresetn, clock or no clock, and rises STAGES edges of aclk after aresetn rose: every register
that it resets leaves reset in the same cycle. One instance a clock.`,
  params: { STAGES: natParam({ default: 2, min: 2, max: 8, doc: 'flops; more make metastability rarer' }) },
  domains: { main: { asynchronousReset: true } },
  ports: () => ({ syncedResetn: output(bool(), 'active low').in('async') }),
  body(b, { syncedResetn }, { STAGES }) {
    const r = b.regs({ stage: vec(STAGES, bool()).reset(0).synchronizer() });
    b.next(r.stage.at(0), 1);
    b.genFor('chain', STAGES.minus(1), (i) => b.next(r.stage.at(i.plus(1)), r.stage.at(i)));
    b.assign(syncedResetn, r.stage.at(STAGES.minus(1)));
  },
});
