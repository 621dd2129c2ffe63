/** Time of the pixel port: which beat is taken and in which cycle a group is written, for packets without errors. */
import type { Descriptor } from '../descriptor.js';

export interface PixelPortShape {
  readonly P: number;
  readonly D: number;
  readonly XB: number;
  readonly XP: number;
}

/** Beats of a descriptor are 256 bits. */
const DESCRIPTOR_BITS = 256;

export class PixelPortTiming {
  /** Outputs of this cycle. */
  ready = true;
  writeValid = false;
  tokens = 0;
  #state: 'descriptor' | 'check' | 'wait' | 'rows' = 'descriptor';
  /** Beats of the register slice: whether each is the last of its packet. */
  readonly #beats: boolean[] = [];
  #sawLast = false;
  #words = 0;
  #descriptor: Descriptor | undefined;
  #rowGroups = 0;
  /** Bits of the row that are held; groups and rows behind the present one; phase of the group. */
  #level = 0;
  #group = 0;
  #row = 0;
  #phase = 0;
  /** The write that is shown ends a row. */
  #writeEnds = false;

  /** @param descriptor that of the next packet */
  constructor(
    readonly shape: PixelPortShape,
    readonly descriptor: () => Descriptor | undefined,
  ) {}

  tick(valid: boolean, last: boolean, writeReady: boolean, passesDone: number): void {
    const { P, D, XB, XP } = this.shape;
    const groupBits = P * D * XB;
    const leaves = this.writeValid && writeReady;
    const inRows = this.#state === 'rows';
    const d = this.#descriptor;
    const writes = inRows && this.#level >= groupBits && (!this.writeValid || leaves);
    const moves = writes && this.#phase === (d?.scatter ?? 1) - 1;
    const rowEnd = moves && this.#group === this.#rowGroups - 1;
    const packetEnd = rowEnd && this.#row === (d?.rows ?? 1) - 1;
    const kept = moves ? (rowEnd ? 0 : this.#level - groupBits) : this.#level;
    const takes = inRows && !this.#sawLast && !packetEnd && kept < groupBits;
    const shifts = this.#beats.length > 0 && (takes || this.#state === 'descriptor');

    if (leaves && this.#writeEnds) this.tokens = (this.tokens + 1) & 0xffff;
    if (!this.writeValid || leaves) {
      this.writeValid = writes;
      this.#writeEnds = rowEnd;
    }
    if (writes) this.#phase = moves ? 0 : this.#phase + 1;
    if (moves) this.#group = rowEnd ? 0 : this.#group + 1;
    if (rowEnd) this.#row = packetEnd ? 0 : this.#row + 1;
    this.#level = inRows && shifts ? kept + XP : kept;
    this.#step(shifts, packetEnd, passesDone);
    if (shifts) this.#sawLast = this.#beats.shift() === true;
    if (valid && this.ready) this.#beats.push(last);
    this.ready = this.#beats.length < 2;
  }

  #step(shifts: boolean, packetEnd: boolean, passesDone: number): void {
    switch (this.#state) {
      case 'descriptor':
        if (!shifts || ++this.#words < DESCRIPTOR_BITS / this.shape.XP) return;
        this.#words = 0;
        this.#state = 'check';
        return;
      case 'check': {
        const d = this.descriptor();
        if (d === undefined) throw new Error('a packet of pixels without a descriptor');
        this.#descriptor = d;
        this.#rowGroups = d.phases * d.words * ((d.blocks - 1) * d.groups + d.groupsLast);
        this.#state = 'wait';
        return;
      }
      case 'wait':
        if (((passesDone - (this.#descriptor?.waitDone ?? 0)) & 0x8000) === 0) this.#state = 'rows';
        return;
      case 'rows':
        if (packetEnd) this.#state = 'descriptor';
    }
  }
}
