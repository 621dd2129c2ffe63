/** Keras files made in tests. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { dirSync } from 'tmp';
import { loadNetwork, type LoadedNetwork } from '../../src/import/index.js';

export type Weights = Record<string, Record<string, { shape: number[]; data: ArrayLike<number> }>>;

export const layer = (
  class_name: string,
  config: Record<string, unknown>,
  ...inbound: string[]
): Record<string, unknown> => ({
  class_name,
  name: config.name,
  config,
  ...(inbound.length === 0 ? {} : { inbound_nodes: [inbound.map((name) => [name, 0, 0, {}])] }),
});

export const sequential = (...layers: unknown[]): unknown => ({
  class_name: 'Sequential',
  config: { name: 'seq', layers },
});

/** Layers after the first name what they read. */
export const functional = (...layers: unknown[]): unknown => ({
  class_name: 'Functional',
  config: { name: 'fun', layers },
});

export function writeH5(path: string, config: unknown, weights: Weights, whole: boolean): void {
  const file = new h5wasm.File(path, 'w');
  if (whole) file.create_attribute('model_config', JSON.stringify(config));
  const root = whole ? file.create_group('model_weights') : file;
  for (const [name, tensors] of Object.entries(weights)) {
    const group = root.create_group(name).create_group(name);
    for (const [short, value] of Object.entries(tensors))
      group.create_dataset({ name: `${short}:0`, data: Float32Array.from(value.data), shape: value.shape });
  }
  file.close();
}

/** Writes a model, loads it and removes it. `json` names the weights file beside an architecture of its own. */
export async function kerasModel(
  config: unknown,
  weights: Weights,
  options: Parameters<typeof loadNetwork>[1] & { readonly yaml?: string; readonly json?: string } = {},
): Promise<LoadedNetwork> {
  await h5wasm.ready;
  const directory = dirSync({ unsafeCleanup: true });
  try {
    const path = join(directory.name, options.json === undefined ? 'model.h5' : 'model.json');
    writeH5(join(directory.name, options.json ?? 'model.h5'), config, weights, options.json === undefined);
    if (options.json !== undefined) writeFileSync(path, JSON.stringify(config));
    const { yaml, json: _, ...rest } = options;
    if (yaml === undefined) return await loadNetwork(path, rest);
    const numerics = join(directory.name, 'hls4ml.yml');
    writeFileSync(numerics, yaml);
    return await loadNetwork(path, { ...rest, numerics });
  } finally {
    directory.removeCallback();
  }
}
