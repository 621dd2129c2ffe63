import { bool, bundle, defineModule, indexWidth, natParam, output, source, uint, vec } from '../../hdl/index.js';
import { openAtRandom, wordsFor, wordsHold, xorshift32 } from './random.js';

/** Largest number of beats: what a Verilog `int` holds. */
export const endless = 2 ** 31 - 1;

/** Random beats in frames, at a random pace: the source of a test bench that runs inside the circuit. */
export const StreamSource = defineModule({
  name: 'tb_source',
  doc: `test bench: a stream of random beats in frames, with random stalls

Beat n of a frame has tlast where n = FRAME - 1. After COUNT beats the source falls silent and done is high.
tvalid is registered, low after reset, and held until the beat moves. W, FRAME and SEED decide the beats, STALL and
PACE only when they come. Needs a cycle of reset before its first.`,
  params: {
    W: natParam({ default: 8, min: 1, max: 4096, doc: 'width of tdata' }),
    FRAME: natParam({ default: 16, min: 1, doc: 'beats in a frame' }),
    STALL: natParam({ default: 64, min: 0, max: 255, doc: 'probability of a stalled cycle, in 256ths' }),
    SEED: natParam({ default: 1, min: 1, max: 65535, doc: 'seed of the beats' }),
    PACE: natParam({ default: 1, min: 1, max: 65535, doc: 'seed of the stalls' }),
    COUNT: natParam({ default: endless, min: 1, max: endless, doc: 'beats to send' }),
  },
  requires: ({ W }) => [wordsHold(W)],
  ports: ({ W }) => ({
    m_axis: source(bundle({ tdata: uint(W), tlast: bool() })),
    sent: output(uint(32), 'beats that have moved'),
    done: output(bool(), 'all COUNT beats have moved'),
  }),
  body(b, { m_axis: m, sent, done }, { W, FRAME, STALL, SEED, PACE, COUNT }) {
    const WORDS = b.localparam('WORDS', wordsFor(W));
    const BEAT_W = b.localparam('BEAT_W', indexWidth(FRAME));
    const r = b.regs({
      valid: bool().reset(0),
      offered: uint(32).reset(0).doc('beats that have been on offer'),
      sent: uint(32).reset(0),
      state: uint(32).reset(SEED).doc('generator of the beats'),
      beat: uint(BEAT_W).reset(0).doc('number of the beat on offer in its frame'),
    });
    const open = b.let('open', openAtRandom(b, 'chance', PACE, STALL));
    const move = b.let('move', m.fire);
    const offer = b.let('offer', m.ready.or(r.valid.not()).and(open).and(r.offered.ne(COUNT)));
    const lastBeat = b.let('lastBeat', r.beat.eq(FRAME.minus(1)));

    // Word i adds up word i - 1, and word 0 the generator: every word another sequence, from one generator.
    const words = b.wire('words', vec(WORDS, uint(32)));
    const hop = b.wire('hop', vec(WORDS.plus(1), uint(32)));
    b.assign(hop.at(0), r.state);
    b.when(move, () => b.next(r.state, xorshift32(b, 'state', r.state)));
    b.genFor('word', WORDS, (i) => {
      const word = b.reg('word', uint(32).reset(SEED));
      b.when(move, () => b.next(word, word.addWrap(hop.at(i))));
      b.assign(hop.at(i.plus(1)), word);
      b.assign(words.at(i), word);
    });

    b.assign(m.valid, r.valid);
    b.assign(m.data.tdata, words.pack().truncate(W));
    b.assign(m.data.tlast, lastBeat);
    b.assign(sent, r.sent);
    b.assign(done, r.sent.eq(COUNT));

    b.when(m.ready.or(r.valid.not()), () => b.next(r.valid, offer));
    b.when(offer, () => b.next(r.offered, r.offered.inc()));
    b.when(move, () => {
      b.next(r.sent, r.sent.inc());
      b.next(r.beat, lastBeat.mux(b.constant(uint(BEAT_W), 0), r.beat.inc()));
    });
  },
});
