import type { Bool, Builder, Sig, Stream, UInt } from '../../hdl/index.js';

/** The registers in front of a stage's output. */
export interface FrozenOutput {
  readonly valid: Sig<Bool>;
  readonly data: Sig<UInt>;
}

/**
 * One enable for a whole stage: it moves while its output is free or is being read, and takes beats only then. Gives `en`, and
 * `accept`: a beat is taken in this cycle. `why` stands beside the enable in the text.
 */
export function freezeBehind(
  b: Builder,
  { s, m }: { readonly s: Stream<UInt>; readonly m: Stream<UInt> },
  output: FrozenOutput,
  why = 'the pipeline moves',
): { readonly en: Sig<Bool>; readonly accept: Sig<Bool> } {
  const en = b.let('en', m.ready.or(output.valid.not()), why);
  const accept = b.let('accept', s.fire);
  b.assign(s.ready, en);
  b.assign(m.valid, output.valid);
  b.assign(m.data, output.data);
  return { en, accept };
}
