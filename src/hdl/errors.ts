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
  H1003:
    'A wire, an output or an element of a vector has no driver, or a register never gets a next value. Every element needs exactly one driver. What is not wanted is left out: a wire without a reader costs nothing, a wire without a driver has no value.',
  H1004:
    'A signal has two drivers. Each signal belongs to one scope: one assign, one when tree, or one instance output.',
  H1005:
    'A wire is set in some branches and not in others. The places name the decisions on the way to a branch without a value. Give the wire a default with an unconditional set first; a latch is never what you want.',
  H1006:
    'Two signals of one module, two instances or generate blocks of one block, or two modules of one design would have the same name in the emitted text.',
  H1007: 'A name is a keyword of SystemVerilog or Verilog and cannot appear in the emitted text.',
  H1008:
    'An input is read nowhere. Remove the port, read it, or say with b.unused that it is meant: a port that a variant of a family ignores, for instance. The ready of a source that is never read is a stream without back-pressure, which loses beats.',
  H1009:
    'A symbolic parameter was used as a plain JavaScript number (in an if, a loop bound, an array length). That would freeze the parameter at its default and make the emitted text wrong for every other value.',
  H1010:
    'A width or a range could not be shown to hold for every legal value of the parameters; where there are legal values that break it, the message names some. Raise a minimum or add a requires clause that states what you rely on; it is checked when the text is elaborated too.',
  H1011:
    'A stream, or a port of an instance, is left unconnected. Each stream has one producer, which drives valid and data, and one consumer, which drives ready.',
  H1012:
    'A signal of another module, or of a generate block that is not around this place, was used. Connect modules by ports and blocks by vectors.',
  H1013:
    'A value was assigned to something that cannot be driven: an input, an expression, a ready of a sink from outside.',
  H1014: 'A constant does not fit the width it is used at.',
  H1015: 'A parameter of an instance is missing, unknown or outside its declared range.',
  H1016: 'An elseWhen or otherwise does not follow its when directly.',
  H1018:
    'A register, a memory or an output of one clock domain depends on a signal of another one (or on an input of no clock), through any number of wires and instances, and nothing says that this is meant. The edge may come while the value changes: the register may become metastable, and the bits of a number may be old and new ones mixed. One bit that stays long enough goes through BitSynchronizer, a stream through AsyncFifo. `b.crossing` states any other reason why a value is safe, such as one that is stable whenever it is used.',
  H1019:
    'A module reads the ready of its own sink (or the valid of its own source) and drives it nowhere. That signal is an output: whoever takes the beats decides about ready. `fire` reads it too.',
  H1020:
    'Two write statements, or two iterations of one, may write a memory in the same cycle, and the circuit does not say which word stays where the addresses are equal. Put exclusive writes into the branches of one when, or state the policy: `last` lets the later statement win (what the text and the simulator do), `never` promises that the addresses differ, which is what a RAM with two write ports needs. A read always sees the word before the writes of its cycle.',
  H1021:
    'A clock domain was named that the module does not declare, or an instance has several domains and the module does not say which of its own they are; or a module of several clocks, or with an asynchronous reset, was given a clock or reset of its own.',
  H1025:
    'An unsigned value is compared with 0 by lt or ge, which decides nothing. Use eq or ne, or convert with asSInt where the sign is meant.',
  H1026:
    'Widths and counts are compared by a proof over all legal parameter values, which looks at every max, min and division and at every requires clause, also one after the other. This one took more steps than a proof may take, so that nothing is known. The usual cause is one relation under many requires clauses; a clause that states the relation itself is found at once.',
  H1017: 'A switch over an enumeration names a member that does not exist or misses one.',
};
