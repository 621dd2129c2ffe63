import { bool, defineModule, indexWidth, input, natParam, output, uint, vec } from '../../hdl/index.js';

/** Simple dual-port memory whose words are written lane by lane, with a registered read. */
export const LaneRam = defineModule({
  name: 'lane_ram',
  doc: `simple dual-port memory with a write enable for every lane of a word

A word is LANES lanes of W bits, lane 0 lowest; with wr_en those whose bit of wr_lanes is set are written. A
read shows one cycle later and stays; a write of the same cycle to the same word is not seen. No
reset.`,
  params: {
    LANES: natParam({ default: 4, min: 1, doc: 'lanes of a word, >= 1' }),
    W: natParam({ default: 8, min: 1, doc: 'bits of a lane, >= 1' }),
    DEPTH: natParam({ default: 64, min: 2, doc: 'words, >= 2' }),
  },
  ports: ({ LANES, W, DEPTH }) => ({
    wr_en: input(bool()),
    wr_lanes: input(vec(LANES, bool())),
    wr_addr: input(uint(indexWidth(DEPTH))),
    wr_data: input(vec(LANES, uint(W))),
    rd_en: input(bool()),
    rd_addr: input(uint(indexWidth(DEPTH))),
    rd_data: output(uint(LANES.times(W))),
  }),
  body(b, io, { LANES, W, DEPTH }) {
    const store = b.memory('store', uint(LANES.times(W)), DEPTH, { style: 'block' });
    const r = b.regs({ rdData: uint(LANES.times(W)) });
    b.when(io.rd_en, () => b.next(r.rdData, store.read(io.rd_addr)));
    store.writeLanes(io.wr_addr, io.wr_data, io.wr_lanes, io.wr_en);
    b.assign(io.rd_data, r.rdData);
  },
});
