/** Numbered errors of boards, technologies and flows (H25xx). */
import type { Diagnostic, FailureExitCode } from '../base/diagnostics.js';
import { HeddleError } from '../base/diagnostics.js';

export function targetError(
  code: string,
  message: string,
  more: { readonly places?: Diagnostic['places']; readonly fix?: string; readonly exitCode?: FailureExitCode } = {},
): HeddleError {
  const { places = [], fix, exitCode = 2 } = more;
  return new HeddleError({ code, message, places, ...(fix === undefined ? {} : { fix }) }, exitCode);
}

export const explanations: Readonly<Record<string, string>> = {
  H2501:
    'A board file does not follow boards/board.schema.json. Editors that read $schema mark the place while it is written.',
  H2502:
    'The technology file (tech.json) does not follow asic/tech.schema.json, or it contradicts itself: a corner names RC data that is not there, or a memory lacks the library of a corner.',
  H2510:
    "A report of a vendor's tool was cut off, or is another file. Figures are only taken from whole reports; nothing is filled in.",
};
