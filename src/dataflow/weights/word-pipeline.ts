/** What all readers of weight words have in common: one word a cycle from a memory with a registered read. */
import {
  type Bool,
  bool,
  type Builder,
  type NatExpr,
  type Sig,
  type Stream,
  type UInt,
  uint,
} from '../../hdl/index.js';
import { RegisterSlice } from '../../blocks/stream/register-slice.js';

export interface WordPipeline {
  /** The next word may be read in this cycle. */
  readonly free: Sig<Bool>;
  /** To be driven: a word is read in this cycle, while `free`. */
  readonly read: Sig<Bool>;
  /** Number of the next word, which wraps. */
  readonly word: Sig<UInt>;
  /** To be driven: the word of the last read, from the cycle after it until the next one. */
  readonly data: Sig<UInt>;
}

/** Declares the reader; its register and a register slice hold three words in front of `m`. */
export function wordPipeline(
  b: Builder,
  m: Stream<UInt>,
  { W, WORDS, ADDR_W }: Readonly<Record<'W' | 'WORDS' | 'ADDR_W', NatExpr>>,
): WordPipeline {
  const read = b.wire('read', bool().doc('a word is read'));
  const r = b.regs({ word: uint(ADDR_W).reset(0).doc('the next word'), valid: bool().reset(0) });
  const words = b.stream('words', uint(W), 'words as they come from the memory');
  b.assign(words.valid, r.valid);
  const free = b.let('free', words.ready.or(r.valid.not()));
  b.when(free, () => b.next(r.valid, read));
  b.when(read, () => {
    const last = r.word.eq(WORDS.minus(1));
    b.next(r.word, last.mux(b.constant(uint(ADDR_W), 0), r.word.inc()));
  });
  b.instance('slice', RegisterSlice, { W }, { s_axis: words, m_axis: m });
  return { free, read, word: r.word, data: words.data };
}
