/**
 * Cycle model of the sequencer: which step is issued in which cycle. Everything behind it is a pipeline that never waits, so
 * these cycles and constants are all that the timing of the engine consists of.
 */
import { opCodes } from '../header.js';
import { type ArrayShape, type PassProgram, type PassRow, rowsOfPass, wordsNeeded } from './pass-rows.js';

export interface SequencerShape extends ArrayShape {
  /** Entries of the output FIFO, in groups. */
  readonly YD: number;
  /** Cycles from the issue of a weight word to the first beat that may overwrite it. */
  readonly FREE: number;
}

/** What the sequencer sees in a cycle. */
export interface SequencerInputs {
  /** The next pass, when its header, taps and row table are complete. */
  readonly offered: PassProgram | undefined;
  /** The unit behind the array can take its header. */
  readonly configReady: boolean;
  /** Rows of input that have arrived, and passes that are written, modulo 2^16. */
  readonly tokens: number;
  readonly passesDone: number;
  /** Events of this cycle: a weight word enters the ring, a set of parameters is complete, a group has left the output. */
  readonly ringWrite: boolean;
  readonly parametersFull: boolean;
  readonly credit: boolean;
  readonly residualReady: boolean;
}

/** Why no step is issued: the bits of the port `stalled`. */
export const stallCodes = { weights: 1, input: 2, parameters: 4, drain: 8, residual: 16, row: 32 } as const;

/** A step that is issued in this cycle. */
export interface IssuedStep {
  readonly pass: PassProgram;
  readonly row: PassRow;
  /** Tile of P pixels in the row. */
  readonly xt: number;
  /** Number of the step in its tile. */
  readonly step: number;
  readonly last: boolean;
  /** Weight words in front of the chunk since reset: place in the ring modulo its depth. */
  readonly base: number;
}

export interface SequencerOutputs {
  /** The pass that is taken in this cycle. */
  readonly taken: PassProgram | undefined;
  readonly issued: IssuedStep | undefined;
  /** Bits of {@link stallCodes}; 0 while steps are issued or no pass runs. */
  readonly stalled: number;
  readonly running: boolean;
}

/** Cycles from taking a pass to the first cycle in which its first row may be handed over. */
const FIRST_ROW = 5;
/** Cycles beside SH from one row handed over to the next. */
const NEXT_ROW = 4;
/** Cycles from the last step of a pass to the first in which another may be taken. */
const PASS_GAP = 5;

interface Running {
  readonly pass: PassProgram;
  readonly rows: Iterator<PassRow>;
  row: PassRow | undefined;
  /** The row that is prepared, and the cycle from which it is there. */
  next: PassRow | undefined;
  nextAt: number;
  xt: number;
  step: number;
}

const serialLess = (a: number, b: number): boolean => ((a - b) & 0x8000) !== 0;

/** One cycle a call of {@link SequencerModel.cycle}; the state after reset is that of a new object. */
export class SequencerModel {
  #now = 0;
  #running: Running | undefined;
  #quietUntil = 0;
  #started = 0;
  /** The pass that was taken last adds a residual: the next one waits for all of its results. */
  #adds = false;
  /** Weight words in the ring and in front of the present chunk and pass, since reset. */
  #written = 0;
  #base = 0;
  #passBase = 0;
  #drain = 0;
  #credits: number;
  #parameters = 0;
  /** Words that are free behind what was issued, and for each of the next cycles what the port sees. */
  #free = 0;
  readonly #freed: number[];

  constructor(readonly shape: SequencerShape) {
    this.#credits = shape.YD;
    this.#freed = new Array<number>(shape.FREE + 1).fill(0);
  }

  /** Words of the ring that are free again in this cycle, since reset. */
  get ringFreed(): number {
    return this.#freed[this.#now % this.#freed.length] ?? 0;
  }

  cycle(inputs: SequencerInputs): SequencerOutputs {
    const taken = this.#take(inputs);
    const running = this.#running;
    const stalled = running === undefined ? 0 : this.#stall(running, inputs);
    const issued =
      running !== undefined && running.row !== undefined && stalled === 0 ? this.#issue(running) : undefined;
    if (issued === undefined && this.#drain > 0) this.#drain--;
    if (running !== undefined) this.#handOver(running);
    if (taken !== undefined) this.#start(taken);
    this.#freed[(this.#now + this.shape.FREE) % this.#freed.length] = this.#free;
    if (inputs.credit) this.#credits++;
    if (inputs.ringWrite) this.#written++;
    if (inputs.parametersFull) this.#parameters++;
    this.#now++;
    return { taken, issued, stalled, running: running !== undefined };
  }

  #take({ offered, configReady, passesDone }: SequencerInputs): PassProgram | undefined {
    if (offered === undefined || !configReady || this.#running !== undefined || this.#now < this.#quietUntil)
      return undefined;
    const waits = offered.header.flush === 1 || this.#adds;
    return !waits || this.#started === (passesDone & 0xffff) ? offered : undefined;
  }

  #start(pass: PassProgram): void {
    const rows = rowsOfPass(pass, this.shape);
    const first = rows.next().value as PassRow | undefined;
    this.#running = { pass, rows, row: undefined, next: first, nextAt: this.#now + FIRST_ROW, xt: 0, step: 0 };
    this.#started = (this.#started + 1) & 0xffff;
    this.#adds = pass.header.res === 1;
    if (pass.header.wReuse === 1) this.#base = this.#passBase;
    else {
      this.#passBase = this.#free = this.#base;
      this.#freed[(this.#now + this.shape.FREE - 1) % this.#freed.length] = this.#base;
    }
  }

  #stall({ pass, row, xt, step }: Running, { tokens, residualReady }: SequencerInputs): number {
    const { header } = pass;
    if (row === undefined) return stallCodes.row;
    const opens = xt === 0 && step === 0;
    const last = step === row.steps - 1;
    if (wordsNeeded(pass, this.shape, row, step) > this.#written - this.#base) return stallCodes.weights;
    if (opens && header.tokCheck === 1 && serialLess(tokens, row.need)) return stallCodes.input;
    if (opens && this.#takesParameters(pass, row) && this.#parameters === 0) return stallCodes.parameters;
    const sends = header.dstAxis === 1 && row.lastChunk;
    if (last && (this.#drain > 0 || (sends && this.#credits < row.groups))) return stallCodes.drain;
    return last && row.lastChunk && header.res === 1 && !residualReady ? stallCodes.residual : 0;
  }

  #takesParameters({ header }: PassProgram, row: PassRow): boolean {
    return header.planes !== 0 && row.y === 0 && row.chunk === 0;
  }

  #issue(running: Running): IssuedStep {
    const { pass, xt, step } = running;
    const row = running.row as PassRow;
    const { header } = pass;
    const last = step === row.steps - 1;
    const issued = { pass, row, xt, step, last, base: this.#base };
    const frees = row.lastOfChunk && xt === header.XT - 1 && header.hasWeights === 1 && header.wKeep === 0;
    if (frees && last) this.#free = this.#base + header.wWords;
    else if (frees && this.#lastUse(header, step)) this.#free = this.#base + wordsNeeded(pass, this.shape, row, step);
    if (xt === 0 && step === 0 && this.#takesParameters(pass, row)) this.#parameters--;
    if (!last) {
      running.step++;
      if (this.#drain > 0) this.#drain--;
      return issued;
    }
    // Partial sums of a place are at least 4 cycles apart.
    // A group is written once a phase; with a residual it passes the requantizer twice.
    const drain = row.groups * Math.max(header.dstXram === 1 ? header.ySW : 1, header.res === 1 ? 2 : 1);
    this.#drain = Math.max(drain, header.CHN > 1 ? 4 : 1) - 1;
    if (header.dstAxis === 1 && row.lastChunk) this.#credits -= row.groups;
    running.step = 0;
    if (++running.xt < header.XT) return issued;
    if (row.lastOfChunk && header.hasWeights === 1) this.#base += header.wWords;
    running.row = undefined;
    if (running.next === undefined) {
      this.#running = undefined;
      this.#quietUntil = this.#now + PASS_GAP;
    }
    return issued;
  }

  /** The step is the last one of its tile that takes its weight word: a depthwise word serves G taps. */
  #lastUse({ op, NT }: PassProgram['header'], step: number): boolean {
    const tap = step % NT;
    return op === opCodes.dense || tap === NT - 1 || tap % this.shape.G === this.shape.G - 1;
  }

  /** A row that is prepared becomes the present one when there is none; the next is prepared from then on. */
  #handOver(running: Running): void {
    if (running.row !== undefined || running.next === undefined || this.#now < running.nextAt) return;
    running.row = running.next;
    running.xt = running.step = 0;
    const following = running.rows.next();
    running.next = following.done === true ? undefined : following.value;
    running.nextAt = this.#now + running.pass.header.SH + NEXT_ROW;
  }
}
