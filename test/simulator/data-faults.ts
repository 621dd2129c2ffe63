/** Faults as a pass could make them, planted into the plain data that it hands on: circuits before or after elaboration. */
export type Node = Readonly<Record<string, unknown>>;

export interface DataFault {
  readonly name: string;
  /** What stands in the place of a node; undefined where the fault has no hold. `around`: what it stands in, outermost first. */
  readonly change: (node: Node, around: readonly Node[]) => Node | undefined;
}

/** Copies of `data`, each with the fault at another place; at most `limit`, spread over all places. */
export function plantFault<T>(
  data: T,
  fault: DataFault,
  limit: number,
): { readonly place: string; readonly data: T }[] {
  const places: { readonly path: readonly (string | number)[]; readonly changed: Node }[] = [];
  const visit = (value: unknown, path: readonly (string | number)[], around: readonly Node[]): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) return value.forEach((each, k) => visit(each, [...path, k], around));
    const node = value as Node;
    const changed = fault.change(node, around);
    if (changed !== undefined) places.push({ path, changed });
    for (const [key, each] of Object.entries(value)) {
      // The table of all expressions is no part of any of them.
      if (key !== 'expressions') visit(each, [...path, key], [...around, node]);
    }
  };
  visit(data, [], []);
  const step = Math.max(1, Math.floor(places.length / limit));
  const chosen = places.filter((_, k) => k % step === 0).slice(0, limit);
  return chosen.map(({ path, changed }) => ({
    place: path.join('.'),
    data: replaceAt(data, path, changed) as T,
  }));
}

function replaceAt(value: unknown, path: readonly (string | number)[], node: Node): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return node;
  const inside = replaceAt((value as Record<string | number, unknown>)[key], rest, node);
  if (Array.isArray(value)) return value.map((each: unknown, k) => (k === key ? inside : each));
  return { ...(value as Node), [key]: inside };
}

const when = (holds: boolean, node: () => Node): Node | undefined => (holds ? node() : undefined);
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** One operator for another: `fn` of binary nodes. */
const operator = (from: string, to: string): DataFault => ({
  name: `${to} for ${from}`,
  change: (node) => when(node['op'] === 'binary' && node['fn'] === from, () => ({ ...node, fn: to })),
});

/** Faults that make sense before and after elaboration: both have the same operators. */
export const commonFaults: readonly DataFault[] = [
  operator('lt', 'le'),
  operator('ge', 'gt'),
  operator('gt', 'ge'),
  operator('eq', 'ne'),
  operator('ne', 'eq'),
  operator('add', 'sub'),
  operator('addWrap', 'subWrap'),
  operator('subWrap', 'addWrap'),
  operator('mul', 'add'),
  operator('and', 'or'),
  operator('or', 'xor'),
  operator('shr', 'shl'),
  {
    name: 'arms of a choice swapped',
    change: (node) => when(node['op'] === 'mux', () => ({ ...node, a: node['b'], b: node['a'] })),
  },
  {
    name: 'a choice always takes its first arm',
    change: (node) => when(node['op'] === 'mux', () => node['a'] as Node),
  },
  {
    name: 'an inversion lost',
    change: (node) => when(node['op'] === 'unary' && node['fn'] === 'not', () => node['a'] as Node),
  },
  {
    name: 'and for or over bits',
    change: (node) => when(node['fn'] === 'reduceOr', () => ({ ...node, fn: 'reduceAnd' })),
  },
  {
    name: 'xor for sum over lanes',
    change: (node) => when(node['op'] === 'fold' && node['fn'] === 'sum', () => ({ ...node, fn: 'xor' })),
  },
  {
    name: 'or for max over lanes',
    change: (node) => when(node['op'] === 'fold' && node['fn'] === 'max', () => ({ ...node, fn: 'or' })),
  },
  {
    name: 'a constant folded from another value',
    change: (node) =>
      when(node['op'] === 'const' && typeof node['value'] === 'bigint', () => ({
        ...node,
        value: (node['value'] as bigint) ^ 1n,
      })),
  },
  {
    name: 'parts of a concatenation in the wrong order',
    change: (node) =>
      when(node['op'] === 'cat', () => ({ ...node, parts: [...(node['parts'] as unknown[])].reverse() })),
  },
  {
    name: 'operands of a product equal',
    change: (node) => when(node['fn'] === 'mul', () => ({ ...node, b: node['a'] })),
  },
];

const isAffineNode = (value: unknown): value is Node => isNode(value) && Array.isArray(value['terms']);
const loopsOf = (node: Node): readonly number[] => (node['loops'] ?? []) as readonly number[];
const firstIndex = (node: Node, change: (affine: Node) => Node | undefined): Node | undefined => {
  const index = node['index'];
  if (!Array.isArray(index) || !('signal' in node || 'target' in node)) return undefined;
  const at = index.findIndex((each) => isAffineNode(each) && change(each) !== undefined);
  return at < 0 ? undefined : { ...node, index: index.map((each: Node, k) => (k === at ? change(each) : each)) };
};

/** Whether an index is more than one number in the loops around it. */
function moves(affine: Node, around: readonly Node[]): boolean {
  const nest = around.find((each) => 'loops' in each);
  const inner = (nest?.['inner'] ?? []) as readonly number[];
  const extents = nest === undefined ? [] : [...loopsOf(nest), ...inner];
  return (affine['terms'] as readonly { readonly v: number }[]).some(({ v }) => (extents[v] ?? 2) > 1);
}

/** Faults in what `elaborate` makes. */
export const elaboratedFaults: readonly DataFault[] = [
  ...commonFaults,
  {
    name: 'a decision lost: what stands behind it happens always',
    change: (node) => when(node['kind'] === 'if', () => node['then'] as Node),
  },
  {
    name: 'a branch lost',
    change: (node) => when(node['kind'] === 'if', () => node['else'] as Node),
  },
  {
    name: 'branches swapped',
    change: (node) => when(node['kind'] === 'if', () => ({ ...node, then: node['else'], else: node['then'] })),
  },
  {
    name: 'an update lost',
    change: (node) => when(node['kind'] === 'value', () => ({ kind: 'keep' })),
  },
  {
    name: 'zeros instead of the sign',
    change: (node) => {
      const a = node['a'];
      if (node['op'] !== 'convert' || !isNode(a) || a['signed'] !== true || !('width' in a)) return undefined;
      if ((node['width'] as number) <= (a['width'] as number)) return undefined;
      return { ...node, a: { op: 'convert', width: a['width'], signed: false, a } };
    },
  },
  {
    name: 'the sign instead of zeros',
    change: (node) => {
      const a = node['a'];
      if (node['op'] !== 'convert' || !isNode(a) || a['signed'] !== false || a['op'] === 'const') return undefined;
      if ((node['width'] as number) <= (a['width'] as number)) return undefined;
      return { ...node, a: { op: 'convert', width: a['width'], signed: true, a } };
    },
  },
  {
    name: 'one bit too low',
    change: (node) => {
      const low = node['low'];
      if (node['op'] !== 'slice' || !isAffineNode(low) || (low['c'] as number) < 1) return undefined;
      return { ...node, low: { ...low, c: (low['c'] as number) - 1 } };
    },
  },
  {
    name: 'a loop one short',
    change: (node) =>
      when('target' in node && (loopsOf(node).at(-1) ?? 0) > 1, () => ({
        ...node,
        loops: loopsOf(node).map((n, d) => (d === loopsOf(node).length - 1 ? n - 1 : n)),
      })),
  },
  {
    name: 'the element of another iteration',
    change: (node) =>
      firstIndex(node, (affine) =>
        when((affine['terms'] as unknown[]).length > 0 && (affine['c'] as number) > 0, () => ({ ...affine, c: 0 })),
      ),
  },
  {
    name: 'the first element for every iteration',
    change: (node, around) =>
      'op' in node
        ? firstIndex(node, (affine) => when(moves(affine, around), () => ({ ...affine, terms: [] })))
        : undefined,
  },
  {
    name: 'a stride lost in a slice',
    change: (node) => {
      const low = node['low'];
      if (node['op'] !== 'slice' || !isAffineNode(low)) return undefined;
      const terms = low['terms'] as readonly { readonly v: number; readonly k: number }[];
      const halved = terms.map((term) => ({ ...term, k: term.k - 1 }));
      return when(
        terms.some(({ k }) => k > 1),
        () => ({ ...node, low: { ...low, terms: halved } }),
      );
    },
  },
  {
    name: 'one lane too few',
    change: (node) =>
      when((node['op'] === 'fold' || node['op'] === 'pack') && (node['count'] as number) > 1, () => ({
        ...node,
        count: (node['count'] as number) - 1,
      })),
  },
  {
    name: 'a guard of a write lost',
    change: (node) => when(Array.isArray(node['guards']) && node['guards'].length > 0, () => ({ ...node, guards: [] })),
  },
  {
    name: 'a guard of a write inverted',
    change: (node) =>
      when('cond' in node && typeof node['value'] === 'boolean', () => ({ ...node, value: node['value'] !== true })),
  },
];
