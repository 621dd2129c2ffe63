/** What the programs of one simulation share: the circuit, its memory and where everything lies in it. */
import type { ElaboratedCircuit } from '../elaborated.js';
import type { Shared } from './emit-context.js';
import type { Allocator, Layout } from './layout.js';
import { type WasmMemory, newMemory } from './runtime.js';
import { type Storage, storageOf } from './storage.js';

export interface Ground {
  readonly circuit: ElaboratedCircuit;
  readonly layout: Layout;
  readonly allocator: Allocator;
  readonly memory: WasmMemory;
  /** Views of the memory; the object stays the same when it grows. */
  readonly storage: Storage;
}

/** Memory of zeros for everything that has a place by now, and `spare` bytes. */
export function groundOf(circuit: ElaboratedCircuit, layout: Layout, allocator: Allocator, spare = 0): Ground {
  const memory = newMemory(pagesFor(allocator.end + spare));
  return { circuit, layout, allocator, memory, storage: { ...storageOf(memory) } };
}

export const pagesFor = (bytes: number): number => Math.ceil((bytes + 64) / 65536);

/** Makes the memory reach to all that has a place by now and the views of it valid again. */
export function growMemory({ memory, allocator, storage }: Ground): void {
  const missing = pagesFor(allocator.end) - memory.buffer.byteLength / 65536;
  if (missing > 0) memory.grow(missing);
  Object.assign(storage, storageOf(memory));
}

export function writeConstants(storage: Storage, shared: Shared): void {
  for (const { address, bytes } of shared.constants) storage.bytes.set(bytes, address);
}
