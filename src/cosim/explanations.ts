/** Long forms of this room's diagnostics (H50xx) for `explain CODE`; H5001 to H5003 come from `src/base/tools.ts`. */
export const explanations: Readonly<Record<string, string>> = {
  H5001:
    'Verilator was not found along PATH, nor under HEDDLE_VERILATOR. It is needed only to check the emitted text; the built-in simulator works without it.',
  H5002:
    'No C++ compiler was found along PATH, nor under HEDDLE_COMPILER. Verilator turns the text into C++, which has to be compiled.',
  H5003:
    'An external tool that this command needs was not found. `heddle doctor` lists all of them and what each enables.',
  H5010:
    'Verilator does not accept the SystemVerilog text. For emitted text this is a defect of Heddle; for files given with --rtl look at the named lines.',
  H5011:
    'The C++ that Verilator made does not compile with the generated harness. Most often a port of the list is missing from the text or has another name.',
  H5012: 'A port was poked or peeked that the Verilated model does not have.',
  H5013: 'The folder given with --rtl holds no SystemVerilog, or its files.f names files that are not there.',
  H5020:
    'A stall pattern is neither a known name, nor a probability between 0.0 and 1.0, nor a pair SOURCE/SINK of these.',
  H5021: 'A file of committed regression seeds does not have the form that the block harness reads.',
};
