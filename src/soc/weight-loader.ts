import { accessRequest, accessResponse } from '../blocks/axi/access-port.js';
import { storeRegisters } from '../dataflow/weights/weight-store.js';
import {
  bool,
  bundle,
  cat,
  defineModule,
  enumOf,
  indexWidth,
  input,
  natGe,
  natParam,
  output,
  requirement,
  sink,
  source,
  uint,
} from '../hdl/index.js';

/** Writes a weight image to the stores of a dataflow accelerator and lets it count from one frame on. */
export const WeightLoader = defineModule({
  name: 'weight_loader',
  doc: `a stream of weights to the stores of LAYERS layers, and their commit for one and the same frame

The stream is records of 32-bit words: byte address of a store, a multiple of 4, number of words, words; tlast with
the last one.
Every word is an access of its own. Behind the last word hold keeps the next frame from beginning; as soon as no
frame is half in, all layers are told to swap their banks with frame number \`frame\`, hold falls, and the loader
waits until all have. So every frame is computed with the old or with the new weights, in all layers.
failed is high for a cycle where an address is none, an access is refused, a record is cut off; the rest up
to tlast is dropped, and nothing of it counts. cancel gives up what has not been committed. A word takes 4 cycles.`,
  params: {
    LAYERS: natParam({ default: 2, min: 1, max: 256, doc: 'layers with a store' }),
    WINDOW_W: natParam({ default: 10, min: 3, max: 22, doc: 'bits of a word address in the window of a store' }),
  },
  requires: ({ LAYERS, WINDOW_W }) => [
    requirement(natGe(32, WINDOW_W.plus(indexWidth(LAYERS)).plus(2)), 'a byte address has 32 bits'),
  ],
  ports: ({ LAYERS, WINDOW_W }) => ({
    s_axis: sink(bundle({ tdata: uint(32), tlast: bool() })),
    m_req: source(accessRequest(WINDOW_W.plus(indexWidth(LAYERS)))),
    s_rsp: sink(accessResponse()),
    boundary: input(bool(), 'no frame is half in'),
    frame: input(uint(32), 'number of the next frame since reset'),
    cancel: input(bool(), 'gives up what has not been committed'),
    hold: output(bool(), 'no frame may begin'),
    pending: output(bool(), 'an image is being read, or not all layers have it'),
    finished: output(bool(), 'all layers have it'),
    failed: output(bool(), 'the image is wrong'),
  }),
  body(b, { s_axis: s, m_req: req, s_rsp: rsp, ...io }, { LAYERS, WINDOW_W }) {
    const LAYER_W = b.localparam('LAYER_W', indexWidth(LAYERS));
    const A_W = b.localparam('A_W', WINDOW_W.plus(LAYER_W), 'bits of a word address');
    const state = b.reg(
      'state',
      enumOf(
        'state',
        'address',
        'count',
        'data',
        'answer',
        'wait',
        'write',
        'written',
        'poll',
        'polled',
        'drop',
      ).startsAt('address'),
    );
    const r = b.regs({
      addr: uint(A_W),
      left: uint(32).doc('words of the record to come'),
      open: bool().reset(0).doc('an image has begun and not come to its end'),
      ended: bool().doc('the word was the last of the image'),
      layer: uint(LAYER_W),
      arms: bool().doc('AT is written, CONTROL is next'),
      frame: uint(32),
      failed: bool().reset(0),
      finished: bool().reset(0),
    });
    const reads = b.let('reads', state.is('address').or(state.is('count')).or(state.is('drop')));
    const data = b.let('data', state.is('data').and(io.cancel.not()));
    const commits = b.let('commits', state.is('write'));
    const polls = b.let('polls', state.is('poll'));
    b.assign(req.valid, data.and(s.valid).or(commits).or(polls));
    b.assign(s.ready, io.cancel.not().and(reads).or(data.and(req.ready)));
    b.assign(req.data.write, polls.not());
    const own = (which: number) => cat(r.layer, b.constant(uint(WINDOW_W), which));
    const register = r.arms.mux(own(storeRegisters.CONTROL), own(storeRegisters.AT));
    b.assign(req.data.addr, data.mux(r.addr, polls.mux(own(storeRegisters.STATUS), register)));
    b.assign(req.data.data, data.mux(s.data.tdata, r.arms.mux(b.constant(uint(32), 3), r.frame)));
    b.assign(req.data.strobe, 15);
    b.assign(rsp.ready, 1);
    b.unused('response', rsp.data.write);
    const word = s.data.tdata;
    const beyond = b.let(
      'beyond',
      word.ne(cat(word.bits(2, A_W), b.constant(uint(2), 0)).extend(32)),
      'no store has this address',
    );
    const taken = b.let('taken', s.fire);
    const lastLayer = b.let('lastLayer', r.layer.eq(LAYERS.minus(1)));
    const fails = b.wire('fails', bool());
    const badCount = word.eq(0).or(s.data.tlast);
    const cut = r.left.ne(1);
    b.assign(
      fails,
      taken
        .and(state.is('address').and(beyond.or(s.data.tlast)).or(state.is('count').and(badCount)))
        .or(
          state
            .is('answer')
            .and(rsp.valid)
            .and(rsp.data.error.or(r.ended.and(cut))),
        )
        .or(state.is('written').and(rsp.valid).and(rsp.data.error))
        .and(io.cancel.not()),
    );
    b.next(r.failed, fails);
    const to = (name: (typeof states)[number]) => b.next(state, states.indexOf(name));
    const rest = (): void => {
      to('address');
      b.next(r.open, 0);
    };
    b.when(taken, () => b.next(r.ended, s.data.tlast));
    b.next(r.finished, 0);
    b.switch(state, {
      address: () => {
        b.when(io.cancel, () => b.next(r.open, 0)).elseWhen(taken, () => {
          b.next(r.open, 1);
          b.next(r.addr, word.bits(2, A_W));
          b.when(fails, () => to('drop')).otherwise(() => to('count'));
        });
      },
      count: () => {
        b.when(io.cancel, rest).elseWhen(taken, () => {
          b.next(r.left, word);
          b.when(fails, () => to('drop')).otherwise(() => to('data'));
        });
      },
      data: () => {
        b.when(io.cancel, rest).elseWhen(taken, () => to('answer'));
      },
      answer: () => {
        b.when(rsp.valid, () => {
          b.next(r.addr, r.addr.inc());
          b.next(r.left, r.left.dec());
          b.when(io.cancel, rest)
            .elseWhen(fails, () => to('drop'))
            .elseWhen(r.ended, () => to('wait'))
            .elseWhen(cut, () => to('data'))
            .otherwise(() => to('address'));
        });
      },
      wait: () => {
        b.next(r.layer, 0);
        b.next(r.arms, 0);
        b.next(r.frame, io.frame);
        b.when(io.cancel, rest).elseWhen(io.boundary, () => to('write'));
      },
      write: () => void b.when(req.ready, () => to('written')),
      written: () => {
        b.when(rsp.valid, () => {
          b.next(r.arms, r.arms.not());
          b.when(r.arms.not(), () => to('write')).otherwise(() => {
            b.next(r.layer, lastLayer.mux(b.constant(uint(LAYER_W), 0), r.layer.inc()));
            b.when(lastLayer, () => to('poll')).otherwise(() => to('write'));
          });
        });
      },
      poll: () => void b.when(req.ready, () => to('polled')),
      polled: () => {
        b.when(rsp.valid, () => {
          b.when(rsp.data.data.bit(0), () => to('poll')).otherwise(() => {
            b.next(r.layer, r.layer.inc());
            b.next(r.finished, lastLayer);
            b.when(lastLayer, rest).otherwise(() => to('poll'));
          });
        });
      },
      // The beat that failed may have been the last one.
      drop: () => void b.when(r.ended.or(io.cancel).or(taken.and(s.data.tlast)), rest),
    });
    b.assign(io.hold, state.is('wait').or(commits).or(state.is('written')));
    b.assign(io.pending, r.open);
    b.assign(io.finished, r.finished);
    b.assign(io.failed, r.failed);
    b.unused('read', rsp.data.data.bits(1, 31));
  },
});

const states = ['address', 'count', 'data', 'answer', 'wait', 'write', 'written', 'poll', 'polled', 'drop'] as const;
