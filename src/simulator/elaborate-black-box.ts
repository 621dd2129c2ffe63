/** External modules in the elaborated circuit: hidden ports, and a place that the simulators fill with a model. */
import { behaviourOf } from '../circuit/index.js';
import { declareSignals } from './elaborate-signals.js';
import { type Scope, fail, findSignal, placesOf } from './scope.js';

export function elaborateBlackBox(scope: Scope): void {
  const { b, module } = scope;
  const behaviour = b.behaviours[module.name] ?? behaviourOf(module);
  if (behaviour === undefined) {
    return fail({
      code: 'H1130',
      message: `${scope.path.slice(0, -1)}: nobody has said how the external module '${module.name}' behaves`,
      places: placesOf(module.place),
      fix: `pass blackBoxes: { ${module.name}: (params) => model }`,
    });
  }
  declareSignals(scope, [], true);
  const portsOf = (kind: 'input' | 'output') =>
    module.signals.flatMap((signal, id) =>
      signal.kind === kind ? [{ name: signal.name, signal: findSignal(scope, id).id }] : [],
    );
  b.blackBoxes.push({
    path: scope.path.slice(0, -1),
    module: module.name,
    params: Object.fromEntries(scope.params),
    behaviour,
    count: scope.extents.reduce((n, d) => n * d, 1),
    inputs: portsOf('input'),
    outputs: portsOf('output'),
    paths: Object.keys(module.external?.paths ?? {}),
    domain: scope.domains[0] ?? 0,
  });
}
