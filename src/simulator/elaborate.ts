/**
 * Elaboration: a design with numbers for its parameters becomes one flat circuit whose loops are kept.
 *
 * A loop whose body differs between iterations (a generate condition, a width or a child parameter that depends on the
 * index) is split into runs or single iterations; every other loop stays one array node per driver.
 */
import type { BlackBoxBehaviour, Design, Image, Item, ModuleDef } from '../circuit/index.js';
import { SplitLoop, addAffine, affineConst, affineNat, affineVar, evalAffine } from './affine.js';
import { bindInstance, imagesOf, paramsOf } from './elaborate-params.js';
import { elaborateBlackBox } from './elaborate-black-box.js';
import { declareSignals } from './elaborate-signals.js';
import { resetUpdates } from './elaborate-reset.js';
import type { ElaboratedCircuit } from './elaborated.js';
import { Expressions } from './expressions.js';
import { emitAssign, lowerProcess } from './lower-process.js';
import { type Builder, type Scope, addSignal, fail, natScope, number, placesOf } from './scope.js';

export interface ElaborateOptions {
  /** Values of the top's parameters by name; the others keep their defaults. */
  readonly params?: Readonly<Record<string, number>>;
  /** Contents of the top's image parameters. */
  readonly images?: Readonly<Record<string, Image>>;
  /** Models of external modules by name, where the design was copied as data or another model is wanted. */
  readonly blackBoxes?: Readonly<Record<string, BlackBoxBehaviour>>;
}

export function elaborate(design: Design, options: ElaborateOptions = {}): ElaboratedCircuit {
  const top = design.modules[design.top];
  if (top === undefined)
    return fail({ code: 'H1104', message: `the design has no module '${design.top}'`, places: [] });
  const b: Builder = {
    expressions: new Expressions(sizeOf(design)),
    signals: [],
    assigns: [],
    updates: [],
    writes: [],
    blackBoxes: [],
    behaviours: options.blackBoxes ?? {},
    regs: new Map(),
  };
  const params = paramsOf(top, new Map(Object.entries(options.params ?? {})), top.name);
  const resets: number[] = [];
  const scope: Scope = {
    b,
    module: top,
    modules: design.modules,
    path: '',
    images: imagesOf(top, new Map(Object.entries(options.images ?? {}))),
    loops: [],
    extents: [],
    branches: [],
    indices: new Map(),
    signals: new Int32Array(top.signals.length),
    params,
    nat: natScope(top.name, params, [], new Map()),
    domains: top.domains.map((_, domain) => domain),
    resets,
  };
  const inputs = new Map<string, number>();
  for (const domain of top.domains) {
    const known = inputs.get(domain.reset);
    if (known !== undefined) {
      resets.push(known);
      continue;
    }
    const id = addSignal(b, {
      name: domain.reset,
      kind: 'input',
      dims: [],
      loopRank: 0,
      origin: [],
      width: 1,
      signed: false,
      temporary: false,
      unreset: false,
      port: 'input',
    });
    inputs.set(domain.reset, id);
    resets.push(id);
  }
  elaborateModule(scope);
  const { updates, asyncResets } = resetUpdates(b);
  const idle = idleResets(b, resets);
  const ports: number[] = [];
  for (const { id, name, port } of b.signals) {
    if (port !== undefined && name !== '' && !idle.has(id)) ports.push(id);
  }
  return {
    top: top.name,
    clocks: top.domains.map(({ clock }) => clock),
    expressions: b.expressions,
    signals: b.signals,
    assigns: b.assigns,
    updates,
    writes: b.writes,
    asyncResets,
    ports,
    blackBoxes: b.blackBoxes,
    streams: top.streams,
  };
}

/** Rough number of expressions. */
function sizeOf({ modules }: Design): number {
  let signals = 0;
  for (const name in modules) signals += modules[name]?.signals.length ?? 0;
  return 3 * signals;
}

function idleResets(b: Builder, resets: readonly number[]): ReadonlySet<number> {
  const idle = new Set(resets);
  for (const r of b.regs.values()) {
    if (r.reset !== undefined) idle.delete(r.reset.input);
    if (idle.size === 0) break;
  }
  return idle;
}

/** Declares the signals of a module and walks its items; instances come back here. */
function elaborateModule(scope: Scope): void {
  const { items } = scope.module;
  declareSignals(scope, items, true);
  for (const item of items) if (item.item !== 'declare') elaborateItem(scope, item);
}

function elaborateBlock(scope: Scope, items: readonly Item[]): void {
  try {
    declareSignals(scope, items, false);
    for (const item of items) elaborateItem(scope, item);
  } finally {
    for (const item of items) if (item.item === 'declare') scope.signals[item.signal] = 0;
  }
}

function elaborateItem(scope: Scope, item: Item): void {
  switch (item.item) {
    case 'comment':
    case 'declare':
      return;
    case 'assign':
      return emitAssign(scope, item.target, item.value, item.place);
    case 'process':
      return lowerProcess(scope, item);
    case 'instance':
      return elaborateInstance(scope, item);
    case 'if': {
      const taken = holds(scope, item);
      const label = taken ? item.label : `${item.label}_else`;
      const branches = [...scope.branches, { label, path: scope.path, loops: scope.loops.length }];
      return elaborateBlock({ ...scope, branches }, taken ? item.then : item.else);
    }
    case 'for': {
      const count = number(scope, item.count);
      if (count > 0) elaborateLoop(scope, item, 0, count);
    }
  }
}

function elaborateInstance(scope: Scope, item: Extract<Item, { item: 'instance' }>): void {
  const module: ModuleDef | undefined = scope.modules[item.module];
  if (module === undefined) {
    return fail({
      code: 'H1104',
      message: `${scope.module.name}: instance '${item.name}' names the module '${item.module}', which the design lacks`,
      places: placesOf(item.place),
    });
  }
  bindInstance(scope, item, module, module.external === undefined ? elaborateModule : elaborateBlackBox);
}

/** Iterations `from` .. `to - 1` as one loop if they are alike, else in pieces. */
function elaborateLoop(scope: Scope, item: Extract<Item, { item: 'for' }>, from: number, to: number): void {
  const { b } = scope;
  const v = scope.loops.length;
  const sizes = [b.signals.length, b.assigns.length, b.updates.length, b.writes.length, b.blackBoxes.length] as const;
  const loops = [...scope.loops, { count: to - from, first: from, label: item.label, path: scope.path }];
  const extents = loops.map((l) => l.count);
  const index = to - from === 1 ? affineConst(from) : addAffine(affineVar(v), affineConst(from));
  const indices = new Map(scope.indices).set(item.index, index);
  const nat = natScope(scope.module.name, scope.params, loops, indices);
  try {
    elaborateBlock({ ...scope, loops, extents, indices, nat }, item.items);
  } catch (error) {
    if (!(error instanceof SplitLoop) || error.variable !== v) throw error;
    const lists = [b.signals, b.assigns, b.updates, b.writes, b.blackBoxes];
    for (const [list, size] of lists.map((l, k) => [l, sizes[k] ?? 0] as const)) {
      list.length = size;
    }
    for (const id of [...b.regs.keys()]) if (id >= sizes[0]) b.regs.delete(id);
    const inner = error.cuts ?? Array.from({ length: to - from - 1 }, (_, k) => k + 1);
    const cuts = [from, ...inner.map((c) => from + c), to];
    cuts.slice(1).forEach((end, k) => elaborateLoop(scope, item, cuts[k] ?? from, end));
  }
}

const compare = {
  '==': (a: number, b: number): boolean => a === b,
  '!=': (a: number, b: number): boolean => a !== b,
  '<': (a: number, b: number): boolean => a < b,
  '<=': (a: number, b: number): boolean => a <= b,
  '>': (a: number, b: number): boolean => a > b,
  '>=': (a: number, b: number): boolean => a >= b,
};

/** Decides a generate condition; one that differs between iterations splits the loop where it changes. */
function holds(scope: Scope, item: Extract<Item, { item: 'if' }>): boolean {
  const a = affineNat(item.condition.a, scope.nat);
  const b = affineNat(item.condition.b, scope.nat);
  const decide = compare[item.condition.rel];
  const variables = [...new Set([...a.terms, ...b.terms].map((t) => t.v))].sort((x, y) => x - y);
  const [v] = variables;
  if (v === undefined) return decide(a.c, b.c);
  if (variables.length > 1) throw new SplitLoop(v);
  const results = Array.from({ length: scope.loops[v]?.count ?? 1 }, (_, i) => {
    const vars: number[] = [];
    vars[v] = i;
    return decide(evalAffine(a, vars), evalAffine(b, vars));
  });
  const cuts = results.flatMap((r, i) => (i > 0 && r !== results[i - 1] ? [i] : []));
  if (cuts.length > 0) throw new SplitLoop(v, cuts);
  return results[0] ?? false;
}
