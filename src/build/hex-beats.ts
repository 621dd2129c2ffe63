/** Beats of a stream as files of `vectors/` have them. */
import type { FramedBeat } from '../dataflow/stages/frame.model.js';

/** One line a beat: tdata in hexadecimal, tlast. */
export function hexBeats(beats: readonly FramedBeat[], bits: number): string {
  const digits = Math.ceil(bits / 4);
  return beats.map(({ data, last }) => `${data.toString(16).padStart(digits, '0')} ${last ? 1 : 0}\n`).join('');
}
