/** Modules that are written elsewhere: ports for the circuit, a name for the text, a model for the simulators. */
import {
  type BlackBoxBehaviour,
  type ExternalModule,
  type ModuleDef,
  type Requirement,
  withBehaviour,
} from '../circuit/index.js';
import type { ModuleTemplate } from './core.js';
import { defineModule } from './define.js';
import { kitError } from './errors.js';
import type { ParamSpecs, ParamValues } from './params.js';
import type { Ports } from './ports.js';

export interface BlackBoxSpec<P extends ParamSpecs, Q extends Ports<'main' | 'async'>> {
  /** snake_case name in the circuit. */
  readonly name: string;
  readonly doc: string;
  readonly params: P;
  /** What must hold between parameters. */
  readonly requires?: (params: ParamValues<P>) => readonly Requirement[];
  readonly ports: (params: ParamValues<P>) => Q;
  /** Name of the module in Verilog; the same as `name` unless told otherwise. */
  readonly module?: string;
  /** Verilog names of ports by the names that the circuit gives them. */
  readonly pins?: Readonly<Record<string, string>>;
  /** Verilog parameters that are the same in every instance. */
  readonly fixed?: Readonly<Record<string, string | number>>;
  /** Verilog name of the clock port; absent in a module without state. */
  readonly clock?: string;
  /** Outputs that follow inputs within the cycle, with those inputs; other outputs change at the edge only. */
  readonly paths?: Readonly<Record<string, readonly string[]>>;
  /** File with its Verilog. */
  readonly source?: string;
  readonly model: BlackBoxBehaviour;
}

/** A template that `b.instance` takes like any other; it is printed as an instance, without a body. */
export function defineBlackBox<const P extends ParamSpecs, Q extends Ports<'main' | 'async'>>(
  spec: BlackBoxSpec<P, Q>,
): ModuleTemplate<P, Q> {
  const { name, doc, params, ports, requires, clock, model, paths = {} } = spec;
  const external: ExternalModule = {
    ...{ module: spec.module ?? name, pins: spec.pins ?? {}, fixed: spec.fixed ?? {} },
    ...{ clocked: clock !== undefined, paths },
    ...(spec.source === undefined ? {} : { source: spec.source }),
  };
  const shell = defineModule({
    ...{ name, doc, params, ports, external, body: () => undefined },
    ...(requires === undefined ? {} : { requires }),
  });
  return {
    ...shell,
    elaborate(source, witness) {
      const made = shell.elaborate(source, witness);
      checkPaths(made, paths);
      const domains = clock === undefined ? [] : made.domains.slice(0, 1).map((domain) => ({ ...domain, clock }));
      return withBehaviour({ ...made, domains }, model);
    },
  };
}

function checkPaths(module: ModuleDef, paths: Readonly<Record<string, readonly string[]>>): void {
  for (const [to, from] of Object.entries(paths)) {
    const wrong = [to, ...from].find((name, k) => {
      const kind = module.signals.find((signal) => signal.name === name)?.kind;
      return kind !== (k === 0 ? 'output' : 'input');
    });
    if (wrong === undefined) continue;
    throw kitError(
      'H1011',
      `black box '${module.name}': paths name '${wrong}', which is not such a port`,
      'write paths as { output: [inputs] } with the names that the circuit gives the ports',
    );
  }
}
