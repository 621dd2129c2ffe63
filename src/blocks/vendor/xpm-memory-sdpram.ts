/**
 * AMD's simple dual-port memory macro (UG974) as a black box, the subset with one clock and whole words: port A writes,
 * port B reads the old word where both meet. The clock is clka; clkb, sleep and the error injection are to be tied to 0.
 */
import { bool, defineBlackBox, input, natEq, natGe, natParam, output, requirement, uint } from '../../hdl/index.js';
import type { BlackBoxModel } from '../../circuit/index.js';

export const XpmMemorySdpram = defineBlackBox({
  name: 'xpm_memory_sdpram',
  doc: 'simple dual-port memory macro: port A writes, port B reads READ_LATENCY_B cycles later',
  params: {
    ADDR_WIDTH_A: natParam({ default: 6, min: 1, max: 20 }),
    ADDR_WIDTH_B: natParam({ default: 6, min: 1, max: 20 }),
    WRITE_DATA_WIDTH_A: natParam({ default: 32, min: 1 }),
    READ_DATA_WIDTH_B: natParam({ default: 32, min: 1 }),
    BYTE_WRITE_WIDTH_A: natParam({ default: 32, min: 1, doc: 'as wide as a word: no byte enables' }),
    MEMORY_SIZE: natParam({ default: 2048, min: 2, doc: 'bits' }),
    READ_LATENCY_B: natParam({ default: 1, min: 1, max: 2 }),
  },
  requires: (p) => [
    requirement(natEq(p.ADDR_WIDTH_A, p.ADDR_WIDTH_B), 'both ports see the same words'),
    requirement(natEq(p.WRITE_DATA_WIDTH_A, p.READ_DATA_WIDTH_B), 'both ports see the same words'),
    requirement(natEq(p.WRITE_DATA_WIDTH_A, p.BYTE_WRITE_WIDTH_A), 'whole words are written'),
    requirement(natGe(p.MEMORY_SIZE, p.WRITE_DATA_WIDTH_A), 'at least one word'),
  ],
  ports: (p) => ({
    ena: input(bool(), 'port A takes part in this cycle'),
    wea: input(uint(1)),
    addra: input(uint(p.ADDR_WIDTH_A)),
    dina: input(uint(p.WRITE_DATA_WIDTH_A)),
    clkb: input(bool()),
    enb: input(bool(), 'port B reads in this cycle'),
    addrb: input(uint(p.ADDR_WIDTH_B)),
    regceb: input(bool(), 'enables the last of two output registers'),
    rstb: input(bool(), 'clears the last output register'),
    sleep: input(bool()),
    injectsbiterra: input(bool()),
    injectdbiterra: input(bool()),
    doutb: output(uint(p.READ_DATA_WIDTH_B)),
  }),
  clock: 'clka',
  fixed: { CLOCKING_MODE: 'common_clock', MEMORY_PRIMITIVE: 'block', WRITE_MODE_B: 'read_first' },
  source: 'xpm_memory_sdpram.sv',
  model: (params) => sdpram(params),
});

function sdpram(params: Readonly<Record<string, number>>): BlackBoxModel {
  const { WRITE_DATA_WIDTH_A: width = 1, MEMORY_SIZE: size = 0, READ_LATENCY_B: latency = 1 } = params;
  const words = new Array<bigint>(Math.floor(size / width)).fill(0n);
  // What was read, one entry a register, the output last.
  let stages = new Array<bigint>(latency).fill(0n);
  return {
    evaluate: () => ({ doutb: stages.at(-1) ?? 0n }),
    clock: ({ ena, wea, addra = 0n, dina = 0n, enb, addrb = 0n, regceb, rstb }) => {
      const [first = 0n] = stages;
      const read = enb === 1n ? (words[Number(addrb)] ?? 0n) : first;
      const [, last = 0n] = stages;
      stages = latency === 1 ? [read] : [read, regceb === 1n ? first : last];
      if (rstb === 1n) stages[latency - 1] = 0n;
      if (ena === 1n && wea === 1n && Number(addra) < words.length) words[Number(addra)] = dina;
    },
    save: () => [...stages, ...words],
    restore: (state) => {
      stages = state.slice(0, latency);
      state.slice(latency).forEach((word, k) => (words[k] = word));
    },
  };
}
