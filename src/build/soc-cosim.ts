/** `cosim BUILD/soc`: the top with registers, its text in Verilator beside the circuit, among a processor and memories. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError, numberedError } from '../base/diagnostics.js';
import type { Progress } from '../base/progress.js';
import { type RandomStream, randomStream } from '../base/random.js';
import { requireTool } from '../base/tools.js';
import { readRtlFolder } from '../cosim/index.js';
import { dataflowSide, masterBytes } from '../soc/dataflow-top.js';
import type { CosimRequest, CosimResult } from './cosim-request.js';
import { randomCodes } from './load-model.js';
import { simulatorParticipant, textParticipants } from './participants.js';
import { engineSocRun } from './engine/engine-soc-run.js';
import { runStages } from '../network/run-stages.js';
import { dataflowSocHardware } from './soc-files.js';
import type { SocHardware, SocReport } from './soc-folder.js';
import { dataflowRun, type SocRun } from './soc-run.js';
import { readState } from './state.js';
import type { EnginePlanned } from './engine/engine-steps.js';
import type { Imported } from './steps/import.js';
import type { Planned } from './steps/plan.js';
import { TopBench } from './top-bench.js';

interface Subject {
  readonly imported: Imported;
  readonly hardware: SocHardware;
  readonly run: SocRun;
  /** Streams and managers of the top. */
  readonly ports: Pick<ConstructorParameters<typeof TopBench>[1], 'masters' | 'inputs' | 'output'>;
}

function subjectOf(owner: string): Subject {
  const report = JSON.parse(readFileSync(join(owner, 'report.json'), 'utf8')) as {
    readonly backend: string;
    readonly clock_mhz: number;
    readonly soc?: SocReport;
  };
  const imported = readState(owner, 0, 'import') as Imported | undefined;
  const planned = readState(owner, 2, 'plan');
  const { soc } = report;
  if (imported === undefined || planned === undefined || soc === undefined)
    throw new HeddleError({
      ...{ code: 'H0003', message: `${owner}: the build has left no top with registers, or no state` },
      ...{ places: [{ file: owner }], fix: 'run build with --memory again' },
    });
  if (report.backend === 'engine') return engineSubject(imported, planned as EnginePlanned, report.clock_mhz);
  const { chain } = planned as Planned;
  const side = dataflowSide(chain, soc.memory, soc.floats === true);
  const hardware = dataflowSocHardware(chain, side, report.clock_mhz);
  const { input, output } = chain;
  const masters = {
    ...{ m_axi_ifm: masterBytes(input.bits), m_axi_ofm: masterBytes(output.bits) },
    ...(side.programmable ? { m_axi_wgt: 4 } : {}),
  };
  const streams = ['s_axis', ...(side.programmable ? ['s_axis_wgt'] : [])];
  return {
    ...{ imported, hardware, run: dataflowRun(chain, soc.memory, imported.network.output.type) },
    ports: soc.memory === 'mapped' ? { masters } : { masters: {}, inputs: streams, output: 'm_axis' },
  };
}

function engineSubject(imported: Imported, planned: EnginePlanned, clockMhz: number): Subject {
  const { hardware, run, masters } = engineSocRun(imported, planned.plan, clockMhz);
  return { imported, hardware, run, ports: { masters } };
}

/** The circuit is made anew: by another version of Heddle it is another one. */
function checked(subject: Subject, owner: string): Subject {
  const { soc } = JSON.parse(readFileSync(join(owner, 'report.json'), 'utf8')) as { readonly soc?: SocReport };
  if (soc?.build === subject.hardware.build) return subject;
  throw new HeddleError({
    ...{ code: 'H0003', message: `${owner}: soc/ is of another version of Heddle` },
    ...{ places: [{ file: owner }], fix: 'run build again' },
  });
}

const defaultSamples = 2;

/** Frames of random samples, a run a seed; every third seed gives up a frame first. */
export async function cosimSoc(request: CosimRequest, owner: string, progress: Progress): Promise<CosimResult> {
  requireTool('verilator');
  requireTool('compiler');
  const { imported, hardware, run, ports } = await progress.run(
    'generate',
    () => Promise.resolve(checked(subjectOf(owner), owner)),
    ({ hardware: { target } }) => `${target.top}: ${target.sources.length} files of text`,
  );
  const text = readRtlFolder(join(request.target, 'rtl'));
  const participants = await progress.run(
    'verilate',
    async () => [
      simulatorParticipant(hardware.design),
      ...(await textParticipants(hardware.design, hardware.target.top, text, [1])),
    ],
    (all) => all.map(({ name }) => name).join(', '),
  );
  const { seeds, seed: first, resets, words, target } = request;
  const samples = request.samples ?? defaultSamples;
  const names = participants.map(({ name }) => name);
  const sums = { runs: 0, cycles: 0 };
  const one = (seed: bigint, gives: number): string | undefined => {
    const random = randomStream(seed, 'soc');
    const codes = randomCodes(imported.network.input, samples, randomStream(seed, 'samples'));
    const expected = runStages(imported.reference, codes).outputs;
    const bench = new TopBench(
      participants.map((each) => each.create()),
      { ...ports, table: hardware.table, random, pause: pauseOf(request, random), latency: [1, 40], resetCycles: 2 },
    );
    try {
      identify(bench, hardware);
      for (let turn = 0; turn < gives; turn++) giveUp(bench, run, codes, random);
      const results = run.frame(bench, codes, samples, random);
      const wrong = expected.findIndex((code, at) => code !== results[at]);
      const [violation] = bench.violations;
      if (violation !== undefined) return violation;
      if (wrong >= 0) return `element ${wrong} is ${results[wrong]}, the reference has ${expected[wrong]}`;
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      sums.runs++;
      sums.cycles += bench.cycle;
    }
  };
  return progress.run(
    'lockstep',
    async (step) => {
      for (let k = 0; k < seeds; k++) {
        const seed = first + BigInt(k);
        const gives = resets ?? (k % 3 === 2 ? 1 : 0);
        const wrong = one(seed, gives);
        const done = { participants: names, samples, ...sums };
        const stall = request.stall === undefined ? '' : ` --stall ${request.stall}`;
        const repeat = `npm run -s heddle -- cosim ${words} --seeds 1 --seed ${seed} --samples ${samples} --resets ${gives}${stall}`;
        if (wrong !== undefined) return { ...done, failure: `${target}: ${wrong}\nrepeat: ${repeat}` };
        step.update(`seed ${seed}, ${sums.cycles.toLocaleString('en-US')} cycles`);
        await Promise.resolve();
      }
      return { participants: names, samples, ...sums };
    },
    ({ runs, cycles, failure }: CosimResult) =>
      `${runs} runs, ${cycles.toLocaleString('en-US')} cycles${failure === undefined ? ', all equal' : ', one differs'}`,
  );
}

/** Probability of a pause, of every channel: what --stall says, another one every seed without it. Throws H0001. */
function pauseOf({ stall }: CosimRequest, random: RandomStream): number {
  if (stall === undefined) return 0.7 * random.nextFloat();
  const pause = stall === 'none' ? 0 : Number(stall);
  if (!(pause >= 0 && pause < 1))
    throw numberedError('H0001', `--stall ${stall}: a top with registers takes none or a probability`, {
      fix: 'for example --stall 0.3',
    });
  return pause;
}

function identify(bench: TopBench, { table, build }: SocHardware): void {
  const id = table.registers.find(({ name }) => name === 'ID')?.fields[0]?.reset;
  for (const [name, due] of [
    ['ID', id],
    ['BUILD', build],
  ] as const)
    if (bench.read(name) !== due)
      throw new Error(`${name} reads 0x${bench.read(name).toString(16)}, not 0x${due?.toString(16)}`);
  bench.write('GIE', 1);
  bench.write('IER', 5);
}

/** A frame that is given up at some cycle; afterwards the top is idle. */
function giveUp(bench: TopBench, run: SocRun, codes: Float64Array, random: RandomStream): void {
  run.start(bench, codes, 1, random);
  for (let cycle = random.nextInt(1000); cycle > 0; cycle--) bench.step();
  bench.write('COMMAND', 1);
  run.clear(bench);
  bench.write('COMMAND', 0);
  bench.until(() => bench.field('STATUS.STATE') === 0, 100_000, 'the end of the reset');
  bench.write('ISR', bench.read('ISR'));
}
