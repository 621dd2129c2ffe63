import { bool, defineModule, indexWidth, input, natParam, output, uint, vec } from '../../hdl/index.js';

/** One bank of the X-RAM: words of P pixels, one read and one write in a cycle, writes by pixel. */
export const EngineXramBank = defineModule({
  name: 'engine_xram_bank',
  doc: `bank of the X-RAM: a word of P pixels is read and pixels of another are written in a cycle

A read shows one cycle later and stays; a write of the same cycle to the same word is not seen. No reset.`,
  params: {
    P: natParam({ default: 4, min: 1, doc: 'pixels of a word' }),
    XB: natParam({ default: 8, min: 1, doc: 'bits of a pixel' }),
    XD: natParam({ default: 1024, min: 2, doc: 'words' }),
  },
  ports: ({ P, XB, XD }) => ({
    read: input(bool()),
    read_address: input(uint(indexWidth(XD))),
    write: input(bool()),
    write_address: input(uint(indexWidth(XD))),
    write_lanes: input(vec(P, bool()), 'pixels that are written'),
    write_data: input(vec(P, uint(XB))),
    word: output(uint(P.times(XB))),
  }),
  body(b, io, { P, XB, XD }) {
    const store = b.memory('store', uint(P.times(XB)), XD, { style: 'block' });
    const r = b.regs({ word: uint(P.times(XB)) });
    b.when(io.read, () => b.next(r.word, store.read(io.read_address)));
    store.writeLanes(io.write_address, io.write_data, io.write_lanes, io.write);
    b.assign(io.word, r.word);
  },
});
