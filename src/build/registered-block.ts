/** A block of the library under its name. */
import type { Design } from '../circuit/index.js';
import { buildDesign, type ModuleTemplate, type ParamSpecs, type Ports } from '../hdl/index.js';

export type ParamNumbers = Readonly<Record<string, number>>;

export interface RegisteredBlock {
  /** Name of the emitted module. */
  readonly name: string;
  /** Blocks of one family differ in structure that is no parameter; `list` shows them as one line. */
  readonly family: string;
  /** Header of its text; the first line says what it does. */
  readonly doc: string;
  /** Its parameters with their defaults. */
  readonly params: ParamSpecs;
  /** The block with its own defaults; children included. Always the same design, built when it is first asked for. */
  readonly build: () => Design;
  /** Small legal values of all number parameters, for waves and tests. */
  readonly example: ParamNumbers;
}

/** The entry of a template, under its own name and family unless told. */
export function block<P extends ParamSpecs, Q extends Ports>(
  template: ModuleTemplate<P, Q>,
  example: ParamNumbers,
  family = template.name,
  name = template.name,
): RegisteredBlock {
  const { doc, params } = template;
  let design: Design | undefined;
  return { name, family, doc, params, build: () => (design ??= buildDesign(template)), example };
}
