import { bool, cat, defineModule, input, natParam, output, uint } from '../../hdl/index.js';

/** What a tap does with the window register; the numbers of `tap`. */
export const tapCodes = { load: 0, left: 1, rightOfLoaded: 2, right: 3 } as const;

/** Sizes of a word. */
export const wordParams = {
  P: natParam({ default: 4, min: 1, doc: 'pixels of a word' }),
  XB: natParam({ default: 8, min: 1, doc: 'bits of a pixel' }),
};

/** Window unit: P neighbouring pixels at any offset, from words that come one at a time. */
export const EngineWindow = defineModule({
  name: 'engine_window',
  doc: `window of P neighbouring pixels that moves along a row by one pixel a step

tap 0 takes the word, which is also kept; 1 moves one pixel to the right in the row: the pixels shift to
the left and the next one enters; 2 and 3 move one pixel to the left, 2 from the word that was kept and 3
from where the window is. A pixel that enters comes from the neighbour word: with read from the word that
is there now, of which the rest waits for the next steps, else from the rest. Without move all stays.
Latency 1 cycle. No reset: a load starts it.`,
  params: wordParams,
  ports: ({ P, XB }) => ({
    move: input(bool(), 'a step'),
    tap: input(uint(2)),
    read: input(bool(), 'the step has a word'),
    word: input(uint(P.times(XB)), 'pixel 0 lowest'),
    pixels: output(uint(P.times(XB))),
  }),
  body(b, io, { P, XB }) {
    const WORD_W = b.localparam('WORD_W', P.times(XB));
    const r = b.regs({
      pixels: uint(WORD_W),
      kept: uint(WORD_W).doc('the word of the last load'),
      rest: uint(WORD_W).doc('pixels of the neighbour word that have not entered'),
    });
    const none = b.constant(uint(XB), 0);
    const from = b.let('from', io.read.mux(io.word, r.rest));
    const start = b.let('start', io.tap.bit(0).mux(r.pixels, r.kept));
    const next = b.let('next', cat(from.bits(0, XB), r.pixels), 'the pixel behind the last has entered');
    const last = b.let(
      'last',
      cat(start, from.bits(P.minus(1).times(XB), XB)),
      'the pixel before the first has entered',
    );
    const fewer = b.let('fewer', cat(none, from));
    const more = b.let('more', cat(from, none));
    b.when(io.move, () => {
      b.when(io.tap.eq(tapCodes.load), () => {
        b.next(r.pixels, io.word);
        b.next(r.kept, io.word);
      })
        .elseWhen(io.tap.eq(tapCodes.left), () => {
          b.next(r.pixels, next.bits(XB, WORD_W));
          b.next(r.rest, fewer.bits(XB, WORD_W));
        })
        .otherwise(() => {
          b.next(r.pixels, last.bits(0, WORD_W));
          b.next(r.rest, more.bits(0, WORD_W));
        });
    });
    b.assign(io.pixels, r.pixels);
  },
});
