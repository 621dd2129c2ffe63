import { bool, defineModule, indexWidth, input, natParam, output, uint } from '../../hdl/index.js';

/** Simple dual-port memory with a registered read; the twin in portable text of `BlockRam`. */
export const RegisteredRam = defineModule({
  name: 'registered_ram',
  doc: `simple dual-port memory with a registered read

A read shows one cycle later and stays; a write of the same cycle to the same word is not seen. No reset.`,
  params: {
    W: natParam({ default: 32, min: 1, doc: 'bits of a word, >= 1' }),
    DEPTH: natParam({ default: 64, min: 2, doc: 'words, >= 2' }),
  },
  ports: ({ W, DEPTH }) => ({
    wr_en: input(bool()),
    wr_addr: input(uint(indexWidth(DEPTH))),
    wr_data: input(uint(W)),
    rd_en: input(bool()),
    rd_addr: input(uint(indexWidth(DEPTH))),
    rd_data: output(uint(W)),
  }),
  body(b, io, { W, DEPTH }) {
    const store = b.memory('store', uint(W), DEPTH, { style: 'block' });
    const r = b.regs({ rdData: uint(W) });
    b.when(io.rd_en, () => b.next(r.rdData, store.read(io.rd_addr)));
    store.write(io.wr_addr, io.wr_data, io.wr_en);
    b.assign(io.rd_data, r.rdData);
  },
});
