/** The kit's numbered errors (H10xx): one constructor a message, so that tests can pin the text. */
import { type Diagnostic, HeddleError, type Place } from '../base/diagnostics.js';
import type { SourcePlace } from '../circuit/index.js';
import { callerPlace } from './place.js';

export function kitError(code: string, message: string, fix: string, related: readonly Place[] = []): HeddleError {
  const here = callerPlace();
  const places: Place[] = [...(here === undefined ? [] : [here]), ...related];
  return new HeddleError({ code, message, places, fix });
}

export function placeOf(place: SourcePlace | undefined, text: string): Place {
  return place === undefined ? { text } : { ...place, text };
}

export function diagnostic(code: string, message: string, fix: string, places: readonly Place[]): Diagnostic {
  return { code, message, places, fix };
}

/** Long forms for `explain CODE`. */
export const explanations: Readonly<Record<string, string>> = {
  H1001:
    'Two values that meet in one operator or assignment have widths that are not shown to be equal. Widths never change silently: extend or truncate one side.',
  H1002:
    'A signed and an unsigned value, or a number and a truth value, meet in one operator. Convert one side with asSInt, asUInt or asBool.',
  H1003: 'A wire, an output or an element of a vector has no driver. Every element needs exactly one.',
  H1004:
    'A signal has two drivers. Each signal belongs to one scope: one assign, one when tree, or one instance output.',
  H1005:
    'A wire is set in some branches and not in others. Give it a default with an unconditional set first; a latch is never what you want.',
  H1006: 'Two signals of one module would have the same name in the emitted text.',
  H1007: 'A name is a keyword of SystemVerilog or Verilog and cannot appear in the emitted text.',
  H1008: 'An input is never read. Remove the port, or read it.',
  H1009:
    'A symbolic parameter was used as a plain JavaScript number (in an if, a loop bound, an array length). That would freeze the parameter at its default and make the emitted text wrong for every other value.',
  H1010:
    'A width or a range could not be shown to hold for every legal value of the parameters. Add a requires clause that states what you rely on; it is checked when the text is elaborated too.',
  H1011: 'A stream port or a port of an instance is left unconnected.',
  H1012:
    'A signal of another module, or of a generate block that is not around this place, was used. Connect modules by ports and blocks by vectors.',
  H1013:
    'A value was assigned to something that cannot be driven: an input, an expression, a ready of a sink from outside.',
  H1014: 'A constant does not fit the width it is used at.',
  H1015: 'A parameter of an instance is missing, unknown or outside its declared range.',
  H1016: 'An elseWhen or otherwise does not follow its when directly.',
  H1017: 'A switch over an enumeration names a member that does not exist or misses one.',
};
