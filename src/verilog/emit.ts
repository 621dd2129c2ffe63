/** Modules and designs as SystemVerilog text. */
import { allItems, type Design, type ModuleDef } from '../circuit/index.js';
import { moduleTree } from './module.js';
import type { MappedLine } from './lines.js';
import { printModule } from './print.js';

/** A file of the emitted design. */
export interface EmittedFile {
  readonly name: string;
  readonly text: string;
}

/** Text of a module, and for its lines the TypeScript lines they come from. */
export interface EmittedModule {
  readonly text: string;
  readonly map: readonly MappedLine[];
}

export function emitModule(def: ModuleDef, design: Design): string {
  return emitModuleWithMap(def, design).text;
}

export function emitModuleWithMap(def: ModuleDef, design: Design): EmittedModule {
  return printModule(moduleTree(def, design));
}

/** One file a module, in an order in which every module comes after those that it instantiates. */
export function emitDesign(design: Design): EmittedFile[] {
  return compileOrder(design).map((def) => ({ name: `${def.name}.sv`, text: emitModule(def, design) }));
}

/** Modules that the top needs, leaves first, without the external ones. */
export function compileOrder(design: Design): ModuleDef[] {
  const order = new Set<ModuleDef>();
  const visit = (name: string): void => {
    const def = design.modules[name];
    if (def === undefined) throw new Error(`design has no module '${name}'`);
    if (order.has(def)) return;
    if (def.external !== undefined) return;
    for (const item of allItems(def.items)) if (item.item === 'instance') visit(item.module);
    order.add(def);
  };
  visit(design.top);
  return [...order];
}
