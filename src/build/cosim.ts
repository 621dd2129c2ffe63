/** Simulator, cycle model and Verilator in step, cycle by cycle, under random stalls; the first difference is shrunk and told. */
import type { Progress } from '../base/progress.js';
import { randomStream } from '../base/random.js';
import { requireTool } from '../base/tools.js';
import {
  crossStalls,
  type Failure,
  type LockstepSpec,
  parseStall,
  type Participant,
  renderFailure,
  repeatOptions,
  runLockstep,
  shrink,
  type StallPair,
} from '../cosim/index.js';
import { busyCycles } from '../dataflow/chain-streams.js';
import type { CosimRequest, CosimResult } from './cosim-request.js';
import { cosimSubject, type Subject } from './cosim-subject.js';
import { cosimEngine, isEngineBuild } from './engine/engine-cosim.js';
import { pipelineParticipant, simulatorParticipant, textParticipants } from './participants.js';
import { lockstepSpec } from './run-hardware.js';
import { socOwner } from './build-place.js';
import { cosimSoc } from './soc-cosim.js';

/** Cycles that a run should take at least, so that stalls meet every state. */
const usefulCycles = 1000;

/** Beats that long stalls should outlast: enough to fill what stands between the layers. */
const capacity = 64;

export async function cosim(request: CosimRequest, progress: Progress): Promise<CosimResult> {
  const owner = socOwner(request.target);
  if (owner !== undefined) return cosimSoc(request, owner, progress);
  if (request.engine !== undefined || isEngineBuild(request.target)) return cosimEngine(request, progress);
  requireTool('verilator');
  requireTool('compiler');
  const subject = await progress.run(
    'generate',
    () => cosimSubject(request),
    ({ text, top }) => `${top}: ${text.filter(({ name }) => /\.s?v$/.test(name)).length} files of text`,
  );
  const { chain, design, top, text } = subject;
  const participants = await progress.run(
    'verilate',
    async () => [
      simulatorParticipant(design),
      pipelineParticipant(chain, design),
      ...(await textParticipants(design, top, text, [1])),
    ],
    (all) => all.map(({ name }) => name).join(', '),
  );
  const samples = request.samples ?? Math.max(2, Math.min(200, Math.ceil(usefulCycles / slowestBeats(subject))));
  const runner = new Runner(subject, participants, samples, request);
  return progress.run(
    'lockstep',
    (step) => runner.go((done) => step.update(done)),
    ({ runs, cycles, failure }) =>
      `${runs} runs, ${cycles.toLocaleString('en-US')} cycles${failure === undefined ? ', all equal' : ', one differs'}`,
  );
}

/** About the cycles between two samples. */
const slowestBeats = ({ chain }: Subject): number =>
  Math.max(chain.input.beats, chain.output.beats, ...busyCycles(chain).values());

class Runner {
  /** Samples by inputs, so that shrinking can count. */
  readonly #counts = new WeakMap<LockstepSpec['inputs'], number>();

  constructor(
    readonly subject: Subject,
    readonly participants: readonly Participant[],
    readonly samples: number,
    readonly request: CosimRequest,
  ) {}

  go(say: (done: string) => void): CosimResult {
    const { seeds, seed: first, resets } = this.request;
    const names = this.participants.map(({ name }) => name);
    let runs = 0;
    let cycles = 0;
    for (let k = 0; k < seeds; k++) {
      const seed = first + BigInt(k);
      for (const stall of this.#stalls(seed)) {
        // Every third seed also resets in mid-stream.
        const spec = this.#spec(seed, stall, this.samples, resets ?? (k % 3 === 2 ? 2 : 0));
        const result = runLockstep(spec);
        runs++;
        cycles += result.cycles;
        const done = { participants: names, samples: this.samples, runs, cycles };
        if (result.failure !== undefined) return { ...done, failure: this.#explain(spec, result.failure) };
        say(`seed ${seed}, ${runs} runs, ${cycles.toLocaleString('en-US')} cycles`);
      }
    }
    return { participants: names, samples: this.samples, runs, cycles };
  }

  #stalls(seed: bigint): readonly StallPair[] {
    const random = randomStream(seed, 'stall');
    const { stall } = this.request;
    if (stall !== undefined) return parseStall(stall, random);
    const all = crossStalls(random);
    return [all[random.nextInt(all.length)] ?? { source: { kind: 'bursty' }, sink: { kind: 'bursty' } }];
  }

  #spec(seed: bigint, stall: StallPair, samples: number, resets: number): LockstepSpec {
    const { chain, design, stimulus } = this.subject;
    const { inputBeats, outputBeats } = stimulus(randomStream(seed, 'samples'), samples);
    const spec = {
      ...lockstepSpec(chain, design, {
        participants: this.participants,
        inputBeats,
        ...(outputBeats === undefined ? {} : { outputBeats }),
        ...{ stall, seed, resets },
      }),
      capacity,
    };
    this.#counts.set(spec.inputs, samples);
    return spec;
  }

  #explain(spec: LockstepSpec, failure: Failure): string {
    const units = (each: LockstepSpec): number => this.#counts.get(each.inputs) ?? this.samples;
    const cut = (from: LockstepSpec, count: number): LockstepSpec =>
      this.#spec(from.seed, from.stall, count, from.resets ?? 0);
    const small = shrink(spec, failure, { cut, units, budget: 60 });
    const command = (each: LockstepSpec): string =>
      `npm run -s heddle -- cosim ${this.request.words} --seeds 1 --samples ${units(each)} --resets ${each.resets ?? 0} ${repeatOptions(each)}`;
    return renderFailure(small.spec, small.failure, { subject: this.request.target, repeat: command });
  }
}
