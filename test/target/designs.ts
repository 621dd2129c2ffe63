/** A design with every kind of port, for the scripts. */
import type { TargetDesign } from '../../src/target/design.js';

export const sampleDesign: TargetDesign = {
  name: 'digits',
  title: 'digits, 4 layers',
  top: 'digits_top',
  sources: ['fifo.sv', 'digits.sv', 'digits_top.v'],
  images: ['dense_0_weights.mem'],
  clockMhz: 150,
  ports: [
    { name: 'aclk', direction: 'input', bits: 1 },
    { name: 'aresetn', direction: 'input', bits: 1 },
    { name: 's_axis_tdata', direction: 'input', bits: 64 },
    { name: 's_axis_tvalid', direction: 'input', bits: 1 },
    { name: 's_axis_tready', direction: 'output', bits: 1 },
    { name: 'm_axis_tdata', direction: 'output', bits: 64 },
  ],
  streamsIn: [
    { prefix: 's_axis', bits: 64 },
    { prefix: 'dense_3_weights', bits: 128 },
  ],
  streamsOut: [{ prefix: 'm_axis', bits: 64 }],
  controls: [{ prefix: 's_axi', addressBits: 12 }],
  masters: [],
  interrupts: [],
  version: '1.0',
};
