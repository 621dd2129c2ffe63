/**
 * Numbered diagnostics: the one way in which Heddle tells a person that something is wrong.
 *
 * A diagnostic has a stable code, one sentence, the places it is about and the fix. All problems of one input are
 * collected and thrown together as a {@link HeddleError}; only `src/cli` turns that into text and an exit code.
 */

/** Where a problem sits: a file with its line, a layer or node of a network, a TypeScript source line. */
export interface Place {
  /** File as the user named it. */
  readonly file?: string;
  /** Line, counted from 1. */
  readonly line?: number;
  /** Column, counted from 1. */
  readonly column?: number;
  /** The text of the place, or a short name of what is there (layer, node, signal). */
  readonly text?: string;
}

export interface Diagnostic {
  /** `H` and four digits; the first digit is the room (see `docs/errors.md`). */
  readonly code: string;
  /** One sentence, no full stop, led by the subject: `dense_1: PE 7 does not divide 64 outputs`. */
  readonly message: string;
  /** Primary place first, related places after it. */
  readonly places: readonly Place[];
  /** What to do about it, one line. */
  readonly fix?: string;
}

/** 1: legal but failed or differed; 2: the command line or a user's file is wrong; 3: a tool is missing. */
export type FailureExitCode = 1 | 2 | 3;

/** Carries every problem found in one input. `message` is the full text as a terminal shows it. */
export class HeddleError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: FailureExitCode;

  constructor(diagnostics: Diagnostic | readonly Diagnostic[], exitCode: FailureExitCode = 2) {
    const all: readonly Diagnostic[] = 'code' in diagnostics ? [diagnostics] : diagnostics;
    super(all.map(formatDiagnostic).join('\n'));
    this.name = 'HeddleError';
    this.diagnostics = all;
    this.exitCode = exitCode;
  }
}

/** An error of a single diagnostic; 2, the user's file or command line, where nothing else is said. */
export function numberedError(
  code: string,
  message: string,
  more: { readonly places?: readonly Place[]; readonly fix?: string; readonly exitCode?: FailureExitCode } = {},
): HeddleError {
  const { places = [], fix, exitCode = 2 } = more;
  return new HeddleError({ code, message, places, ...(fix === undefined ? {} : { fix }) }, exitCode);
}

/** One place as `file:line:column  text`. */
export function formatPlace(place: Place): string {
  const position = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
  return [position, place.text].filter((part) => part !== undefined && part !== '').join('  ');
}

/** The text form on a terminal: code and sentence, places, fix, and how to learn more. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const lines = [`error ${diagnostic.code}  ${diagnostic.message}`];
  diagnostic.places.forEach((place, index) => lines.push(`  ${index === 0 ? '-->' : '   '} ${formatPlace(place)}`));
  const explain = `explain: npm run -s heddle -- explain ${diagnostic.code}`;
  lines.push(diagnostic.fix === undefined ? `  ${explain}` : `  ${diagnostic.fix}        ${explain}`);
  return lines.join('\n');
}
