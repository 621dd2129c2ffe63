/**
 * Parameters: values against their bounds and requirements, images, and the connection of an instance to its parent.
 */
import { type Actual, type Image, type Item, type ModuleDef, parentDomain, type Signal } from '../circuit/index.js';
import { affineNat } from './affine.js';
import { emitDrive, emitValue } from './lower-process.js';
import { type Lowered, joined } from './lower-expr.js';
import { type Scope, fail, findSignal, loopIndex, natScope, number, placesOf } from './scope.js';

/** All number parameters of `module`, given or default, checked. */
export function paramsOf(module: ModuleDef, given: ReadonlyMap<string, number>, who: string): Map<string, number> {
  const params = new Map<string, number>();
  for (const p of module.params) {
    if (p.kind !== 'nat') continue;
    const value = given.get(p.name) ?? p.default;
    if (!Number.isInteger(value) || value < p.min || (p.max !== undefined && value > p.max)) {
      fail({
        code: 'H1102',
        message: `${who}: ${p.name} = ${value} is not in ${p.min} .. ${p.max ?? ''}`,
        places: placesOf(module.place),
        fix: `${p.name}: ${p.doc}`,
      });
    }
    params.set(p.name, value);
  }
  for (const name of given.keys()) {
    if (!params.has(name)) {
      const known = [...params.keys()].join(', ');
      fail({
        code: 'H1102',
        message: `${who}: there is no parameter '${name}'`,
        places: placesOf(module.place),
        fix: known === '' ? `${module.name} has no parameters` : `parameters: ${known}`,
      });
    }
  }
  checkRequirements(module, params, who);
  return params;
}

function checkRequirements(module: ModuleDef, params: ReadonlyMap<string, number>, who: string): void {
  const scope = natScope(module.name, params, [], new Map());
  for (const { condition, reason } of module.requires) {
    const a = affineNat(condition.a, scope).c;
    const b = affineNat(condition.b, scope).c;
    const { rel } = condition;
    const equal = rel === '==' || rel === '<=' || rel === '>=';
    const holds = a === b ? equal : rel === '!=' || (a < b ? rel.startsWith('<') : rel.startsWith('>'));
    if (holds) continue;
    const values = [...params].map(([name, value]) => `${name} = ${value}`).join(', ');
    fail({
      code: 'H1103',
      message: `${who}: requires ${a} ${rel} ${b}, with ${values}`,
      places: placesOf(module.place),
      fix: reason,
    });
  }
}

/** Images of the top's image parameters, checked to be there. */
export function imagesOf(module: ModuleDef, given: ReadonlyMap<string, Image>): ReadonlyMap<string, Image> {
  for (const p of module.params) {
    if (p.kind === 'image' && !given.has(p.name)) {
      fail({
        code: 'H1105',
        message: `${module.name}: the image '${p.name}' is missing`,
        places: placesOf(module.place),
        fix: `pass images: { ${p.name}: { file, width, words } }`,
      });
    }
  }
  return given;
}

/** Inlines one instance: its parameters, its ports, and through `body` everything inside. */
export function bindInstance(
  scope: Scope,
  item: Extract<Item, { item: 'instance' }>,
  module: ModuleDef,
  body: (scope: Scope) => void,
): void {
  const who = `${scope.path}${item.name} (${module.name})`;
  const numbers = new Map<string, number>();
  const images = new Map<string, Image>();
  for (const [name, actual] of Object.entries(item.actuals)) bindActual(scope, name, actual, numbers, images);
  const params = paramsOf(module, numbers, who);
  const indices = new Map<string, never>();
  const outer = module.domains.map((domain, n) => {
    const known = scope.module.domains.indexOf(parentDomain(item, domain, module, scope.module));
    // A clock that the parent lacks runs with the one in its place.
    return known < 0 ? Math.min(n, scope.domains.length - 1) : known;
  });
  const child: Scope = {
    b: scope.b,
    module,
    modules: scope.modules,
    path: `${scope.path}${item.name}.`,
    images: imagesOf(module, images),
    loops: scope.loops,
    extents: scope.extents,
    branches: scope.branches,
    indices,
    signals: new Int32Array(module.signals.length),
    params,
    nat: natScope(who, params, scope.loops, indices),
    domains: outer.map((domain) => scope.domains[domain] ?? 0),
    resets: module.domains.map(({ reset }, n) => givenReset(scope, item, reset) ?? scope.resets[outer[n] ?? 0]),
  };
  body(child);
  module.signals.forEach((signal, id) => {
    if (signal.kind === 'input' || signal.kind === 'output') bindPort(scope, child, item, signal, id);
  });
}

/** The signal of the parent that an instance has for its reset, where it has one of its own. */
function givenReset(scope: Scope, item: Extract<Item, { item: 'instance' }>, reset: string): number | undefined {
  const binding = item.bindings[reset];
  return binding?.dir === 'input' && binding.value.op === 'ref'
    ? findSignal(scope, binding.value.signal).id
    : undefined;
}

function bindActual(
  scope: Scope,
  name: string,
  actual: Actual,
  numbers: Map<string, number>,
  images: Map<string, Image>,
): void {
  if (actual.op === 'image') images.set(name, actual.image);
  else if (actual.op === 'imageParam') {
    const image = scope.images.get(actual.name);
    if (image !== undefined) images.set(name, image);
  } else numbers.set(name, number(scope, actual));
}

function bindPort(
  scope: Scope,
  child: Scope,
  item: Extract<Item, { item: 'instance' }>,
  signal: Signal,
  id: number,
): void {
  const binding = item.bindings[signal.name];
  if (binding === undefined || binding.dir === 'open') return;
  const port = findSignal(child, id);
  if (binding.dir === 'input') {
    return emitValue(scope, port, [], binding.value, item.place);
  }
  const target = findSignal(scope, binding.target.signal);
  const { width, signed } = port;
  const prefix = loopIndex(port.loopRank);
  const value: Lowered = {
    dims: port.dims.slice(port.loopRank),
    width,
    signed,
    gathers: true,
    at: (index) => scope.b.expressions.load(port.id, joined(prefix, index), width, signed),
  };
  emitDrive(
    scope,
    target,
    binding.target.path.map((n) => affineNat(n, scope.nat)),
    value,
    item.place,
  );
}
