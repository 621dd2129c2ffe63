import { defineModule, natParam, sink, source, uint } from '../../src/hdl/index.js';
import { FrameSum } from './frame-sum.js';

export const FrameMean = defineModule({
  name: 'frame_mean',
  doc: 'mean of every 8 beats, rounded down; timing as frame_sum',
  params: { W: natParam({ default: 8, min: 1, doc: 'width of a value' }) },
  ports: ({ W }) => ({ s_axis: sink(uint(W)), m_axis: source(uint(W)) }),
  body(b, { s_axis, m_axis }, { W }) {
    const { m_axis: sums } = b.instance('sum', FrameSum, { W, FRAME: 8 }, { s_axis });
    b.assign(m_axis.valid, sums.valid);
    b.assign(m_axis.data, sums.data.bits(3, W));
    b.assign(sums.ready, m_axis.ready);
  },
});
