import { bool, defineModule, indexWidth, input, natParam, output, requirement, natGe, uint } from '../../hdl/index.js';
import { XpmMemorySdpram } from './xpm-memory-sdpram.js';

/** Simple dual-port memory in AMD's macro; the twin of `RegisteredRam`, cycle by cycle. */
export const BlockRam = defineModule({
  name: 'block_ram',
  doc: `simple dual-port memory with a registered read, in the macro xpm_memory_sdpram

A read shows one cycle later and stays; a write of the same cycle to the same word is not seen. No reset.`,
  params: {
    W: natParam({ default: 32, min: 1, doc: 'bits of a word, >= 1' }),
    DEPTH: natParam({ default: 64, min: 2, max: 65536, doc: 'words, >= 2' }),
    ADDR_W: natParam({ default: 6, min: 1, max: 16, doc: 'bits of an address: clog2(DEPTH)' }),
  },
  requires: ({ DEPTH, ADDR_W }) => [
    requirement(natGe(ADDR_W, indexWidth(DEPTH)), 'an address for every word'),
    requirement(natGe(indexWidth(DEPTH), ADDR_W), 'no more address bits than words need'),
  ],
  ports: ({ W, ADDR_W }) => ({
    wr_en: input(bool()),
    wr_addr: input(uint(ADDR_W)),
    wr_data: input(uint(W)),
    rd_en: input(bool()),
    rd_addr: input(uint(ADDR_W)),
    rd_data: output(uint(W)),
  }),
  body(b, io, { W, DEPTH, ADDR_W }) {
    b.instance(
      'store',
      XpmMemorySdpram,
      {
        ...{ ADDR_WIDTH_A: ADDR_W, ADDR_WIDTH_B: ADDR_W },
        ...{ WRITE_DATA_WIDTH_A: W, READ_DATA_WIDTH_B: W, BYTE_WRITE_WIDTH_A: W },
        ...{ MEMORY_SIZE: DEPTH.times(W), READ_LATENCY_B: 1 },
      },
      {
        ...{ ena: io.wr_en, wea: 1, addra: io.wr_addr, dina: io.wr_data },
        ...{ enb: io.rd_en, addrb: io.rd_addr, regceb: 1, rstb: 0, doutb: io.rd_data },
        ...{ clkb: 0, sleep: 0, injectsbiterra: 0, injectdbiterra: 0 },
      },
    );
  },
});
