/** The construction kit: what a hardware author imports. */
export { type BlackBoxSpec, defineBlackBox } from './black-box.js';
export { Builder, type MemoryOptions, type WhenChain } from './builder.js';
export { type ModuleTemplate } from './core.js';
export { buildDesign, defineModule, Elaborator, type ModuleSpec, requirement } from './define.js';
export { type DomainSpec, type DomainSpecs } from './domains.js';
export { open } from './instance.js';
export { explanations } from './errors.js';
export { type Memory } from './memory.js';
export {
  clog2,
  indexWidth,
  nat,
  natEq,
  NatExpr,
  natGe,
  natGt,
  natLe,
  type NatLike,
  natLt,
  natNe,
  toNat,
  widthFor,
} from './nat-expr.js';
export { imageParam, ImageRef, natParam, type ParamSpecs } from './params.js';
export {
  type DataOf,
  input,
  output,
  sink,
  type SinkPort,
  type Ports,
  source,
  type SourcePort,
  type Stream,
} from './ports.js';
export { type AnySig, cat, type Operand, Sig } from './sig.js';
export {
  type Bits,
  Bool,
  bool,
  Bundle,
  bundle,
  Enum,
  enumOf,
  type Payload,
  packedBits,
  type Scalar,
  SInt,
  sint,
  UInt,
  uint,
  Vec,
  vec,
} from './types.js';
