import {
  bool,
  defineModule,
  indexWidth,
  natGe,
  natParam,
  requirement,
  sink,
  source,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';
import { accessRequest, accessResponse } from './access-port.js';

/** Memory of 32-bit words behind an access port. */
export const AccessMemory = defineModule({
  name: 'access_memory',
  doc: `memory of 32-bit words with byte enables behind an access port

An address beyond the last word is answered with an error and 0, and writes nothing. A read sees all
earlier writes. Latency 1 cycle, an access every cycle; s_req_tready follows m_rsp_tready
combinationally.`,
  params: {
    ADDR_W: natParam({ default: 10, min: 1, doc: 'bits of a word address' }),
    WORDS: natParam({ default: 64, min: 1, doc: 'words' }),
  },
  requires: ({ ADDR_W, WORDS }) => [requirement(natGe(ADDR_W, indexWidth(WORDS)), 'every word has an address')],
  ports: ({ ADDR_W }) => ({ s_req: sink(accessRequest(ADDR_W)), m_rsp: source(accessResponse()) }),
  body(b, { s_req: req, m_rsp: rsp }, { ADDR_W, WORDS }) {
    const INDEX_W = b.localparam('INDEX_W', indexWidth(WORDS));
    const COMPARE_W = b.localparam('COMPARE_W', ADDR_W.plus(widthFor(WORDS)));
    const r = b.regs({ valid: bool().reset(0), write: bool(), error: bool(), word: vec(4, uint(8)) });
    const free = b.let('free', rsp.ready.or(r.valid.not()));
    const outside = b.let('outside', req.data.addr.extend(COMPARE_W).ge(WORDS));
    const accept = b.let('accept', req.fire);
    const index = b.let('index', req.data.addr.truncate(INDEX_W));
    const write = b.let('write', accept.and(req.data.write).and(outside.not()));
    const read = b.let('read', accept.and(req.data.write.not()));
    b.assign(req.ready, free);
    b.when(free, () => b.next(r.valid, req.valid));
    b.when(accept, () => {
      b.next(r.write, req.data.write);
      b.next(r.error, outside);
    });

    b.comment('one memory a byte');
    b.genFor('byte', 4, (i) => {
      const store = b.memory('store', uint(8), WORDS);
      const enable = write.and(req.data.strobe.bit(i));
      store.write(index, req.data.data.bits(i.times(8), 8), enable);
      b.when(read, () => b.next(r.word.at(i), store.read(index)));
    });
    b.assign(rsp.valid, r.valid);
    b.assign(rsp.data.write, r.write);
    b.assign(rsp.data.error, r.error);
    b.assign(rsp.data.data, r.error.mux(b.constant(uint(32), 0), r.word.pack()));
  },
});
