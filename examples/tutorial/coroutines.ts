import { buildDesign } from '../../src/hdl/index.js';
import { Bench, createSimulation } from '../../src/simulator/index.js';
import { FrameSum } from './frame-sum.js';

const bench = new Bench(createSimulation(buildDesign(FrameSum), { params: { W: 12, FRAME: 5 } }));
bench.process('stimulus', function* (io) {
  const [reset, valid, data, ready] = ['aresetn', 's_axis_tvalid', 's_axis_tdata', 'm_axis_tready'].map((name) =>
    io.port(name),
  );
  reset!.setNumber(0);
  yield; // one cycle in reset
  reset!.setNumber(1);
  valid!.setNumber(1);
  ready!.setNumber(1);
  for (let k = 0; k < 20; k++) {
    data!.setNumber(100 * k);
    yield; // one beat; nothing stalls here
  }
});
bench.monitor('sums', (io) => {
  if (io.port('m_axis_tvalid').getNumber() === 1) console.log(io.cycle, io.port('m_axis_tdata').getNumber());
});
bench.run(100);
bench.history?.stepBack(3);
console.log(`cycle ${bench.history?.cycle}: the sum so far is ${bench.peek('sum_q')}`);
