/** Numbered errors of the command line (H00xx), and the long forms of all rooms for `explain`. */
import { type HeddleError, numberedError } from '../base/diagnostics.js';
import { explanations as build } from '../build/errors.js';
import { explanations as cosim } from '../cosim/explanations.js';
import { explanations as dataflow } from '../dataflow/errors.js';
import { explanations as engine } from '../engine/errors.js';
import { examples } from '../hdl/error-examples.js';
import { explanations as hdl } from '../hdl/errors.js';
import { explanations as importing } from '../import/errors.js';
import { explanations as network } from '../network/errors.js';
import { explanations as soc } from '../soc/errors.js';
import { explanations as target } from '../target/errors.js';

export const commandLine: Readonly<Record<string, string>> = {
  H0001:
    'The command line has an option or a verb that Heddle does not know, lacks one that is needed, or gives a value of the wrong kind. `--help` after a verb lists its options.',
  H0002: 'No explanation is stored under this code. docs/errors.md lists all of them.',
  H0003: 'The target of cosim is neither a model file, nor a build directory, nor a block of the library.',
  H0004:
    'The target of wave is a TypeScript file that exports no module, or several and none was named (`FILE.ts#Name`), or a build without hardware; or a parameter does not suit the module.',
  H0005: 'No signal of the circuit matches the patterns given with --signals.',
  H0010:
    'The output directory exists, is not empty and does not carry the file that marks it as written by Heddle. It is left as it is; choose another directory, or remove it yourself.',
  H0011: 'A file or directory of the output cannot be written. Nothing was changed.',
};

/** Set-up of a checkout (`.ci/setup.mjs`), which runs before any package is there. */
const setUp: Readonly<Record<string, string>> = {
  H5091: 'Node is older than 20.19.',
  H5092: 'The npm packages are missing and could not be installed, or `HEDDLE_SETUP=never` forbids it.',
  H5093: 'Verilator, a C++ compiler or make is missing and could not be installed. `npm start` needs none of them.',
  H5094: 'Verilator is older than 5.006.',
};

/** Circuits on their way into a simulator or into text. */
const circuit: Readonly<Record<string, string>> = {
  H1101: 'Wires depend on each other in a circle without a register; the hops are listed.',
  H1102: 'A parameter that the top does not have was given, or one with a value outside of its declared range.',
  H1103: 'A requirement between parameters (`requires`) does not hold for the values given; its reason is printed.',
  H1104:
    'A parameter, an index or a module is named where it is not known: outside of its block, or not in the design.',
  H1105: 'A read-only memory has no contents, or contents of another depth than the memory.',
  H1106: 'With these parameters a signal has no bits or no elements. Widths and counts are at least 1.',
  H1107: 'With these parameters two items drive the same element of a signal.',
  H1108: 'A snapshot fits only the same design with the same parameters in the same kind of simulator.',
  H1109: 'A port or signal was asked for that the elaborated circuit does not have; similar names are listed.',
  H1120: 'A run can stop only on an output of the top that is one bit wide.',
  H1121: 'Time travel reaches only cycles that were recorded and are still remembered (`every` and `keep`).',
  H1122:
    'A test bench failed: a process, a monitor or a task threw an error. The cycle is the one whose values were looked at; the waves end there.',
  H1130:
    'An external module (a black box) has no model that the simulator could run, or one with a clock but without save and restore.',
  H1131: 'Outputs of black boxes that follow inputs within the cycle keep changing: they form a combinational loop.',
  H1110: 'Two memory images of different contents have one file name in the emitted text.',
  H1140:
    'Runs of one stimulus with different random initial state have different outputs. The element named was found by bisection: with its initial value alone changed, the output changes. Hardware would show whatever it woke up with: reset it, or use it only after it was written.',
};

/** Every code with its explanation, ascending. */
export function allExplanations(): ReadonlyMap<string, string> {
  const rooms = [commandLine, build, hdl, circuit, dataflow, engine, importing, network, soc, target, cosim, setUp];
  return new Map(rooms.flatMap((room) => Object.entries(room)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The author's text that makes an error and the text without it, where there is such an example. */
export function exampleOf(code: string): string | undefined {
  return examples[code];
}

export function usageError(message: string, fix?: string): HeddleError {
  return numberedError('H0001', message, fix === undefined ? {} : { fix });
}
