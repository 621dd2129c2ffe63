/** Items of a block in the order of the text: declarations with their equations first, then processes, instances, loops. */
import type { Design, Expr, Item, ModuleDef, Nat, SignalId, Stmt } from '../circuit/index.js';
import { bitsSv, targetBits } from './bits.js';
import { clockConnections, domainUses } from './clocking.js';
import { declarationSv } from './declarations.js';
import { assigned, assignedEnum, type ExprContext, selfContained } from './expr.js';
import { loopStatements } from './loops.js';
import { conditionSv, natSv } from './nat.js';
import { freshName } from './names.js';
import { elementOf, needsLoop } from './prepare.js';
import { groupProcess, joinProcesses, type ProcessGroup } from './process.js';
import { driven, statements } from './statements.js';
import { type SvAssign, type SvConnection, type SvExpr, type SvItem, type SvStmt, text, unary } from './tree.js';
import { unusedItems } from './unused.js';

export interface ItemContext extends ExprContext {
  readonly def: ModuleDef;
  readonly design: Design;
  readonly taken: Set<string>;
  /** Signals with bits that nothing reads. */
  readonly unread: ReadonlySet<SignalId>;
  /** Signals that a generate loop drives and reads element by element without a register between. */
  readonly chains: ReadonlySet<SignalId>;
}

type Of<K extends Item['item']> = Extract<Item, { item: K }>;

/** `root` is the module's own block: registers and wires are declared apart there. */
export function blockItems(items: readonly Item[], context: ItemContext, root: boolean): SvItem[] {
  const result: SvItem[] = [];
  let run: (Of<'declare'> | Of<'assign'>)[] = [];
  const flush = () => {
    result.push(...equations(run, context, root));
    run = [];
  };
  for (const item of joinProcesses(items)) {
    if (item.item === 'declare' || item.item === 'assign') {
      run.push(item);
      continue;
    }
    const bare = result[result.length - 1]?.item === 'comment' && run.length > 0 && isRegisters(run, context);
    flush();
    const before = result[result.length - 1];
    const [first, ...rest] = structure(item, context);
    if (first === undefined) continue;
    const close = before?.item === 'comment' || (bare && item.item === 'process');
    result.push(close ? { ...first, tight: true } : first, ...rest);
  }
  flush();
  if (!root) {
    const names = items.flatMap((item) =>
      item.item === 'declare' && context.unread.has(item.signal) ? [context.signals[item.signal]!.name] : [],
    );
    result.push(...unusedItems(names, context.taken));
  }
  return result;
}

function isRegisters(run: readonly Item[], context: ItemContext): boolean {
  return run.every((item) => item.item === 'declare' && context.signals[item.signal]!.kind === 'reg');
}

/** Declarations, then the equations of what they declare, then other equations. */
function equations(run: readonly (Of<'declare'> | Of<'assign'>)[], context: ItemContext, root: boolean): SvItem[] {
  const declared = run.flatMap((item) => (item.item === 'declare' ? [item.signal] : []));
  const assigns = run.flatMap((item) => (item.item === 'assign' ? [item] : []));
  const memories = declared.filter((id) => context.signals[id]!.kind === 'memory');
  const registers = declared.filter((id) => context.signals[id]!.kind === 'reg');
  const wires = declared.filter((id) => context.signals[id]!.kind === 'wire');
  const groups = root ? [memories, registers, wires] : [memories, [...declared].filter((id) => !memories.includes(id))];
  const result: SvItem[] = [];
  for (const group of groups.filter((each) => each.length > 0)) {
    const declared = group.filter((id) => !isRom(id, context));
    if (declared.length > 0)
      result.push({ item: 'declarations', rows: declared.map((id) => declaration(id, context)) });
    for (const id of group) result.push(...contents(id, context));
  }
  const own = assigns.filter((item) => wires.includes(item.target.signal));
  const other = assigns.filter((item) => !wires.includes(item.target.signal));
  const tight = root && wires.length > 0;
  result.push(...assignItems(own, context, tight), ...assignItems(other, context, false));
  return result;
}

/** A memory whose contents stand in the text is a function, not an array. */
function isRom(id: SignalId, { signals }: ItemContext): boolean {
  const signal = signals[id]!;
  return signal.kind === 'memory' && signal.contents !== undefined;
}

function declaration(id: SignalId, context: ItemContext) {
  const row = declarationSv(context.signals[id]!, context);
  return context.chains.has(id) ? { ...row, pragma: 'verilator split_var' } : row;
}

function contents(id: SignalId, context: ItemContext): SvItem[] {
  const signal = context.signals[id]!;
  if (signal.kind !== 'memory') return [];
  if (signal.contents !== undefined) {
    const { width, words } = signal.contents;
    return [{ item: 'rom', memory: signal.name, width, words }];
  }
  if (signal.image === undefined) return [];
  return [{ item: 'readmem', image: signal.image, memory: signal.name, depth: natSv(signal.depth), tight: true }];
}

function assignItems(assigns: readonly Of<'assign'>[], context: ItemContext, tight: boolean): SvItem[] {
  const result: SvItem[] = [];
  let rows: SvAssign[] = [];
  const flush = () => {
    if (rows.length > 0) result.push({ item: 'assigns', rows });
    rows = [];
  };
  for (const { target, value, place } of assigns) {
    const bits = targetBits(target, context.signals);
    const left = bitsSv(bits, context.signals);
    if (needsLoop(value)) {
      flush();
      const body = loopStatements(left, value, loopIndex(context), context);
      result.push({ item: 'always', head: 'always_comb', body, place });
    } else rows.push({ target: left, value: driven(target.signal, bits, value, context), place });
  }
  flush();
  return result.map((item, k) => (k === 0 && tight ? { ...item, tight: true } : item));
}

/** Index of a procedural loop; differs from every genvar and signal. */
function loopIndex(context: ItemContext): string {
  for (const name of ['k', 'n', 'bit_i', 'lane_i']) if (!context.taken.has(name)) return name;
  return freshName('loop_i', new Set(context.taken));
}

function structure(item: Exclude<Item, Of<'declare'> | Of<'assign'>>, context: ItemContext): SvItem[] {
  switch (item.item) {
    case 'comment':
      return [{ item: 'comment', lines: item.text.split('\n') }];
    case 'process': {
      const groups = groupProcess(item.body, context.signals);
      const mixed = groups.some((group) => group.kind === 'reset');
      return groups.map((group) => always(group, mixed, item.place, context));
    }
    case 'instance':
      return [instance(item, context)];
    case 'for': {
      const { index, place } = item;
      const items = blockItems(item.items, context, false);
      return [{ item: 'for', index, count: natSv(item.count), label: `g_${item.label}`, items, place }];
    }
    case 'if': {
      const then = blockItems(item.then, context, false);
      const otherwise = blockItems(item.else, context, false);
      const label = `g_${item.label}`;
      return [
        {
          item: 'if',
          cond: conditionSv(item.condition),
          label,
          then,
          else: otherwise,
          elseLabel: `${label}_else`,
          place: item.place,
        },
      ];
    }
  }
}

function always(
  group: ProcessGroup,
  mixed: boolean,
  place: Item extends infer _ ? Of<'process'>['place'] : never,
  context: ItemContext,
): SvItem {
  const body = statements(group.body, { ...context, loopIndex: loopIndex(context) });
  if (group.kind === 'wires') return wiresItem(group, body, place);
  const domain = context.def.domains[group.domain]!;
  const edge = `posedge ${domain.clock}`;
  if (group.kind !== 'reset') {
    const note = group.kind === 'plain' && mixed ? { note: 'payload needs no reset' } : {};
    return { item: 'always', head: `always_ff @(${edge})`, ...note, body, place };
  }
  const head = domain.asynchronousReset ? `always_ff @(${edge} or negedge ${domain.reset})` : `always_ff @(${edge})`;
  const reset = { cond: unary('!', text(domain.reset)), body: resetStatements(group.body, context) };
  const [only] = body;
  const rest = body.length === 1 && only?.st === 'if' ? only.branches : [{ body }];
  return { item: 'always', head, body: [{ st: 'if', branches: [reset, ...rest], place }], place };
}

/** Equations without a condition stay equations. */
function wiresItem(group: ProcessGroup, body: readonly SvStmt[], place: Of<'process'>['place']): SvItem {
  const targets = group.body.map((stmt) => (stmt.stmt === 'set' ? JSON.stringify(stmt.target) : undefined));
  const plain = targets.every((target) => target !== undefined) && new Set(targets).size === targets.length;
  if (!plain) return { item: 'always', head: 'always_comb', body, place };
  return { item: 'assigns', rows: body.flatMap((stmt) => (stmt.st === 'assign' ? [stmt] : [])) };
}

/** What every register of a process takes in reset, in the order in which they first appear. */
function resetStatements(body: readonly Stmt[], context: ItemContext): SvStmt[] {
  const seen = new Map<string, { signal: SignalId; path: readonly Nat[] }>();
  const collect = (list: readonly Stmt[]): void => {
    for (const stmt of list) {
      if (stmt.stmt === 'next') seen.set(JSON.stringify(stmt.target), stmt.target);
      else if (stmt.stmt === 'if') [stmt.then, stmt.else].forEach(collect);
      else if (stmt.stmt === 'switch') [...stmt.cases.map((c) => c.body), stmt.default ?? []].forEach(collect);
    }
  };
  collect(body);
  const targets = [...seen.values()];
  const whole = new Set(targets.filter((t) => t.path.length === 0).map((t) => t.signal));
  return targets
    .filter((t) => t.path.length === 0 || !whole.has(t.signal))
    .map((target): SvStmt => {
      const signal = context.signals[target.signal]!;
      const reset: Expr | undefined = signal.kind === 'reg' ? signal.reset : undefined;
      if (reset === undefined) throw new Error(`'${signal.name}' has no reset value`);
      const left: SvExpr = bitsSv(targetBits(target, context.signals), context.signals);
      const element = elementOf(reset, target.path);
      const value = element.type.kind === 'enum' ? assignedEnum(element, context) : assigned(element, context);
      return { st: 'assign', nonblocking: true, target: left, value };
    });
}

function instance(item: Of<'instance'>, context: ItemContext): SvItem {
  const child = context.design.modules[item.module];
  if (child === undefined) throw new Error(`design has no module '${item.module}'`);
  const parameters = child.params.flatMap(({ name }): SvConnection[] => {
    const actual = item.actuals[name];
    if (actual === undefined) return [];
    if (actual.op === 'image') return [{ name, value: text(`"${actual.image.file}"`) }];
    return [{ name, value: actual.op === 'imageParam' ? text(actual.name) : natSv(actual) }];
  });
  const { module = item.module, pins = {}, fixed = {} } = child.external ?? {};
  for (const [name, value] of Object.entries(fixed)) {
    parameters.push({ name, value: text(typeof value === 'string' ? `"${value}"` : String(value)) });
  }
  const clocks = clockConnections(item, context.def, context.design).map(({ port, signal }) => ({
    name: port,
    value: text(signal),
  }));
  const names = child.signals
    .filter((signal) => signal.kind === 'input' || signal.kind === 'output')
    .map((s) => s.name);
  const idle = child.domains.map(({ reset }) => reset).filter((reset) => !usedResets(child, context).includes(reset));
  const extra = Object.keys(item.bindings).filter((name) => !names.includes(name) && !idle.includes(name));
  const ports = [...extra, ...names].map((port): SvConnection => {
    const binding = item.bindings[port];
    const name = pins[port] ?? port;
    if (binding === undefined || binding.dir === 'open') return { name };
    if (binding.dir === 'input') return { name, value: withoutSign(selfContained(binding.value, context)) };
    return { name, value: bitsSv(targetBits(binding.target, context.signals), context.signals) };
  });
  const { place } = item;
  return {
    item: 'instance',
    module,
    name: `u_${item.name}`,
    parameters,
    ports: [...clocks, ...ports],
    place,
  };
}

const usedResets = (child: ModuleDef, context: ItemContext): string[] =>
  domainUses(child, context.design).flatMap(({ domain, reset }) => (reset ? [domain.reset] : []));

/** A connection passes bits on, whatever their sign; Yosys 0.23 fails on `.a($signed(x))`. */
function withoutSign(value: SvExpr): SvExpr {
  const [inner] = value.sv === 'call' && /^\$(un)?signed$/.test(value.name) ? value.args : [];
  return inner ?? value;
}
