/** How large the file of an image parameter is. */
import type { Design, ModuleDef } from './module.js';
import { evalNat } from './nat.js';
import { packedWidth } from './types.js';
import { allItems } from './walk.js';

/** Words and their width of the memory that `image` is for, in the module itself or in the one it is handed to. */
export function imageSize(
  design: Design,
  module: ModuleDef,
  image: string,
  params: Readonly<Record<string, number>>,
): { readonly depth: number; readonly width: number } | undefined {
  const memory = module.signals.find((signal) => signal.kind === 'memory' && signal.image === image);
  if (memory?.kind === 'memory')
    return { depth: evalNat(memory.depth, params), width: evalNat(packedWidth(memory.type), params) };
  for (const item of allItems(module.items)) {
    if (item.item !== 'instance') continue;
    const child = design.modules[item.module];
    const handed = Object.entries(item.actuals).find(
      ([, actual]) => actual.op === 'imageParam' && actual.name === image,
    );
    if (child === undefined || handed === undefined) continue;
    const inner = Object.entries(item.actuals).flatMap(([key, actual]) =>
      actual.op === 'image' || actual.op === 'imageParam' ? [] : [[key, evalNat(actual, params)] as const],
    );
    return imageSize(design, child, handed[0], Object.fromEntries(inner));
  }
  return undefined;
}
