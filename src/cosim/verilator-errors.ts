/** What Verilator and the compiler said, as diagnostics with the places they named. */
import { type Diagnostic, HeddleError } from '../base/diagnostics.js';

const errorLine = /^%Error(?:-\w+)?: (?:(.+?):(\d+):(\d+): )?(.*)$/gm;

/** H5010: one diagnostic per `%Error` line of Verilator. */
export function verilatorFailure(top: string, output: string): HeddleError {
  const diagnostics: Diagnostic[] = [...output.matchAll(errorLine)]
    .filter(([, , , , message]) => message !== undefined && !message.startsWith('Exiting due to'))
    .map(([, file, line, column, message]) => ({
      code: 'H5010',
      message: `${top}: Verilator rejects the text: ${message ?? ''}`,
      places: file === undefined ? [] : [{ file, line: Number(line), column: Number(column) }],
    }));
  const fallback: Diagnostic = {
    code: 'H5010',
    message: `${top}: Verilator failed`,
    places: [{ text: output.trim().split('\n').slice(-5).join(' | ') }],
  };
  return new HeddleError(diagnostics.length > 0 ? diagnostics : fallback, 1);
}

/** H5011: the C++ that Verilator wrote did not compile; most often the port list does not fit the text. */
export function compilerFailure(top: string, output: string): HeddleError {
  const errors = output.split('\n').filter((line) => /error/.test(line));
  return new HeddleError(
    {
      code: 'H5011',
      message: `${top}: the Verilated model does not compile`,
      places: errors.slice(0, 5).map((text) => ({ text })),
      fix: 'check that the port list matches the text, and that g++ works',
    },
    1,
  );
}
