import { defineModule, imageParam, indexWidth, natParam, sink, source, uint } from '../../hdl/index.js';
import { storeDoc, storePorts, storeRequirement, WeightStore } from './weight-store.js';
import { wordPipeline } from './word-pipeline.js';

/** Weights that are written at run time, as a stream. */
export const WeightStoreStream = defineModule({
  name: 'weight_store_stream',
  doc: `weights that are written at run time, as a stream: frames of FRAME words, one for each token

${storeDoc}
The words of a frame are read once its token is there, so that a commit comes before every frame
that has not begun. First word 3 cycles after the token, a word every cycle, three words ahead of
its reader. No path from any input to any output but m_rsp_tready to s_req_tready.`,
  params: {
    W: natParam({ default: 32, min: 1, doc: 'bits of a word' }),
    WORDS: natParam({ default: 16, min: 1, doc: 'words' }),
    FRAME: natParam({ default: 16, min: 1, doc: 'words of a frame, a multiple of WORDS' }),
    WEIGHTS: imageParam('contents of both banks at the start, WORDS words of W bits'),
  },
  requires: ({ W }) => [storeRequirement(W)],
  ports: (sizes) => ({
    t_axis: sink(uint(1), 'tokens: a frame begins'),
    m_axis: source(uint(sizes.W), 'words'),
    ...storePorts(sizes),
  }),
  body(b, { t_axis: token, m_axis: m, s_req, m_rsp }, { W, WORDS, FRAME, WEIGHTS }) {
    const ADDR_W = b.localparam('ADDR_W', indexWidth(WORDS));
    const PLACE_W = b.localparam('PLACE_W', indexWidth(FRAME));
    const pipeline = wordPipeline(b, m, { W, WORDS, ADDR_W });
    const place = b.reg('place', uint(PLACE_W).reset(0).doc('words read of the current frame'));
    const first = b.let('first', place.eq(0));
    b.assign(pipeline.read, pipeline.free.and(first.not().or(token.valid)));
    b.assign(token.ready, pipeline.free.and(first));
    b.when(pipeline.read, () => {
      b.next(place, place.eq(FRAME.minus(1)).mux(b.constant(uint(PLACE_W), 0), place.inc()));
    });
    b.unused('token', token.data);
    b.instance(
      'store',
      WeightStore,
      { W, WORDS, FRAME, WEIGHTS },
      { s_req, m_rsp, rd_en: pipeline.read, rd_addr: pipeline.word, rd_data: pipeline.data },
    );
  },
});
