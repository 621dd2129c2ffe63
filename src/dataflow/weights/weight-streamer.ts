import { defineModule, imageParam, indexWidth, natParam, source, uint } from '../../hdl/index.js';
import { wordPipeline } from './word-pipeline.js';

/** Weight words of a fixed memory as an endless stream. */
export const WeightStreamer = defineModule({
  name: 'weight_streamer',
  doc: `the words of a fixed memory, in order and again from the start, as a stream without an end

The memory is read into a register, as block RAM wants it. Cuts tready: no path from any input to any
output. First word 2 cycles after reset, a word every cycle, three words ahead of its reader.`,
  params: {
    W: natParam({ default: 32, min: 1, doc: 'bits of a word' }),
    WORDS: natParam({ default: 16, min: 1, doc: 'words' }),
    WEIGHTS: imageParam('contents, WORDS words of W bits'),
  },
  ports: ({ W }) => ({ m_axis: source(uint(W)) }),
  body(b, { m_axis: m }, { W, WORDS, WEIGHTS }) {
    const ADDR_W = b.localparam('ADDR_W', indexWidth(WORDS));
    const weights = b.rom('weights', uint(W), WORDS, WEIGHTS);
    const pipeline = wordPipeline(b, m, { W, WORDS, ADDR_W });
    const data = b.reg('data', uint(W));
    b.assign(pipeline.read, pipeline.free);
    b.when(pipeline.read, () => b.next(data, weights.read(pipeline.word)));
    b.assign(pipeline.data, data);
  },
});
