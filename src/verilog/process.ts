/**
 * Statement groups as the author wrote them, taken apart by how SystemVerilog has to write them: wires, registers with
 * reset, registers without, memories. Each part keeps only the branches that it needs.
 */
import { forEachStmt, type Item, type Signal, type SignalId, type Stmt } from '../circuit/index.js';

type Process = Extract<Item, { item: 'process' }>;

export interface ProcessGroup {
  readonly kind: 'wires' | 'reset' | 'plain' | 'memory';
  /** Clock domain; not of wires. */
  readonly domain: number;
  readonly body: readonly Stmt[];
}

const order = ['wires', 'reset', 'plain', 'memory'];

/** The parts of one process, wires first. */
export function groupProcess(body: readonly Stmt[], signals: readonly Signal[]): ProcessGroup[] {
  const groups = new Map<string, Omit<ProcessGroup, 'body'>>();
  forEachStmt(body, (stmt) => {
    const group = groupOf(stmt, signals);
    if (group !== undefined) groups.set(group.key, group);
  });
  return [...groups]
    .map(([key, { kind, domain }]) => ({ kind, domain, body: project(body, (s) => groupOf(s, signals)?.key === key) }))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function groupOf(
  stmt: Stmt,
  signals: readonly Signal[],
): { key: string; kind: ProcessGroup['kind']; domain: number } | undefined {
  if (stmt.stmt === 'set') return { key: 'wires', kind: 'wires', domain: 0 };
  if (stmt.stmt !== 'next' && stmt.stmt !== 'write') return undefined;
  const id = drivenBy(stmt);
  const signal = signals[id]!;
  if (signal.kind === 'memory') return { key: `memory ${id}`, kind: 'memory', domain: signal.domain };
  if (signal.kind !== 'reg') throw new Error(`'${signal.name}' is not a register`);
  const kind = signal.reset === undefined ? 'plain' : 'reset';
  return { key: `${kind} ${signal.domain}`, kind, domain: signal.domain };
}

function drivenBy(stmt: Extract<Stmt, { stmt: 'next' | 'set' | 'write' }>): SignalId {
  return stmt.stmt === 'write' ? stmt.memory : stmt.target.signal;
}

/** The statements that `keep` wants with the branches around them; empty branches go. */
function project(body: readonly Stmt[], keep: (stmt: Stmt) => boolean): Stmt[] {
  return body.flatMap((stmt): Stmt[] => {
    if (stmt.stmt === 'if') {
      const inner = { then: project(stmt.then, keep), else: project(stmt.else, keep) };
      return inner.then.length + inner.else.length === 0 ? [] : [{ ...stmt, ...inner }];
    }
    if (stmt.stmt === 'switch') {
      const cases = stmt.cases.map(({ match, body: inner }) => ({ match, body: project(inner, keep) }));
      const rest = project(stmt.default ?? [], keep);
      if (rest.length === 0 && cases.every(({ body: inner }) => inner.length === 0)) return [];
      return [{ ...stmt, cases, ...(stmt.default === undefined ? {} : { default: rest }) }];
    }
    return keep(stmt) ? [stmt] : [];
  });
}

/**
 * Joins processes of one block that drive the same signal, at the place of the last one: a signal may be driven from one
 * always block only. Later statements win, as they do in one process.
 */
export function joinProcesses(items: readonly Item[]): Item[] {
  const drivers = new Map<SignalId, Process[]>();
  const groups = new Map<Process, Process[]>();
  for (const item of items) {
    if (item.item !== 'process') continue;
    const joined = new Set<Process>();
    forEachStmt(item.body, (stmt) => {
      if (stmt.stmt === 'if' || stmt.stmt === 'switch') return;
      for (const earlier of drivers.get(drivenBy(stmt)) ?? []) joined.add(earlier);
    });
    const members = [...new Set([...joined].flatMap((each) => groups.get(each) ?? [each])), item];
    for (const member of members) groups.set(member, members);
    forEachStmt(item.body, (stmt) => {
      if (stmt.stmt !== 'if' && stmt.stmt !== 'switch') drivers.set(drivenBy(stmt), members);
    });
  }
  const inOrder = items.filter((item) => item.item === 'process');
  return items.flatMap((item): Item[] => {
    if (item.item !== 'process') return [item];
    const members = groups.get(item) ?? [item];
    if (members[members.length - 1] !== item) return [];
    const sorted = inOrder.filter((each) => members.includes(each));
    return [{ ...item, body: sorted.flatMap((each) => each.body) }];
  });
}
