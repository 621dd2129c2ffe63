/** From the circuit to SystemVerilog: prepare, output tree, text. */
export {
  compileOrder,
  emitDesign,
  type EmittedFile,
  type EmittedModule,
  emitModule,
  emitModuleWithMap,
} from './emit.js';
export { type MappedLine } from './lines.js';
export { clockConnections, type DomainUse, domainUses, usesClock, usesReset } from './clocking.js';
export { imageFiles, renderImage } from './images.js';
export { moduleTree } from './module.js';
export type { SvExpr, SvItem, SvModule, SvStmt } from './tree.js';
