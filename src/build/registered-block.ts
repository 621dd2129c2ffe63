/** A block of the library under its name. */
import type { Design } from '../circuit/index.js';
import { buildDesign, type ModuleTemplate, type ParamSpecs, type Ports } from '../hdl/index.js';

export type ParamNumbers = Readonly<Record<string, number>>;

export interface RegisteredBlock {
  /** Name of the emitted module. */
  readonly name: string;
  /** Blocks of one family differ in structure that is no parameter; `list` shows them as one line. */
  readonly family: string;
  /** The block with its own defaults; children included. Always the same design, built when it is first asked for. */
  readonly build: () => Design;
  /** Small legal values of all number parameters, for waves and tests. */
  readonly example: ParamNumbers;
}

/** `make`, called once at most. */
export function once(make: () => Design): () => Design {
  let made: Design | undefined;
  return () => (made ??= make());
}

/** The entry of a template. */
export function block<P extends ParamSpecs, Q extends Ports>(
  template: ModuleTemplate<P, Q>,
  example: ParamNumbers,
  family = template.name,
): RegisteredBlock {
  return { name: template.name, family, build: once(() => buildDesign(template)), example };
}
