/** One module of the circuit as a module of the output tree. */
import {
  allItems,
  type Design,
  emptyContext,
  type ModuleDef,
  type NatContext,
  type SignalId,
} from '../circuit/index.js';
import { findChains } from './chains.js';
import { checks } from './checks.js';
import { idleClocks } from './clocking.js';
import { enumNames } from './enums.js';
import type { ExprContext } from './expr.js';
import { headerLines, parameters, ports } from './header.js';
import { blockItems, type ItemContext } from './items.js';
import { natSv } from './nat.js';
import { takenNames } from './names.js';
import { prepare } from './prepare.js';
import type { SvItem, SvModule } from './tree.js';
import { unreadSignals } from './unread.js';
import { unusedItems } from './unused.js';
import { mentions } from './mentions.js';

export function moduleTree(source: ModuleDef, design: Design): SvModule {
  const def = prepare(source);
  const expressions: ExprContext = { signals: def.signals, enums: enumNames(def), ranges: ranges(def) };
  const taken = takenNames(def);
  for (const name of indexNames(def)) taken.add(name);
  const context: ItemContext = {
    ...expressions,
    def,
    design,
    taken,
    unread: unreadSignals(def),
    chains: findChains(def, design),
  };
  const body = [...checks(def), ...enums(expressions), ...blockItems(def.items, context, true)];
  const portList = ports(def, design, expressions);
  const items = [...localParams(def, body), ...body];
  const unread = [
    ...idleClocks(def, design),
    ...rootUnread(def, context.unread),
    ...unusedParameters(def, [portList, items]),
  ];
  return {
    name: def.name,
    header: headerLines(def),
    parameters: parameters(def),
    ports: portList,
    items: [...items, ...unusedItems(unread, taken)],
    ...(def.place === undefined ? {} : { place: def.place }),
  };
}

function ranges({ params }: ModuleDef): NatContext {
  const numbers = params.filter((param) => param.kind === 'nat');
  const maximum = numbers.flatMap(({ name, max }) => (max === undefined ? [] : [[name, max] as const]));
  return { ...emptyContext, minimum: new Map(numbers.map(({ name, min }) => [name, min])), maximum: new Map(maximum) };
}

/** Unread signals of the module's own block, ports among them. */
function rootUnread(def: ModuleDef, unread: ReadonlySet<SignalId>): string[] {
  const declared = new Set(def.items.flatMap((item) => (item.item === 'declare' ? [item.signal] : [])));
  return def.signals.flatMap(({ kind, name }, id) => {
    const here = kind === 'input' || declared.has(id);
    return here && kind !== 'memory' && unread.has(id) ? [name] : [];
  });
}

function unusedParameters(def: ModuleDef, parts: readonly unknown[]): string[] {
  const used = mentions(parts);
  return def.params.filter(({ name, kind }) => kind === 'nat' && !used.has(name)).map(({ name }) => name);
}

/** Localparams that the text of the body mentions, directly or through others. */
function localParams(def: ModuleDef, body: readonly SvItem[]): SvItem[] {
  const used = mentions(body);
  const rows = def.localParams.map(({ name, value, doc }) => ({ name, value: natSv(value), doc }));
  for (const row of [...rows].reverse()) if (used.has(row.name)) mentions(row.value, used);
  const kept = rows.filter(({ name }) => used.has(name));
  return kept.length === 0 ? [] : [{ item: 'localparams', rows: kept }];
}

function enums({ enums: names }: ExprContext): SvItem[] {
  return names.types.map((type) => ({
    item: 'enum',
    name: names.typeName(type),
    width: Math.max(1, Math.ceil(Math.log2(type.members.length))),
    members: names.members(type).map((name, value) => ({ name, value })),
  }));
}

function indexNames(def: ModuleDef): string[] {
  return allItems(def.items).flatMap((item) => (item.item === 'for' ? [item.index] : []));
}
