/**
 * Random circuits of the simulator's tests in the form that the kit gives them: every inner signal declared by its block,
 * memories as deep as their addresses reach (out of range a simulator reads zeros, SystemVerilog undefined bits), shift
 * amounts of at most 16 bits (Verilator 5.006 refuses constant ones beyond 32).
 */
import { type Design, type Expr, type Item, lit, type ModuleDef, type SignalId } from '../../src/circuit/index.js';

/** Addresses of the generator have at most five bits. */
const reach = 32;

/** `design` with declarations of what no block declares, in front, and every module's name behind `prefix`. */
export function printable(design: Design, prefix: string): Design {
  const modules = Object.values(design.modules).map((def) => renamed(declared(def), prefix));
  return { top: prefix + design.top, modules: Object.fromEntries(modules.map((def) => [def.name, def])) };
}

function declared(def: ModuleDef): ModuleDef {
  const known = new Set<SignalId>();
  const visit = (item: Item): void => {
    if (item.item === 'declare') known.add(item.signal);
    else if (item.item === 'for') item.items.forEach(visit);
    else if (item.item === 'if') [...item.then, ...item.else].forEach(visit);
  };
  def.items.forEach(visit);
  const missing = def.signals.flatMap(({ kind }, signal): Item[] =>
    kind === 'input' || kind === 'output' || known.has(signal) ? [] : [{ item: 'declare', signal }],
  );
  const signals = def.signals.map((signal) => (signal.kind === 'memory' ? { ...signal, depth: lit(reach) } : signal));
  return { ...def, signals, items: [...missing, ...shortShifts(def.items), ...keepers(def)] };
}

/** The kit wants a driver for every register: one that nothing drives keeps its value. */
function keepers(def: ModuleDef): Item[] {
  const text = JSON.stringify(def.items, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return def.signals.flatMap(({ kind, type }, signal): Item[] => {
    if (kind !== 'reg' || text.includes(`{"stmt":"next","target":{"signal":${signal},`)) return [];
    return [
      {
        item: 'process',
        body: [{ stmt: 'next', target: { signal, path: [] }, value: { op: 'ref', type, signal } }],
      },
    ];
  });
}

const longest = 16;

/** Every shift amount cut to a length that tools take. */
function shortShifts<T>(data: T): T {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, visit(each)]));
    if (inner['op'] !== 'binary' || (inner['fn'] !== 'shl' && inner['fn'] !== 'shr')) return inner;
    const amount = inner['b'] as Expr;
    const { type } = amount;
    if (type.kind !== 'uint' || type.width.op !== 'lit' || type.width.value <= longest) return inner;
    const short: Expr = { op: 'convert', fn: 'truncate', type: { kind: 'uint', width: lit(longest) }, a: amount };
    return { ...inner, b: short };
  };
  return visit(data) as T;
}

function renamed(def: ModuleDef, prefix: string): ModuleDef {
  const visit = (item: Item): Item => {
    switch (item.item) {
      case 'instance':
        return { ...item, module: prefix + item.module };
      case 'for':
        return { ...item, items: item.items.map(visit) };
      case 'if':
        return { ...item, then: item.then.map(visit), else: item.else.map(visit) };
      default:
        return item;
    }
  };
  return { ...def, name: prefix + def.name, items: def.items.map(visit) };
}
