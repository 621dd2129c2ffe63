/** Simulator, cycle model and Verilator of an engine in step, frame by frame, under random stalls and resets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '../../base/diagnostics.js';
import type { Progress } from '../../base/progress.js';
import { randomStream } from '../../base/random.js';
import { requireTool } from '../../base/tools.js';
import {
  crossStalls,
  formatStall,
  parseStall,
  readRtlFolder,
  renderFailure,
  repeatOptions,
  type Participant,
  type StallPair,
  type TextFile,
} from '../../cosim/index.js';
import type { EngineProgram } from '../../engine/program.js';
import { runStages } from '../../network/run-stages.js';
import type { StageNetwork } from '../../network/stages.js';
import type { CosimRequest, CosimResult } from '../cosim-request.js';
import { loadModel, randomCodes } from '../load-model.js';
import { simulatorParticipant, textParticipants } from '../participants.js';
import { readState } from '../state.js';
import type { Imported } from '../steps/import.js';
import { engineModelParticipant, frameBeats, frameSpec, lockstepFrame, modelPays } from './engine-run.js';
import { type EngineHardware, engineHardware, engineProgram, readEngine } from './engine-subject.js';

interface Subject {
  readonly stages: StageNetwork;
  readonly reference: StageNetwork;
  readonly program: EngineProgram;
  readonly hardware: EngineHardware;
  readonly text: readonly TextFile[];
}

/** True for the directory of a build by the engine back end. */
export function isEngineBuild(directory: string): boolean {
  try {
    const report = JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8')) as { readonly backend?: string };
    return report.backend === 'engine';
  } catch {
    return false;
  }
}

async function modelSubject({ target, engine = '', ...options }: CosimRequest): Promise<Subject> {
  const { loaded, name } = await loadModel({ model: target, ...options });
  const stages = { ...loaded.stageNetwork, name };
  const program = engineProgram(stages, readEngine(engine));
  const hardware = engineHardware(program.engine);
  return { stages, reference: loaded.referenceStages, program, hardware, text: hardware.sources };
}

/** The circuit of the plan in the directory against the text as it stands now. */
function directorySubject(directory: string): Subject {
  const imported = readState(directory, 0, 'import') as Imported | undefined;
  if (imported === undefined)
    throw new HeddleError({
      code: 'H0003',
      message: `${directory}: the build left no state`,
      places: [{ file: directory }],
      fix: 'run build again',
    });
  const { network: stages, reference } = imported;
  const program = engineProgram(stages, readEngine(join(directory, 'engine.json')));
  const hardware = engineHardware(program.engine);
  return { stages, reference, program, hardware, text: readRtlFolder(join(directory, 'rtl')) };
}

/** One frame a run. */
export async function cosimEngine(request: CosimRequest, progress: Progress): Promise<CosimResult> {
  requireTool('verilator');
  requireTool('compiler');
  const subject = await progress.run(
    'generate',
    async () => (isEngineBuild(request.target) ? directorySubject(request.target) : modelSubject(request)),
    ({ text, hardware }) => `${hardware.top}: ${text.length} files of text`,
  );
  const { design, top } = subject.hardware;
  const participants = await progress.run(
    'verilate',
    async () => [
      simulatorParticipant(design),
      ...(modelPays(subject.program) ? [engineModelParticipant(subject.program, subject.hardware)] : []),
      ...(await textParticipants(design, top, subject.text, [1])),
    ],
    (all) => all.map(({ name }) => name).join(', '),
  );
  return progress.run(
    'lockstep',
    (step) => frames(subject, participants, request, (done) => step.update(done)),
    ({ runs, cycles, failure }) =>
      `${runs} runs, ${cycles.toLocaleString('en-US')} cycles${failure === undefined ? ', all equal' : ', one differs'}`,
  );
}

function frames(
  { stages, reference, program, hardware }: Subject,
  participants: readonly Participant[],
  request: CosimRequest,
  say: (done: string) => void,
): CosimResult {
  const { seeds, seed: first, resets, target, words } = request;
  const names = participants.map(({ name }) => name);
  let [runs, cycles] = [0, 0];
  for (let k = 0; k < seeds; k++) {
    const seed = first + BigInt(k);
    const codes = randomCodes(stages.input, 1, randomStream(seed, 'samples'));
    const beats = frameBeats(program, codes);
    const expected = runStages(reference, codes).outputs;
    for (const stall of stallsOf(request, seed)) {
      // Every third seed also resets in mid-stream.
      const turns = resets ?? (k % 3 === 2 ? 1 : 0);
      const spec = frameSpec(hardware.design, beats, { participants, stall, seed, resets: turns });
      const turn = lockstepFrame(program, spec);
      runs++;
      cycles += turn.cycles;
      const done = { participants: names, samples: 1, runs, cycles };
      const repeat = `npm run -s heddle -- cosim ${words} --seeds 1 --resets ${turns} ${repeatOptions(spec)}`;
      if (turn.failure !== undefined)
        return { ...done, failure: renderFailure(spec, turn.failure, { subject: target, repeat: () => repeat }) };
      const wrong = expected.findIndex((code, at) => code !== turn.codes[at]);
      if (wrong >= 0) {
        const what = `element ${wrong} is ${turn.codes[wrong]}, the reference has ${expected[wrong]}`;
        return { ...done, failure: `${target}: ${what} (stalls ${formatStall(stall)})\nrepeat: ${repeat}` };
      }
      say(`seed ${seed}, ${runs} runs, ${cycles.toLocaleString('en-US')} cycles`);
    }
  }
  return { participants: names, samples: 1, runs, cycles };
}

function stallsOf({ stall }: CosimRequest, seed: bigint): readonly StallPair[] {
  const random = randomStream(seed, 'stall');
  if (stall !== undefined) return parseStall(stall, random);
  const all = crossStalls(random);
  return [all[random.nextInt(all.length)] ?? { source: { kind: 'bursty' }, sink: { kind: 'bursty' } }];
}
