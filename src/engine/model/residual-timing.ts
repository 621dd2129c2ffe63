/** When residual words are read and when they meet their sums: the reader of the whole engine without data. */
import type { Engine } from '../config.js';
import { type Header, opCodes } from '../header.js';
import {
  DRAIN_TO_REQUANTIZER,
  ISSUE_LATENCY,
  PRIVATE_READ_DELAY,
  requantizeLatency,
  residualDepth,
} from '../latency.js';
import { ResidualReader } from './residual-reader.js';
import { type IssuedStep, stallCodes } from './sequencer.js';
import { readsOf } from './step-ports.js';

/** Steps that may still have a read in front of them. */
const HISTORY = ISSUE_LATENCY + PRIVATE_READ_DELAY + 1;

export class ResidualTiming {
  readonly #reader: ResidualReader;
  readonly #toSums: number;
  /** Steps by the cycle of their issue, modulo HISTORY. */
  readonly #steps = new Array<IssuedStep | undefined>(HISTORY).fill(undefined);
  /** Groups that meet their sums: in these cycles, first and one behind the last. */
  readonly #meets: { readonly from: number; readonly to: number }[] = [];
  #now = 0;

  constructor(readonly engine: Engine) {
    this.#reader = new ResidualReader({ GROUPS: engine.bankGroups, DEPTH: residualDepth(engine) });
    this.#toSums = DRAIN_TO_REQUANTIZER + requantizeLatency(engine);
  }

  /** The words of the next tile are on their way. */
  get ready(): boolean {
    return this.#reader.ready;
  }

  /** Groups leave the array from cycle `start` on. */
  drains(start: number, groups: number): void {
    const from = start + this.#toSums;
    this.#meets.push({ from, to: from + groups });
  }

  /** The end of a cycle; `stepShown`: a step is in the outputs of the sequencer. */
  tick(taken: Header | undefined, issued: IssuedStep | undefined, stepShown: boolean, stalled: number): void {
    const { request } = this.#reader;
    const served = request !== undefined && !this.#reads(request.group);
    const meets = this.#meets[0];
    const popped = meets !== undefined && this.#now >= meets.from;
    if (meets !== undefined && this.#now === meets.to - 1) this.#meets.shift();
    const tileTaken = issued?.last === true && issued.row.lastChunk && issued.pass.header.res === 1;
    this.#reader.tick(taken, stepShown || stalled === stallCodes.residual, served, popped, tileTaken);
    this.#steps[this.#now % HISTORY] = issued;
    this.#now++;
  }

  /** A slice reads a bank of this group in this cycle. */
  #reads(group: number): boolean {
    const { D } = this.engine;
    const at = (ago: number): IssuedStep | undefined =>
      this.#now < ago ? undefined : this.#steps[(this.#now - ago) % HISTORY];
    const late = at(ISSUE_LATENCY + PRIVATE_READ_DELAY);
    if (late !== undefined && late.pass.header.op !== opCodes.dense && this.#banks(late).length > 0) return true;
    const step = at(ISSUE_LATENCY);
    if (step === undefined || step.pass.header.op !== opCodes.dense) return false;
    return this.#banks(step).some((bank) => Math.floor(bank / D) === group);
  }

  #banks(step: IssuedStep): number[] {
    const { header, taps } = step.pass;
    const tap = taps[step.step % header.NT];
    if (tap === undefined) throw new Error('the tap programs of passes with residual are needed');
    if (tap.read === 0) return [];
    return readsOf(step, this.engine).flatMap((read) => (read === undefined ? [] : [read.bank]));
  }
}
