/** Networks whose FIFOs are proved, and what a loss is called. */
import type { FifoLoss } from '../../src/dataflow/fifo-proof.js';
import { cnv, cnvFolding, planOf, type RealNetwork, resnet8 } from './real-network.js';

export const fifoCases = [
  {
    name: 'CNV at the folding of BNN-PYNQ',
    load: cnv,
    plan: (net: RealNetwork) => planOf(net, { folding: cnvFolding(net) }),
  },
  { name: 'ResNet8 at 40,000 cycles', load: resnet8, plan: (net: RealNetwork) => planOf(net, { interval: 40_000 }) },
] as const;

export function lossText(loss: FifoLoss, interval: number): string {
  switch (loss.kind) {
    case 'slower':
      return `interval ${loss.interval.toLocaleString('en-US')}, ${(100 * (loss.interval / interval - 1)).toFixed(2)} % slower`;
    case 'deadlock':
      return 'nothing comes out';
    case 'margin':
      return 'justified: margin for bubbles, late beats could stop it for ever';
    case 'least':
      return 'one place is the least';
    case 'none':
      return 'no loss';
  }
}
