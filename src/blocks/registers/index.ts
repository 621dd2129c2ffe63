export {
  addressWires,
  drivesInterrupt,
  type FrameEvents,
  headConnections,
  headUnused,
  headWires,
  stateCode,
} from './head-control.js';
export { counterOffset, field, headCounters, type HeadOptions, headRegisters, REGISTER_VERSION, ro } from './head.js';
export type { IpRegister } from './ip-register.js';
export { counterSignal, makeRegisterFile } from './register-file.js';
export {
  type Counter,
  type FieldAccess,
  fieldSignal,
  type Register,
  type RegisterField,
  registerProblems,
  type RegisterTable,
  type RegisterWord,
  registerWords,
} from './register-table.js';
