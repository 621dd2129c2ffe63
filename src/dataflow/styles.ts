/**
 * What layers ask of synthesis: products in LUTs or in DSPs, memories of a kind. A pass over a design: modules whose instances ask
 * for something become variants with attributes on those registers and memories; nothing else changes.
 */
import {
  allItems,
  type Design,
  type Expr,
  forEachStmt,
  type Item,
  type ModuleDef,
  operandsOf,
} from '../circuit/index.js';
import type { Chain, ChainNode } from './chain.js';
import { asked, type LayerStyles, type Styles } from './layer-styles.js';

/** Kinds whose memory has the weights, kinds that form products, kinds with a line buffer. */
const weightKinds: readonly string[] = [
  'matvec',
  'depthwise',
  'matvec_programmable',
  'weight_streamer',
  'weight_store_stream',
];
const productKinds: readonly string[] = ['matvec', 'depthwise', 'matvec_programmable', 'matvec_stream'];
const windowKinds: readonly string[] = ['sliding_window', 'patch_window'];

/** The chain with the styles of its layers on their modules. */
export function withStyles(chain: Chain, layers: Readonly<Record<string, LayerStyles>>): Chain {
  const nodes = chain.nodes.map((node): ChainNode => {
    const layer = layers[node.stage];
    if (layer === undefined) return node;
    const mult = productKinds.includes(node.kind) ? asked(layer.mult_style) : undefined;
    const ram = weightKinds.includes(node.kind)
      ? asked(layer.ram_style)
      : windowKinds.includes(node.kind)
        ? asked(layer.window_ram_style)
        : undefined;
    if (mult === undefined && ram === undefined) return node;
    return { ...node, styles: { ...(mult === undefined ? {} : { mult }), ...(ram === undefined ? {} : { ram }) } };
  });
  return { ...chain, nodes };
}

/** The design of `chain` with variants of the modules that are to have attributes; `core` is its module where there is more around it. */
export function styledDesign(design: Design, chain: Chain, core = design.top): Design {
  const styles = new Map<string, Styles>();
  for (const node of chain.nodes) {
    if (node.styles === undefined) continue;
    styles.set(node.name, node.styles);
    if (node.kind === 'matvec_programmable') styles.set(`${node.name}_store`, node.styles);
  }
  if (styles.size === 0) return design;
  const modules: Record<string, ModuleDef> = { ...design.modules };
  const top = design.modules[core]!;
  const items = top.items.map((item): Item => {
    const wanted = item.item === 'instance' ? styles.get(item.name) : undefined;
    return item.item !== 'instance' || wanted === undefined
      ? item
      : { ...item, module: variantOf(modules, item.module, wanted) };
  });
  modules[core] = { ...top, items };
  return { ...design, modules: reachable(modules, design.top) };
}

/** Name of the variant of a module, which is added; the module itself where the styles mean nothing to it. */
function variantOf(modules: Record<string, ModuleDef>, name: string, styles: Styles): string {
  const def = modules[name]!;
  const products = productRegisters(def.items);
  const window = def.name.startsWith('sliding_window');
  let [multiplies, stores] = [false, false];
  const signals = def.signals.map((signal, id) => {
    if (signal.kind === 'reg' && styles.mult !== undefined && products.has(id)) {
      multiplies = true;
      return { ...signal, multiplier: styles.mult };
    }
    if (signal.kind === 'memory' && styles.ram !== undefined && (window || signal.image !== undefined)) {
      stores = true;
      return { ...signal, style: styles.ram };
    }
    return signal;
  });
  const items = mapItems(def.items, (item) => {
    if (item.item !== 'instance') return item;
    const module = variantOf(modules, item.module, styles);
    if (module === item.module) return item;
    stores = true;
    return { ...item, module };
  });
  if (!multiplies && !stores) return name;
  const variant = [name, ...(multiplies ? [styles.mult] : []), ...(stores ? [styles.ram] : [])].join('_');
  const told = [
    ...(multiplies ? [`Products are made of ${styles.mult === 'dsp' ? 'DSPs' : 'LUTs'}.`] : []),
    ...(stores ? [`Memory: ${styles.ram}.`] : []),
  ].join(' ');
  modules[variant] = { ...def, name: variant, doc: `${def.doc}\n${told}`, signals, items };
  return variant;
}

/** Registers whose next value is made from a product in one expression. */
function productRegisters(items: readonly Item[]): ReadonlySet<number> {
  const multiplies = (expr: Expr): boolean =>
    (expr.op === 'binary' && expr.fn === 'mul') || operandsOf(expr).some(multiplies);
  const found = new Set<number>();
  for (const item of allItems(items)) {
    if (item.item !== 'process') continue;
    forEachStmt(item.body, (stmt) => {
      if (stmt.stmt === 'next' && multiplies(stmt.value)) found.add(stmt.target.signal);
    });
  }
  return found;
}

function mapItems(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  return items.map((item) => {
    if (item.item === 'for') return { ...item, items: mapItems(item.items, change) };
    if (item.item === 'if') return { ...item, then: mapItems(item.then, change), else: mapItems(item.else, change) };
    return change(item);
  });
}

/** Modules that `top` still needs, in the order in which they stood. */
function reachable(modules: Readonly<Record<string, ModuleDef>>, top: string): Record<string, ModuleDef> {
  const wanted = new Set<string>();
  const visit = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const item of allItems(modules[name]!.items)) if (item.item === 'instance') visit(item.module);
  };
  visit(top);
  return Object.fromEntries(Object.entries(modules).filter(([name]) => wanted.has(name)));
}
