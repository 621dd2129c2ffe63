/** Numbered errors of the engine back end (H22xx). */
import { HeddleError, type Diagnostic } from '../base/diagnostics.js';

/** Long texts of `explain CODE`. */
export const explanations = {
  H2201:
    'An engine is named by its static parameters, `P=7,G=3,M=32,D=4` with any of the others behind, or by a JSON file that Engine.toJSON wrote. A name is unknown, is missing, or its value is not a whole number.',
  H2202:
    'A static parameter of the engine lies outside of its limits, or two of them do not fit each other: G is at most M, D divides M, and the output FIFO holds two tiles.',
  H2203:
    'A field of a layer header, a descriptor or a tap entry has a value that its bits cannot hold, or that contradicts another field. The hardware would stop with an error status at the same place.',
  H2204:
    'The taps of one kernel row do not fit the tap memory (TMAX entries), reach further from the pixel than a tap entry can say, or the kernel has more rows than KMAX.',
  H2205:
    'A tensor, or the rows of it that a layer needs at a time, does not fit into the X-RAM beside what else is alive. The message says how many words each bank would need.',
  H2206: 'The array has no mode for this layer. The message says what it would need.',
  H2207:
    'The requantizer cannot compute this activation exactly: too many thresholds, a multiplier of more than 32 bits, an addend of more than 48 bits, several fixed-point steps that do not collapse into one, or a static option that this engine was made without.',
  H2208:
    'The weights of one chunk do not fit the weight ring, or a chunked layer needs more partial sums than the engine has entries for.',
  H2209:
    'A plan of the engine (engine.json) was edited so that it no longer describes a run: unknown version, a missing part, or tensors that overlap.',
  H2210:
    'A stream of the engine broke off or does not say what its header announces. The functional model names the word; the hardware stops in an error status.',
  H2211:
    'A table of layers (networks.json) has no list of layers under this name, or a layer without a size that a convolution needs. All problems of the file are listed.',
  H2212:
    'A tensor leaves the chip and comes back. Rows leave in whole beats of m_axis_y and come back in whole beats of s_axis_x: the two ports must have the same width.',
  H2213:
    'A search for a shape (--search) needs limits on what an engine costs, pes, dsp or um2 and if wanted kib of memory, and at least one shape inside of them that runs all networks.',
} as const;

export type EngineErrorCode = keyof typeof explanations;

/** One problem; `subject` is the layer, parameter or field that the sentence begins with. */
export function engineDiagnostic(code: EngineErrorCode, subject: string, what: string, fix?: string): Diagnostic {
  const base = { code, message: `${subject}: ${what}`, places: [{ text: subject }] };
  return fix === undefined ? base : { ...base, fix };
}

/** The same as an error to throw; exit code 2, it comes from what the user wrote. */
export function engineError(code: EngineErrorCode, subject: string, what: string, fix?: string): HeddleError {
  return new HeddleError(engineDiagnostic(code, subject, what, fix));
}
