/** What `cosim` runs: a model, a build directory as it stands, or a block of the library, all in one form. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '../base/diagnostics.js';
import type { RandomStream } from '../base/random.js';
import type { Design } from '../circuit/index.js';
import { readRtlFolder, type TextFile } from '../cosim/index.js';
import type { Chain } from '../dataflow/chain.js';
import { packSamples } from '../dataflow/port-beats.js';
import type { FramedBeat } from '../dataflow/stages/frame.model.js';
import { runStages } from '../network/run-stages.js';
import type { StageNetwork } from '../network/stages.js';
import { defaultPortBits } from './backend.js';
import { makeHardware } from './hardware.js';
import { libraryBlock, libraryNames } from './library.js';
import { loadModel, type ModelOptions, randomCodes } from './load-model.js';
import { planFor, type PlanRequest } from './plan-goal.js';
import { readState } from './state.js';
import type { Generated } from './steps/generate.js';
import type { Imported } from './steps/import.js';
import type { Planned } from './steps/plan.js';
import { marker } from './build-place.js';

export interface SubjectRequest extends Pick<ModelOptions, 'numerics' | 'inputScale'>, Pick<PlanRequest, 'folding'> {
  readonly target: string;
  readonly portBits?: number | 'full' | undefined;
}

/** Beats for a run of `count` samples, and the beats due, where a reference says so. */
export interface Stimulus {
  readonly inputBeats: readonly FramedBeat[];
  readonly outputBeats?: readonly FramedBeat[];
}

export interface Subject {
  readonly chain: Chain;
  readonly design: Design;
  readonly top: string;
  readonly text: readonly TextFile[];
  readonly stimulus: (random: RandomStream, samples: number) => Stimulus;
}

export async function cosimSubject(request: SubjectRequest): Promise<Subject> {
  const { target } = request;
  const block = libraryBlock(target);
  if (block !== undefined) return blockSubject(block.chain);
  if (existsSync(join(target, marker))) return directorySubject(target);
  if (existsSync(target) && !statSync(target).isDirectory()) return modelSubject(request);
  throw new HeddleError({
    code: 'H0003',
    message: `${target}: neither a model file, nor a build directory, nor a block of the library`,
    places: [{ text: `blocks: ${libraryNames().join(' ')}` }],
    fix: 'check the path',
  });
}

function fromReference(
  chain: Chain,
  network: StageNetwork,
  reference: StageNetwork,
  given?: Float64Array,
): Subject['stimulus'] {
  return (random, samples) => {
    const codes = randomCodes(network.input, samples, random);
    // Samples of the user reach what random ones may not.
    const { elements } = chain.input;
    for (let k = 0; given !== undefined && k < samples; k += 2) {
      const from = random.nextInt(given.length / elements) * elements;
      codes.set(given.subarray(from, from + elements), k * elements);
    }
    const { outputs } = runStages(reference, codes);
    return { inputBeats: packSamples(chain.input, codes), outputBeats: packSamples(chain.output, outputs) };
  };
}

/** Any beats will do: the cycle model says what must come out. */
function blockSubject(chain: Chain): Subject {
  const { design, top, sources, images } = makeHardware(chain);
  const stimulus = (random: RandomStream, samples: number): Stimulus => ({
    inputBeats: Array.from({ length: samples * chain.input.beats }, (_, n) => ({
      data: random.nextBigInt(chain.input.bits),
      last: (n + 1) % chain.input.beats === 0,
    })),
  });
  return { chain, design, top, text: [...sources, ...images], stimulus };
}

async function modelSubject({ target, ...options }: SubjectRequest): Promise<Subject> {
  const { loaded, name } = await loadModel({ model: target, ...options });
  const network = { ...loaded.stageNetwork, name };
  const { portBits = defaultPortBits, folding } = options;
  const { chain } = planFor(network, { portBits, folding, clockMhz: 100 });
  const { design, top, sources, images } = makeHardware(chain);
  const stimulus = fromReference(chain, network, loaded.referenceStages);
  return { chain, design, top, text: [...sources, ...images], stimulus };
}

/** The circuit as it was built against the text as it stands now. */
function directorySubject(directory: string): Subject {
  const [imported, planned, generated] = [
    readState(directory, 0, 'import') as Imported | undefined,
    readState(directory, 2, 'plan') as Planned | undefined,
    readState(directory, 3, 'generate') as Generated | undefined,
  ];
  if (imported === undefined || planned === undefined || generated === undefined) {
    throw new HeddleError({
      code: 'H0003',
      message: `${directory}: the build stopped before there was hardware`,
      places: [{ file: directory }],
      fix: 'run build without --to',
    });
  }
  const { chain } = planned;
  return {
    chain,
    design: generated.design,
    top: generated.top,
    text: readRtlFolder(join(directory, 'rtl')),
    stimulus: fromReference(chain, imported.network, imported.reference, imported.given),
  };
}
