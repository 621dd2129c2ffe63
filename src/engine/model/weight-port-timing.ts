/**
 * Time of the weight port: which beat is taken, which item passes, when a header is offered, in every cycle. What the items say
 * does not matter here but for the header, which is asked for when its segment is complete.
 */
import { type Header, headerWords, planeBits } from '../header.js';

/** What of an engine decides how long segments take. */
export interface WeightPortShape {
  readonly WP: number;
  readonly G: number;
  readonly M: number;
  readonly D: number;
  readonly XB: number;
  readonly WB: number;
  readonly WD: number;
  readonly NTHR: number;
  readonly HQ: number;
  readonly PQ: number;
}

/** Codes of `error_code`. */
export const weightErrors = { none: 0, magic: 1, limits: 2, early: 3, missing: 4 } as const;

/** Cycles from the state `check` until products and quotients of the header are checked: no header is offered before. */
const PRODUCT_CYCLES = 18;
export type WeightError = (typeof weightErrors)[keyof typeof weightErrors];

export type WeightPortState =
  'head' | 'check' | 'judge' | 'taps' | 'rows' | 'quiet' | 'entries' | 'tile' | 'plane' | 'words' | 'end' | 'failed';

/** Smallest number of bits that holds `value`. */
const bitsOf = (value: number): number => 32 - Math.clz32(value);

export class WeightPortTiming {
  state: WeightPortState = 'head';
  /** The outputs of this cycle, which all follow from registers. */
  ready = false;
  /** A header is complete and waits for its checks; it is offered. */
  complete = false;
  offered = false;
  paramsFull = false;
  /** An item of the segment passes; a tap is written (two are an item); the segment ends with it. */
  passes = false;
  tap = false;
  ends = false;
  /** Bits of the segment that are held, and of an item of it. */
  level = 0;
  itemBits = 32;
  /** Number of the item, or of the tap. */
  item = 0;
  plane = 0;
  set = 0;
  paramSet = 0;
  packets = 0;
  beats = 0;
  error: WeightError = weightErrors.none;
  /** The upper tap of the item follows. */
  half = false;
  #header: Header | undefined;
  #filled = false;
  #paramSets = 0;
  #tile = 0;
  #chunk = 0;
  /** Headers between this port and the sequencer. */
  #queued = 0;
  #written = 0;
  #room = false;
  #lasted = false;
  /** Cycles until the header is checked. */
  #checking = 0;
  /** Products and quotients of the header are what they should be. */
  #sound = true;
  readonly #unused: number;

  /**
   * @param header the header whose segment is complete, or what is wrong with it
   * @param sound that its products and quotients are right, which is known later
   */
  constructor(
    readonly shape: WeightPortShape,
    readonly header: () => Header | WeightError,
    readonly sound: () => boolean = () => true,
  ) {
    this.#unused = 31 - bitsOf(shape.WD);
    this.#look();
  }

  /**
   * The edge behind this cycle; afterwards the fields are the outputs of the next one.
   * @param valid a beat is offered
   * @param last it is the last one of its packet
   * @param headerTaken the offered header is taken
   * @param paramFree a set of parameters is not needed any more
   * @param ringFreed words of the ring that are free again, since reset; equal modulo 2^(bits of WD, one more)
   */
  tick(
    valid: boolean,
    last: boolean,
    headerTaken: boolean,
    paramFree: boolean,
    passesDone: number,
    ringFreed: number,
  ): void {
    const { WP } = this.shape;
    const taken = this.ready && valid;
    const starved = this.#lasted && this.#wants();
    const checking = this.#checking > 0;
    const overrun = this.state === 'words' && this.level >= this.itemBits && this.#cut();
    const { passes, tap, ends } = this;
    if (passes) this.level = ends ? 0 : this.level - this.itemBits;
    if (taken) {
      this.level += WP;
      this.beats = (this.beats + 1) & 0xffff;
      this.#lasted = last;
    }
    if (passes && this.state === 'words') this.#written++;
    if (passes || tap) this.item = ends ? 0 : this.item + 1;
    if (tap) this.half = !(this.half || passes);
    this.#passOn(headerTaken);
    if (this.#checking > 0) this.#checking--;
    const difference = (this.#written - ringFreed) << this.#unused;
    const opens = this.#opens();
    this.#room = difference >> this.#unused < this.shape.WD;
    this.#paramSets += (opens ? 1 : 0) - (paramFree ? 1 : 0);
    this.#step(ends, opens, checking, passesDone);
    if (overrun) this.#fail(weightErrors.missing);
    if (starved) this.#fail(weightErrors.early);
    if (!this.#sound && !checking) {
      this.#fail(weightErrors.limits);
      this.#sound = true;
      this.complete = false;
    }
    this.offered = this.shape.HQ === 1 ? this.#checked() : this.#queued > 0;
    this.#look();
  }

  #checked(): boolean {
    return this.complete && this.#checking === 0 && this.#sound;
  }

  /** Where there is a queue, headers that are checked go there as soon as it has room. */
  get queues(): boolean {
    return this.shape.HQ > 1 && this.#checked() && this.#queued < this.shape.HQ - 1;
  }

  #passOn(headerTaken: boolean): void {
    const { queues } = this;
    if (queues || (this.shape.HQ === 1 && headerTaken)) this.complete = false;
    if (this.shape.HQ > 1) this.#queued += (queues ? 1 : 0) - (headerTaken ? 1 : 0);
  }

  #step(ends: boolean, opens: boolean, checking: boolean, passesDone: number): void {
    switch (this.state) {
      case 'head':
        if (ends) this.state = 'check';
        return;
      case 'check':
        this.state = 'judge';
        this.#checking = PRODUCT_CYCLES - 1;
        return;
      case 'judge': {
        const header = this.header();
        if (typeof header === 'number') return this.#fail(header);
        this.#header = header;
        this.#sound = this.sound();
        this.state = 'taps';
        return;
      }
      case 'taps':
        if (ends) this.state = 'rows';
        return;
      case 'rows':
        if (!ends) return;
        this.set = (this.set + 1) % (this.shape.HQ + 1);
        this.#tile = this.plane = 0;
        this.#filled = false;
        if (this.#header?.lut === 1) this.state = 'quiet';
        else this.#offer();
        return;
      case 'quiet':
        if (this.packets === passesDone) this.state = 'entries';
        return;
      case 'entries':
        if (ends) this.#offer();
        return;
      case 'tile':
        return this.#planes(opens);
      case 'plane':
        if (!ends) return;
        this.plane++;
        this.state = 'tile';
        return;
      case 'words':
        if (ends && ++this.#chunk === this.#header?.CHN) this.#nextTile();
        return;
      case 'end':
        if (!this.#lasted) return this.#fail(weightErrors.missing);
        if (checking) return;
        this.#lasted = false;
        this.beats = 0;
        this.packets = (this.packets + 1) & 0xffff;
        this.state = 'head';
        return;
      case 'failed':
    }
  }

  /** What the packet would end with waits for `tlast`: a packet that goes on makes no complete pass. */
  #offer(): void {
    if (this.#header?.planes === 0 && !this.#carries() && !this.#lasted) return this.#fail(weightErrors.missing);
    this.complete = true;
    this.state = 'tile';
  }

  /** One cycle per plane that is absent or entered, one when none is left. */
  #planes(opens: boolean): void {
    if (this.plane === this.#planeCount()) {
      if (this.#overlong()) return this.#fail(weightErrors.missing);
      if (this.#filled) this.paramSet = (this.paramSet + 1) % this.shape.PQ;
      this.#chunk = 0;
      if (this.#carries()) this.state = 'words';
      else this.#nextTile();
    } else if (!this.#present()) this.plane++;
    else if (this.#filled || opens) {
      this.#filled = true;
      this.state = 'plane';
    }
  }

  #nextTile(): void {
    this.plane = 0;
    this.#filled = false;
    this.state = ++this.#tile === this.#header?.OTN ? 'end' : 'tile';
  }

  #fail(error: WeightError): void {
    this.error = error;
    this.state = 'failed';
  }

  /** The packet has weight words. */
  #carries(): boolean {
    return this.#header?.hasWeights === 1 && this.#header.wReuse === 0;
  }
  /** Parameters were the last of the packet, and there is no `tlast`. */
  #overlong(): boolean {
    return this.#tile + 1 === this.#header?.OTN && !this.#carries() && !this.#lasted;
  }
  /** The weight word is the last one of the packet, and there is no `tlast`. */
  #cut(): boolean {
    const { OTN, CHN, wWords } = this.#header!;
    return this.#tile + 1 === OTN && this.#chunk + 1 === CHN && this.item + 1 === wWords && !this.#lasted;
  }

  #planeCount(): number {
    return 3 + this.shape.NTHR;
  }
  #present(): boolean {
    return ((this.#header?.planes ?? 0) & (this.plane < 3 ? 1 << this.plane : planeBits.thresholds)) !== 0;
  }
  #opens(): boolean {
    const waits = this.state === 'tile' && this.plane < this.#planeCount() && !this.#filled;
    return waits && this.#paramSets !== this.shape.PQ && this.#present();
  }

  /** Items of the segment. */
  #count(): number {
    const { M, D, XB } = this.shape;
    const header = this.#header;
    if (this.state === 'head' || header === undefined) return headerWords;
    if (this.state === 'taps') return header.NT;
    if (this.state === 'rows') return header.KH1 + 1;
    if (this.state === 'entries') return 2 ** XB;
    if (this.state === 'plane') return this.#tile === header.OTN - 1 ? header.gLast : M / D;
    return header.wWords;
  }

  #size(): number {
    const { M, G, D, XB, WB } = this.shape;
    if (this.state === 'plane') return 32 * D;
    if (this.state === 'words') return M * G * WB;
    return this.state === 'entries' ? XB : 32;
  }

  /** A segment is under way. */
  #inSegment(): boolean {
    switch (this.state) {
      case 'head':
        return !this.complete;
      case 'taps':
      case 'rows':
      case 'plane':
      case 'words':
      case 'entries':
        return true;
      default:
        return false;
    }
  }

  /** A beat is needed: what stays is less than an item, and the segment goes on. */
  #wants(): boolean {
    if (!this.#inSegment() || this.ends) return false;
    return (this.passes ? this.level - this.itemBits : this.level) < this.itemBits;
  }

  /** The outputs that follow from the registers. */
  #look(): void {
    this.paramsFull = this.state === 'tile' && this.plane === this.#planeCount() && this.#filled && !this.#overlong();
    this.passes = this.tap = this.ends = this.ready = false;
    if (!this.#inSegment()) return;
    this.itemBits = this.#size();
    if (this.level >= this.itemBits) {
      const last = this.item === this.#count() - 1;
      this.tap = this.state === 'taps';
      if (this.tap) this.passes = this.half || last;
      else this.passes = this.state !== 'words' || (this.#room && !(last && this.#cut()));
      this.ends = this.passes && last;
    }
    this.ready = !this.#lasted && this.#wants();
  }
}
