/** `build` with the engine back end: the same steps and files, a plan in the place of a folding. */
import type { Progress } from '../../base/progress.js';
import { drawGraphs } from '../draw-graphs.js';
import type { BuildOptions, StepLog, StepName } from '../results.js';
import { hashOf, need, runSteps, type Step } from '../run-steps.js';
import type { Checked } from '../steps/check.js';
import { firstSteps } from '../steps/first-steps.js';
import { describeGenerate } from '../steps/generate.js';
import type { Imported } from '../steps/import.js';
import { json } from '../json-file.js';
import { logText, type TreeFiles } from '../tree.js';
import { version } from '../version.js';
import { boardFor } from '../backend.js';
import { firmwareReport } from '../firmware-files.js';
import { describeFlow, flowFiles } from '../flow-files.js';
import { readmeText } from '../readme-file.js';
import { engineRegisters } from '../../engine/registers.js';
import { registerFiles } from '../../soc/register-files.js';
import { engineFirmware } from './engine-firmware.js';
import { engineReport, type EngineReport } from './engine-report.js';
import { engineSoc } from './engine-soc.js';
import { engineTarget } from './engine-target.js';
import type { EngineHardware } from './engine-subject.js';
import {
  describeEnginePlan,
  describeEngineSimulation,
  engineImages,
  type EnginePlanned,
  type EngineSimulated,
  generateEngineStep,
  planEngineStep,
  programFor,
  simulateEngineStep,
} from './engine-steps.js';

export interface EnginePackaged {
  readonly report: EngineReport;
  /** Files of `dram/` by name. */
  readonly images: Readonly<Record<string, Uint8Array>>;
  /** Scripts, constraints, the test bench, registers and firmware, by path below the directory. */
  readonly flow: Readonly<Record<string, string | Uint8Array>>;
}

/** Results by step, as far as the build went. */
export interface EngineResults {
  readonly import?: Imported;
  readonly check?: Checked;
  readonly plan?: EnginePlanned;
  readonly generate?: EngineHardware;
  readonly simulate?: EngineSimulated;
  readonly package?: EnginePackaged;
}

export interface EngineOutcome {
  readonly results: EngineResults;
  readonly logs: readonly StepLog[];
}

const steps: Readonly<Record<StepName, Step<EngineResults>>> = {
  ...firstSteps,
  plan: {
    run: (done, { engine = '' }) => planEngineStep(need(done.import), engine),
    describe: (done) => describeEnginePlan(need(done.plan)),
    depends: ({ engine }) => ['engine', hashOf(engine)],
  },
  generate: {
    run: (done) => generateEngineStep(need(done.plan)),
    describe: (done) => describeGenerate(need(done.generate)),
    depends: () => null,
  },
  simulate: {
    run: (done, options) => simulateEngineStep(need(done.import), need(done.plan), need(done.generate), options),
    describe: (done) => describeEngineSimulation(need(done.simulate)),
    depends: ({ samples, seed }) => [samples ?? null, String(seed)],
  },
  package: {
    run: (done, { model, clockMhz, board, tech, memory }): EnginePackaged => {
      const [imported, planned] = [need(done.import), need(done.plan)];
      const program = programFor(imported, planned.plan);
      const [hardware, simulated] = [need(done.generate), need(done.simulate)];
      const target = engineTarget(
        program.engine,
        hardware.design,
        hardware.sources.map(({ name }) => name),
        clockMhz,
      );
      const patience = Math.max(100_000, simulated.cycles.first_sample + 1);
      const flow = flowFiles(target, {
        ...{ board: boardFor(board), tech, circuit: hardware.design, chipSources: () => hardware.sources },
        bench: {
          vectors: Object.fromEntries(Object.keys(simulated.vectors).map((port) => [port, `${port}.hex`])),
          again: [],
          patience,
        },
      });
      const images = engineImages(program);
      const firmware = engineFirmware(program, {
        ...{ network: imported.network.name, build: hardware.build, board: boardFor(board), target, images },
        ...{ samples: simulated.stored, side: 'stream' },
      });
      const soc =
        memory === 'mapped'
          ? engineSoc({
              ...{ program, network: imported.network, clockMhz, board: boardFor(board) },
              samplesPerSecond: (clockMhz * 1e6) / (simulated.cycles.first_sample + 1),
              ...{ samples: simulated.stored, images, dma: planned.dma, patience, tech },
            })
          : undefined;
      return {
        report: {
          ...engineReport(program, simulated, {
            ...{ model, clockMhz, version: version(), network: imported.network, build: hardware.build },
            firmware: firmwareReport(boardFor(board), 'firmware', firmware),
          }),
          ...(soc === undefined ? {} : { soc: soc.report }),
        },
        images,
        flow: { ...flow, ...Object.fromEntries(registerFiles(engineRegisters)), ...firmware, ...soc?.files },
      };
    },
    describe: (done) => {
      const { images, flow } = need(done.package);
      return `${describeFlow(flow)}, registers, ${'firmware/main.c' in flow ? '' : 'no '}firmware, ${'soc/rtl/files.f' in flow ? 'soc, ' : ''}dma.json, ${Object.keys(images).join(', ')}, report.json`;
    },
    depends: ({ clockMhz, board, tech, memory }) => [clockMhz, board ?? null, hashOf(tech), memory ?? null],
  },
};

function files(results: EngineResults, logs: readonly StepLog[]): TreeFiles {
  const tree = new Map<string, string | Uint8Array>();
  for (const { name, bytes } of results.import?.graphs ?? []) tree.set(`graph/${name}.onnx`, bytes);
  const { plan, generate, simulate } = results;
  if (plan !== undefined) {
    tree.set('engine.json', json(plan.plan));
    tree.set('dma.json', json(plan.dma));
  }
  if (generate !== undefined) {
    for (const { name, text } of generate.sources) tree.set(`rtl/${name}`, text);
    tree.set('rtl/files.f', generate.sources.map(({ name }) => `${name}\n`).join(''));
  }
  if (simulate !== undefined)
    for (const [port, text] of Object.entries(simulate.vectors)) tree.set(`vectors/${port}.hex`, text);
  if (results.package !== undefined) {
    tree.set('report.json', json(results.package.report));
    for (const [name, bytes] of Object.entries(results.package.images)) tree.set(`dram/${name}`, bytes);
    for (const [path, text] of Object.entries(results.package.flow)) tree.set(path, text);
  }
  logs.forEach((log, i) => tree.set(`log/${i + 1}_${log.name}.log`, logText(log, details(log.name, results))));
  if (results.package !== undefined) {
    const { network, clock_mhz: clockMhz } = results.package.report;
    const title = `${network} on the engine, one array for every layer`;
    tree.set('README', readmeText({ title, clockMhz, paths: tree.keys() }));
  }
  return tree;
}

/** What a reader of the log wants beyond the line on the terminal. */
function details(name: StepName, { plan, simulate }: EngineResults): string[] {
  switch (name) {
    case 'plan':
      return (plan?.plan.groups ?? []).map(
        ({ layers, note }) => `  ${layers.map((layer) => layer.name).join(' ')}: ${note}`,
      );
    case 'simulate':
      return simulate === undefined
        ? []
        : [
            `  one frame under stalls ${simulate.stalled.stall}: ${simulate.stalled.cycles} cycles${simulate.stalled.modelled ? ' in step with the cycle model' : ''}`,
          ];
    default:
      return [];
  }
}

/** Runs the steps and writes the tree; `progress` shows them. Nothing is written when a step throws. */
export function buildEngine(options: BuildOptions, progress: Progress): Promise<EngineOutcome> {
  const draw = ({ import: imported }: EngineResults): ReturnType<typeof drawGraphs> =>
    drawGraphs(imported === undefined ? {} : { import: imported });
  return runSteps({ steps, draw, files }, options, progress);
}
