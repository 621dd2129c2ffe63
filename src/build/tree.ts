/** The output tree of a build: which file holds what. Everything is text or bytes made of the results of the steps. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256, sha256File } from '../base/hash.js';
import type { Plan } from '../dataflow/plan.js';
import { marker } from './build-place.js';
import { json } from './json-file.js';
import { readmeText } from './readme-file.js';
import type { BuildOptions, BuildResults, StepLog } from './results.js';

/** Path in the tree to content, the manifest excepted. */
export type TreeFiles = ReadonlyMap<string, string | Uint8Array>;

/** What the manifest says beside the hashes. */
export interface TreeOrigin {
  readonly options: BuildOptions;
  readonly logs: readonly StepLog[];
  readonly version: string;
}

/** A folding with the depths of the FIFOs that belong to no layer, so that the file gives the same hardware again. */
export function withFifos({ folding, fifos }: Pick<Plan, 'folding' | 'fifos'>): Readonly<Record<string, unknown>> {
  const others = fifos.filter(({ stage }) => folding[stage] === undefined);
  if (others.length === 0) return folding;
  return { ...folding, fifos: Object.fromEntries(others.map(({ name, depth }) => [name, depth])) };
}

/** `{ "dense_0": { "PE": 16, ... }, ... }`, one line a layer. */
export function foldingText(folding: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(folding).map(([name, layer]) => `  ${JSON.stringify(name)}: ${spaced(layer)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

const spaced = (layer: unknown): string =>
  `{ ${Object.entries(layer as Record<string, unknown>)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(', ')} }`;

/** The files of a build with the dataflow back end. */
export function treeFiles(results: BuildResults, logs: readonly StepLog[]): TreeFiles {
  const files = new Map<string, string | Uint8Array>();
  for (const { name, bytes } of results.import?.graphs ?? []) files.set(`graph/${name}.onnx`, bytes);
  if (results.plan !== undefined) files.set('folding.json', foldingText(withFifos(results.plan)));
  const { generate } = results;
  if (generate !== undefined) {
    for (const { name, text } of [...generate.sources, ...generate.images]) files.set(`rtl/${name}`, text);
    files.set('rtl/files.f', generate.sources.map(({ name }) => `${name}\n`).join(''));
  }
  if (results.package !== undefined) {
    files.set('report.json', json(results.package.report));
    for (const [path, text] of Object.entries(results.package.flow)) files.set(path, text);
    for (const [path, data] of Object.entries(results.package.deploy)) files.set(path, data);
    if (results.package.addressMap !== undefined) files.set('address_map.json', json(results.package.addressMap));
    for (const [name, text] of Object.entries(results.package.vectors)) files.set(`vectors/${name}`, text);
  }
  logs.forEach((log, i) => files.set(`log/${i + 1}_${log.name}.log`, logText(log, details(log.name, results))));
  if (results.package !== undefined) {
    const { network, clock_mhz: clockMhz } = results.package.report;
    const title = `${network}: a dataflow accelerator, one stage per layer`;
    files.set('README', readmeText({ title, clockMhz, paths: files.keys() }));
  }
  return files;
}

/** The log of a step; `lines`: what a reader wants beyond the line on the terminal. */
export function logText({ name, line, seconds, resumed }: StepLog, lines: readonly string[]): string {
  return [
    `${name}: ${line}`,
    ...lines,
    `${resumed ? 'kept from an earlier run, read in ' : ''}${seconds.toFixed(3)} s`,
    '',
  ].join('\n');
}

/** What a reader of the log wants beyond the line on the terminal. */
function details(name: StepLog['name'], results: BuildResults): string[] {
  switch (name) {
    case 'import':
      return (results.import?.network.stages ?? []).map(
        (stage) => `  ${stage.name} (${stage.kind}) from ${stage.origin}: ${stage.inputs} > ${stage.outputs}`,
      );
    case 'check':
      return (results.check?.layers ?? []).map(
        (layer) => `  ${layer.name} ${layer.shape}: sums of ${layer.sumBits} bits`,
      );
    case 'plan':
      return (results.plan?.chain.nodes ?? []).map(
        (node) =>
          `  ${node.name} (${node.kind}) ${Object.entries(node.params)
            .map(([key, value]) => `${key}=${String(value)}`)
            .join(' ')}`,
      );
    case 'generate':
      return (results.generate?.sources ?? []).map(
        (file) => `  ${file.name}: ${file.text.split('\n').length - 1} lines`,
      );
    case 'simulate': {
      const stalled = results.simulate?.stalled;
      if (stalled === undefined) return [];
      const { samples, cycles, stall } = stalled;
      return [`  ${samples} samples under stalls ${stall}: ${cycles} cycles in step with the cycle model`];
    }
    case 'package':
      return [];
  }
}

/** Writes all files below `directory`, and the manifest with their hashes. */
export function fillTree(directory: string, files: TreeFiles, origin: TreeOrigin): void {
  for (const [name, data] of files) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
  }
  const hashes = Object.fromEntries([...files].map(([name, data]) => [name, sha256(data)]));
  writeFileSync(join(directory, marker), json(manifestOf(origin, hashes)));
}

function manifestOf({ options, logs, version }: TreeOrigin, files: Readonly<Record<string, string>>): unknown {
  const { model, numerics, input, inputScale, samples, seed, engine, clockMhz, tech } = options;
  const { folding, portBits, targetFps, maxLatency, memory, floatWeights } = options;
  const hashed = (path: string | undefined): unknown =>
    path === undefined ? null : { path, sha256: sha256File(path) };
  return {
    schema: 1,
    versions: { heddle: version, node: process.versions.node },
    model: hashed(model),
    configuration: {
      backend: engine === undefined ? 'dataflow' : 'engine',
      ...(engine === undefined ? {} : { engine }),
      numerics: numerics === undefined || numerics === 'qkeras' ? (numerics ?? null) : hashed(numerics),
      input: hashed(input),
      input_scale: inputScale ?? null,
      folding: hashed(folding),
      tech: hashed(tech),
      ...(memory === undefined ? {} : { memory }),
      ...(floatWeights === true ? { float_weights: true } : {}),
      port_bits: portBits,
      clock_mhz: clockMhz,
      target_fps: targetFps ?? null,
      max_latency_us: maxLatency ?? null,
      samples: samples ?? null,
    },
    seeds: { samples: String(seed), stalls: String(seed) },
    steps: logs.map(({ name }) => name),
    files,
  };
}
