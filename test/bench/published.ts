/**
 * Networks of MLPerf Tiny on a PYNQ-Z2 beside what their submissions published: `npm run -s bench:published`.
 *
 * Ours are the cycles that the prediction gives (equal to the simulated circuit, cycle by cycle) and estimated cells at an assumed
 * clock of 100 MHz; theirs are measured on the board, host and DMA included. Interval stands beside interval, latency beside latency.
 */
import { bramTiles } from '../../src/blocks/resources/index.js';
import { planFor, type PlanRequest } from '../../src/build/plan-goal.js';
import { chainResources } from '../../src/dataflow/resources/chain.js';
import { predictTiming } from '../../src/dataflow/timing.js';
import { loadNetwork } from '../../src/import/index.js';
import { grouped, interval, table } from '../../src/report/lines.js';
import { haveModels, model } from '../network/shared.js';

interface Entry {
  readonly name: string;
  readonly file: string;
  readonly numerics?: string;
  readonly goal: Pick<PlanRequest, 'maxLatency' | 'targetFps' | 'portBits'>;
  /** Cycles at 100 MHz; what was not published is absent. */
  readonly published: { readonly from: string; readonly interval?: number; readonly latency?: number };
}

const clockMhz = 100;
const portBits = 64;
const entries: readonly Entry[] = [
  {
    ...{ name: 'AD03', file: model('ad03', 'model_ToyCar.h5'), numerics: model('ad03', 'hls4ml.yml') },
    goal: { portBits, maxLatency: 3.6 },
    // 96.49 us a sample, one at a time.
    published: { from: 'MLPerf Tiny v0.5, hls4ml', latency: 9649 },
  },
  {
    ...{ name: 'RN06', file: model('rn06', 'model_best.h5'), numerics: model('rn06', 'hls4ml.yml') },
    goal: { portBits },
    // 7.897 ms a sample, one at a time.
    published: { from: 'MLPerf Tiny v0.5, hls4ml', latency: 789_700 },
  },
  {
    ...{ name: 'CNV-W1A1', file: model('cnv_w1a1', 'cnv_w1a1.onnx') },
    goal: { portBits },
    // 1.512 ms one at a time; the interval is that of the folding of the same submission.
    published: { from: 'MLPerf Tiny v0.7, FINN', interval: 32_768, latency: 151_200 },
  },
];

if (!haveModels) console.log('skipped: ../shared/models is not there');
else {
  const rows: string[][] = [];
  for (const { name, file, numerics, goal, published } of entries) {
    const { stageNetwork } = await loadNetwork(file, numerics === undefined ? {} : { numerics });
    const plan = planFor(stageNetwork, { clockMhz, board: 'pynq-z2', ...goal });
    const { cycles } = predictTiming(plan.chain, 4);
    const { total } = chainResources(plan.chain);
    const cells = [total.lut, total.ff, total.dsp].map((count) => grouped(count));
    const theirs = (value: number | undefined): string => (value === undefined ? '-' : grouped(value));
    rows.push([
      name,
      interval(cycles.steady_interval ?? cycles.total + 1),
      theirs(published.interval),
      grouped(cycles.first_sample + 1),
      theirs(published.latency),
      ...cells,
      `${bramTiles(total)}`,
      published.from,
    ]);
  }
  const header = ['network', '>interval', '>published', '>latency', '>published', '>LUT', '>FF', '>DSP', '>BRAM36'];
  console.log(table([...header, 'published by'], rows));
  console.log(
    'cycles at 100 MHz; cells of ours are estimates (check:estimates), those of the submissions were not published',
  );
}
