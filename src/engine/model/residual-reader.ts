/** Cycle model of `engine_residual_reader`, from the specification: nested loops give every group of residual words its place. */
import { decodeHeader, type Header, headerWords } from '../header.js';
import { elements, type PortModel, type Ports } from './port-model.js';

export interface ReaderSizes {
  readonly GROUPS: number;
  readonly DEPTH: number;
}

/** One group of D residual words. */
export interface ResidualGroup {
  readonly group: number;
  readonly address: number;
  readonly tileEnd: boolean;
}

/** All groups of a pass in the order in which their results leave the array. */
export function* residualGroups(h: Header, GROUPS: number): Generator<ResidualGroup, undefined> {
  for (let ot = 0; ot < h.OTN; ot++) {
    const used = ot === h.OTN - 1 ? h.gLast : GROUPS;
    for (let y = 0; y < h.Ho; y++) {
      for (let xt = 0; xt < h.XT; xt++) {
        for (let k = 0; k < used; k++) {
          const bank = h.rGrp0 + k;
          const offset = ((h.ySlot0 + y) % h.yRing) * h.rRow + (ot + Math.floor(bank / GROUPS)) * h.rBlk + xt;
          yield { group: bank % GROUPS, address: (h.rBase + offset) & 0xfffff, tileEnd: k === used - 1 };
        }
      }
    }
  }
  return undefined;
}

/** Cycles from a header to the first in which reading may begin. */
const PREPARE = 3;

/** The reader as an object that the models of the whole engine use, too. */
export class ResidualReader {
  #groups: Iterator<ResidualGroup, undefined> | undefined;
  #next: ResidualGroup | undefined;
  #reading = false;
  #waits = false;
  #prepared = 0;
  #served = 0;
  #ahead = 0;

  constructor(readonly sizes: ReaderSizes) {}

  /** The group that is asked for in this cycle. */
  get request(): ResidualGroup | undefined {
    return this.#reading && this.#served < this.sizes.DEPTH ? this.#next : undefined;
  }
  /** The words of the next tile are on their way. */
  get ready(): boolean {
    return this.#ahead > 0;
  }

  /** The end of a cycle. `step`: a step is at the X-RAM or waits for a tile. */
  tick(take: Header | undefined, step: boolean, served: boolean, popped: boolean, tileTaken: boolean): void {
    const asked = this.request;
    if (asked !== undefined && served) {
      this.#served++;
      if (asked.tileEnd) this.#ahead++;
      this.#next = this.#groups?.next().value;
      if (this.#next === undefined) this.#reading = false;
    }
    if (popped) this.#served--;
    if (tileTaken) this.#ahead--;
    if (this.#prepared > 0 && --this.#prepared === 0) {
      // The last cycle of the preparation repeats until the rows are there.
      if (step || !this.#waits) this.#reading = true;
      else this.#prepared = 1;
    }
    if (take !== undefined && take.res === 1) {
      this.#groups = residualGroups(take, this.sizes.GROUPS);
      this.#next = this.#groups.next().value;
      this.#waits = take.tokCheck === 1;
      this.#prepared = PREPARE;
    }
  }

  reset(): void {
    this.#groups = this.#next = undefined;
    this.#reading = false;
    this.#prepared = this.#served = this.#ahead = 0;
  }
}

export class ResidualReaderModel implements PortModel {
  readonly #reader: ResidualReader;

  constructor(sizes: ReaderSizes) {
    this.#reader = new ResidualReader(sizes);
  }

  settle(): Ports {
    const { request, ready } = this.#reader;
    return {
      ...{ read: request === undefined ? 0n : 1n, ready: ready ? 1n : 0n },
      ...(request && { group: BigInt(request.group), address: BigInt(request.address) }),
    };
  }

  tick({ take, header = 0n, step, served, popped, tile_taken }: Ports): void {
    const taken = take === 1n ? decodeHeader(elements(header, headerWords, 32).map(Number)) : undefined;
    this.#reader.tick(taken, step === 1n, served === 1n, popped === 1n, tile_taken === 1n);
  }

  reset(): void {
    this.#reader.reset();
  }
}
