/** The part of the WebAssembly JavaScript interface that the simulator uses; the library types of Node lack it. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface WasmApi {
  readonly Memory: new (descriptor: { readonly initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: Readonly<Record<string, unknown>> },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

const api = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;

export const newMemory = (pages: number): WasmMemory => new api.Memory({ initial: pages });

/** The exported functions of a module over `memory`, which may call `functions`. */
export function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WasmMemory,
  functions: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return new api.Instance(new api.Module(bytes), { env: { memory, ...functions } }).exports;
}
