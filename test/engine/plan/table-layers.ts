/** Layers of `../shared/networks/networks.json` for plans: shapes and kinds of parameters, all weights 0. */
import { readFileSync } from 'node:fs';
import { plainRequant, type EngineLayer } from '../../../src/engine/layer.js';
import type { ChainedLayer } from '../../../src/engine/plan/chain-traffic.js';

interface TableRow {
  readonly name: string;
  readonly type: 'conv' | 'dw' | 'fc';
  readonly residual: number;
  readonly fused_pool: number;
  readonly groups: number;
  readonly [size: string]: number | string;
}

/** The layers of a network of the table; `convolutions`: without its matrices. */
export function tableLayers(network: string, convolutions: boolean): ChainedLayer[] {
  const { networks } = JSON.parse(readFileSync('../shared/networks/networks.json', 'utf8')) as {
    readonly networks: Readonly<Record<string, readonly TableRow[]>>;
  };
  const rows = (networks[network] ?? []).filter((row) => !convolutions || row.type !== 'fc');
  return rows.map((row) => {
    const of = (name: string): number => Number(row[name]);
    const dw = row.type === 'dw';
    const [inputs, outputs] = [of('Ci'), of('Co')];
    const perChannel = new Array<number>(outputs).fill(0);
    const layer: EngineLayer = {
      ...{ name: row.name, op: dw ? 'dw' : 'dense', groups: dw ? 1 : row.groups, padValue: 0, unsigned: false },
      input: { height: of('H'), width: of('W'), channels: inputs },
      output: { height: of('Ho'), width: of('Wo'), channels: outputs },
      y: { kernel: of('KH'), stride: of('S'), dilation: 1, pad: of('padT') },
      x: { kernel: of('KW'), stride: of('S'), dilation: 1, pad: of('padL') },
      weights: new Int8Array(outputs * of('KH') * of('KW') * (dw ? 1 : inputs / row.groups)),
      requant: { ...plainRequant, mode: 'mult', bias: perChannel, mult: perChannel, shift: perChannel },
    };
    return { layer, pool: row.fused_pool || 1, residual: row.residual > 0 };
  });
}
