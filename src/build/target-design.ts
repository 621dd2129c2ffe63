/** What the flows of `src/target` have to know about a dataflow accelerator. */
import type { Chain } from '../dataflow/chain.js';
import { addressMap } from '../dataflow/weights/address-map.js';
import type { TargetDesign } from '../target/design.js';
import type { Hardware } from './hardware.js';
import { shellName, shellPorts } from './shell.js';

export function targetDesign(chain: Chain, { sources, images }: Hardware, clockMhz: number): TargetDesign {
  const map = addressMap(chain);
  const layers = chain.nodes.length;
  return {
    name: chain.name,
    title: `${chain.name}, ${layers} stages`,
    top: shellName(chain),
    sources: sources.map(({ name }) => name),
    images: images.map(({ name }) => name),
    clockMhz,
    ports: shellPorts(chain),
    streamsIn: [
      { prefix: 's_axis', bits: chain.input.bits },
      ...(chain.weightPorts ?? []).map(({ stream, bits }) => ({ prefix: stream, bits })),
    ],
    streamsOut: [{ prefix: 'm_axis', bits: chain.output.bits }],
    controls: map === undefined ? [] : [{ prefix: 's_axi', addressBits: map.addressBits }],
    masters: [],
    interrupts: [],
    version: '1.0',
  };
}
