import { bool, defineModule, input, natParam, output, sink, uint, vec } from '../../hdl/index.js';

/**
 * Gives every beat to N consumers, each at its own pace. Nothing is cut and nothing is delayed: valid and data pass through,
 * ready returns when the last consumer takes its beat. Place register slices where paths need cutting.
 */
export const Broadcast = defineModule({
  name: 'broadcast',
  doc: `gives every beat to N consumers, each of which takes it when it is ready

A consumer that is ready early gets the beat early; the beat leaves the input when all have it.
Cuts nothing: tvalid and tdata pass through, s_axis_tready follows every m_axis_tready combinationally.
No m_axis_tvalid depends on an m_axis_tready. Latency 0, full throughput, holds no data.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'payload width in bits, >= 1' }),
    N: natParam({ default: 2, min: 1, doc: 'consumers, >= 1; consumer i has bit i and the i-th W bits' }),
  },
  ports: ({ W, N }) => ({
    s_axis: sink(uint(W)),
    m_axis_tvalid: output(vec(N, bool())),
    m_axis_tready: input(vec(N, bool())),
    m_axis_tdata: output(vec(N, uint(W))),
  }),
  body(b, io, { N }) {
    const { s_axis: s } = io;
    const r = b.regs({ served: vec(N, bool()).reset(0).doc('consumers that have this beat already') });
    const done = b.wire('done', vec(N, bool()).doc('consumers that have it after this cycle'));
    b.assign(s.ready, done.all());
    b.genFor('consumer', N, (i) => {
      const valid = s.valid.and(r.served.at(i).not());
      b.assign(io.m_axis_tvalid.at(i), valid);
      b.assign(io.m_axis_tdata.at(i), s.data);
      b.assign(done.at(i), r.served.at(i).or(io.m_axis_tready.at(i)));
      b.when(s.valid, () => b.next(r.served.at(i), done.at(i).and(s.ready.not())));
    });
  },
});
