import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { RegisterSlice } from '../../../src/blocks/stream/index.js';
import { violatedRules, watchStreams } from '../../../src/cosim/protocol/index.js';
import { bool, buildDesign, bundle, defineModule, sink, sint, source, vec } from '../../../src/hdl/index.js';
import { createInterpreter, createSimulation } from '../../../src/simulator/index.js';

/** Passes a beat on, and forgets its payload while it waits. */
const Forgetful = defineModule({
  name: 'forgetful',
  doc: 'loses the payload of a beat that has to wait',
  params: {},
  ports: () => ({
    s_axis: sink(bundle({ lanes: vec(3, sint(5)), tlast: bool() })),
    m_axis: source(bundle({ lanes: vec(3, sint(5)), tlast: bool() })),
  }),
  body(b, { s_axis: s, m_axis: m }) {
    const r = b.regs({ full: bool().reset(0), lanes: vec(3, sint(5)), last: bool(), waited: bool().reset(0) });
    b.assign(s.ready, r.full.not());
    b.assign(m.valid, r.full);
    b.assign(m.data.lanes, r.waited.mux(s.data.lanes, r.lanes));
    b.assign(m.data.tlast, r.last);
    b.next(r.waited, r.full.and(m.ready.not()));
    b.when(s.fire, () => {
      b.next(r.full, 1);
      b.next(r.lanes, s.data.lanes);
      b.next(r.last, s.data.tlast);
    }).elseWhen(m.fire, () => b.next(r.full, 0));
  },
});

describe.each([
  ['interpreter', createInterpreter],
  ['WebAssembly', createSimulation],
] as const)('a watched design in the %s', (_name, create) => {
  it('shows legal streams as legal', () => {
    const sim = create(watchStreams(buildDesign(RegisterSlice), { params: { W: 40 }, maxWait: 200 }));
    const random = randomStream(3n, 'watch');
    let [offered, data] = [0, 0n];
    for (let cycle = 0; cycle < 300; cycle++) {
      sim.poke('aresetn', cycle < 2 || cycle === 100 ? 0 : 1);
      if (cycle < 3 || cycle === 100 || cycle === 101) offered = 0;
      else if (offered === 0 && random.nextInt(2) === 1) [offered, data] = [1, random.nextBigInt(40)];
      sim.poke('s_axis_tvalid', offered);
      sim.poke('s_axis_tdata', data);
      sim.poke('m_axis_tready', random.nextInt(2));
      sim.settle();
      if (sim.peek('s_axis_tready') === 1n) offered = 0;
      sim.tick();
    }
    sim.settle();
    expect(violatedRules(sim.peek('s_axis_violations'))).toEqual([]);
    expect(violatedRules(sim.peek('m_axis_violations'))).toEqual([]);
  });
  it('blames the stream that breaks a rule, whatever its payload is called', () => {
    const sim = create(watchStreams(buildDesign(Forgetful)));
    for (let cycle = 0; cycle < 9; cycle++) {
      sim.poke('aresetn', cycle < 2 ? 0 : 1);
      sim.poke('s_axis_tvalid', cycle === 3 ? 1 : 0);
      sim.poke('s_axis_lanes', cycle);
      sim.poke('m_axis_tready', 0);
      sim.tick();
    }
    sim.poke('monitor_eos', 1);
    sim.tick();
    sim.settle();
    expect(violatedRules(sim.peek('s_axis_violations'))).toEqual(['AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS']);
    expect(violatedRules(sim.peek('m_axis_violations'))).toEqual([
      'AXI4STREAM_ERRM_TUSER_STABLE',
      'AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS',
    ]);
    expect(sim.peek('m_axis_first_cycle')).toBe(5n);
  });
});
