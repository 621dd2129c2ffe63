/**
 * External modules: written elsewhere (a vendor's primitive, an imported Verilog file), instantiated here. The circuit
 * holds their ports as plain data; how they behave is a model in TypeScript, kept beside the data and given to the
 * simulators.
 */
import type { Design, ExternalModule, ModuleDef } from './module.js';

/** Raw unsigned bits by port name; inputs are valid during the call only. */
export type PortBits = Readonly<Record<string, bigint>>;

/** One instance of an external module, running. */
export interface BlackBoxModel {
  /** All outputs from state and inputs. Of outputs without a path only the state may speak. */
  evaluate(inputs: PortBits): PortBits;
  /** The clock edge, with the inputs settled before it. */
  clock?(inputs: PortBits): void;
  /** The whole state in numbers >= 0, for snapshots; required of a model with `clock`. */
  save?(): readonly bigint[];
  restore?(state: readonly bigint[]): void;
}

/** Makes an instance for given parameter values. */
export type BlackBoxBehaviour = (params: Readonly<Record<string, number>>) => BlackBoxModel;

// Functions do not belong into plain data; a design that was copied as data is given its models again as an option.
const behaviours = new WeakMap<ModuleDef, BlackBoxBehaviour>();

/** Says how an external module behaves; returns the module. */
export function withBehaviour(module: ModuleDef, behaviour: BlackBoxBehaviour): ModuleDef {
  behaviours.set(module, behaviour);
  return module;
}

export const behaviourOf = (module: ModuleDef): BlackBoxBehaviour | undefined => behaviours.get(module);

/** External modules of a design, by name: what a build has to add files for. */
export function externalModules(design: Design): readonly (ExternalModule & { readonly name: string })[] {
  return Object.values(design.modules).flatMap(({ name, external }) =>
    external === undefined ? [] : [{ name, ...external }],
  );
}
