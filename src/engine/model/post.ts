/** Cycle model of `engine_post`, from the specification: nested loops give every group its place, multiplications its address. */
import { codeValue, decodeHeader, type Header, headerWords } from '../header.js';
import { ADDITION, DRAIN_TO_REQUANTIZER, ISSUE_TO_CLAIM, requantizeLatency } from '../latency.js';
import { element, elements, packed, type PortModel, type Ports } from './port-model.js';
import { AdditionModel } from './addition.js';
import { RequantizeModel } from './requantize.js';

export interface PostSizes {
  readonly P: number;
  readonly D: number;
  readonly GROUPS: number;
  readonly AB: number;
  readonly XB: number;
  readonly PD: number;
  readonly PQ: number;
  readonly MUL: number;
  readonly FIXED: number;
  readonly NTHR: number;
  readonly LUT: number;
  readonly ADD: number;
}

/** Where a group of sums belongs. */
interface Place {
  readonly header: Header;
  readonly k: number;
  /** Number of the group within its chunk. */
  readonly entry: number;
  readonly firstChunk: boolean;
  readonly lastChunk: boolean;
  readonly group: number;
  readonly address: number;
  readonly part: number;
  /** Last group of its output row, of its weight tile, of its pass. */
  readonly rowEnd: boolean;
  readonly otEnd: boolean;
  readonly passEnd: boolean;
}

/** All groups of a pass in order. */
export function* places(h: Header, { D, GROUPS }: Pick<PostSizes, 'D' | 'GROUPS'>): Generator<Place, undefined> {
  for (let ot = 0; ot < h.OTN; ot++) {
    const used = Math.ceil((ot === h.OTN - 1 ? h.Mlast : GROUPS * D) / D);
    for (let chunk = 0; chunk < h.CHN; chunk++) {
      let entry = 0;
      for (let y = 0; y < h.Ho; y++) {
        for (let xt = 0; xt < h.XT; xt++) {
          for (let k = 0; k < used; k++) {
            const bank = h.yGrp0 + k;
            const block = ot + Math.floor(bank / GROUPS);
            const slot = (h.ySlot0 + y) % h.yRing;
            const rowEnd = xt === h.XT - 1 && k === used - 1;
            const otEnd = rowEnd && y === h.Ho - 1 && chunk === h.CHN - 1;
            yield {
              ...{ header: h, k, entry: entry++, firstChunk: chunk === 0, lastChunk: chunk === h.CHN - 1 },
              ...{ group: bank % GROUPS, part: xt % h.ySW },
              address: (h.yBase + block * h.yBlk + slot * h.yRow + Math.floor(xt / h.ySW)) % 2 ** 20,
              ...{ rowEnd, otEnd, passEnd: otEnd && ot === h.OTN - 1 },
            };
          }
        }
      }
    }
  }
  return undefined;
}

interface Item {
  readonly place: Place;
  readonly pixels: bigint;
}

/** A group on its way through the requantizer. */
interface Passage {
  readonly place: Place;
  /** It meets a residual behind it. */
  readonly meets: boolean;
}

/** A group that waits with its residual words. */
interface Pair {
  readonly place: Place;
  readonly own: bigint;
  readonly other: bigint;
}

export class PostModel implements PortModel {
  readonly #sizes: PostSizes;
  readonly #requantizer: RequantizeModel;
  #waiting: Header | undefined;
  /** The waiting header has been there for a cycle. */
  #waited = false;
  #pass: Generator<Place, undefined> | undefined;
  #place: Place | undefined;
  #set = 0;
  #free = false;
  /** Words by set, plane and group. */
  readonly #parameters = new Map<string, bigint>();
  readonly #psums = new Map<number, bigint[]>();
  /** Inputs of the requantizer of the last two cycles. */
  #steps: (Ports | undefined)[] = [undefined, undefined];
  /** Groups on their way, the newest first. */
  #line: (Passage | undefined)[];
  readonly #addition: AdditionModel;
  /** Places of the groups in the addition, the newest first, and the pass that they belong to. */
  #adding: (Place | undefined)[];
  #adds: Header | undefined;
  /** Residual words that wait, and groups that have met theirs, the oldest first. */
  #residuals: bigint[] = [];
  #pairs: Pair[] = [];
  /** Cycles in which no group may enter the addition, as the tiles tell them: the first, and one behind the last. */
  #claims: { readonly from: number; readonly to: number }[] = [];
  #now = 0;
  #queue: Item[] = [];
  #phase = 0;
  #write: { readonly item: Item; readonly phase: number } | undefined;
  #done = false;

  constructor(sizes: PostSizes) {
    this.#sizes = sizes;
    const latency = requantizeLatency(sizes);
    this.#requantizer = new RequantizeModel({ ...sizes, W: 32 }, latency);
    this.#line = new Array<Passage | undefined>(latency + DRAIN_TO_REQUANTIZER).fill(undefined);
    this.#addition = new AdditionModel(sizes);
    this.#adding = new Array<Place | undefined>(ADDITION).fill(undefined);
  }

  settle(): Ports {
    const bit = (value: boolean | undefined): bigint => (value === true ? 1n : 0n);
    const { item, place } = this.#out();
    const sent = item !== undefined && place?.header.dstAxis === 1;
    const write = this.#write;
    const written = write !== undefined && write.item.place.header.dstXram === 1;
    return {
      ...{ cfg_tready: bit(this.#waiting === undefined), param_free: bit(this.#free), pass_done: bit(this.#done) },
      ...{ out_valid: bit(sent), write_valid: bit(written), res_popped: bit(this.#meeting() !== undefined) },
      ...(sent ? { out_data: item, out_end: bit(place.rowEnd), out_last: bit(place.passEnd) } : {}),
      ...(written ? this.#writeOf(write.item, write.phase) : {}),
    };
  }

  tick(inputs: Ports): void {
    // The writer: one phase of the oldest group a cycle.
    const [head] = this.#queue;
    const finished = this.#write;
    this.#done = finished !== undefined && finished.item.place.passEnd && finished.phase === this.#last(finished.item);
    this.#write = head && { item: head, phase: this.#phase };
    if (head !== undefined) {
      const over = this.#phase === this.#last(head);
      this.#phase = over ? 0 : this.#phase + 1;
      if (over) this.#queue.shift();
    }
    const { item, place } = this.#out();
    if (item !== undefined && place !== undefined && (place.header.dstXram === 1 || place.passEnd))
      this.#queue.push({ place, pixels: item });

    const again = this.#add(inputs);
    const { table_write = 0n, table_address = 0n, table_data = 0n } = inputs;
    this.#requantizer.tick({ ...this.#steps[1], table_write, table_address, table_data });
    const arrived = this.#arrive(inputs);
    const [newest, ...older] = this.#line.slice(0, -1);
    this.#line = [
      arrived && { place: arrived.place, meets: this.#meets(arrived.place) },
      again?.passage ?? newest,
      ...older,
    ];
    this.#steps = [arrived?.values, again?.values ?? this.#steps[0]];
    this.#store(inputs);
    this.#headers(inputs, arrived?.place.passEnd === true);
    this.#now++;
  }

  reset(inputs: Ports): void {
    this.#waiting = this.#pass = this.#place = this.#write = undefined;
    this.#waited = this.#free = this.#done = false;
    [this.#set, this.#phase] = [0, 0];
    this.#steps = [undefined, undefined];
    this.#line = this.#line.map(() => undefined);
    this.#queue = [];
    this.#residuals = [];
    this.#pairs = [];
    this.#claims = [];
    this.#adding = this.#adding.map(() => undefined);
    this.#addition.reset();
    this.#requantizer.reset({});
    this.#store(inputs);
  }

  #last({ place }: Item): number {
    return place.header.ySW - 1;
  }

  #meets({ header }: Place): boolean {
    return header.res === 1 && this.#sizes.ADD === 1;
  }

  /** The group that meets its residual words in this cycle. */
  #meeting(): { readonly own: bigint; readonly place: Place } | undefined {
    const { pixels } = this.#requantizer.settle();
    const passage = this.#line.at(-1);
    return pixels === undefined || passage?.meets !== true ? undefined : { own: pixels, place: passage.place };
  }

  /** Residual words; gives the group whose sums are at the requantizer in the next cycle. */
  #add(inputs: Ports): { readonly passage: Passage; readonly values: Ports } | undefined {
    const { sums } = this.#addition.settle();
    const done = this.#adding.at(-1);
    const again =
      sums === undefined || done === undefined
        ? undefined
        : { passage: { place: done, meets: false }, values: this.#again(sums) };
    const entering = this.#claims.some(({ from, to }) => this.#now >= from && this.#now < to)
      ? undefined
      : this.#pairs.shift();
    this.#adding = [entering?.place, ...this.#adding.slice(0, -1)];
    this.#addition.tick(entering === undefined ? { in_valid: 0n } : this.#additionInputs(entering));
    const meeting = this.#meeting();
    if (meeting !== undefined) this.#pairs.push({ ...meeting, other: this.#residuals.shift() ?? 0n });

    const { tile_last, tile_groups = 0n, res_valid, res_words = 0n, cfg_tvalid, cfg_tdata = 0n } = inputs;
    const from = this.#now + ISSUE_TO_CLAIM;
    this.#claims = this.#claims.filter(({ to }) => to > this.#now);
    if (tile_last === 1n) this.#claims.push({ from, to: from + Number(tile_groups) });
    if (res_valid === 1n) this.#residuals.push(res_words);
    if (cfg_tvalid === 1n && this.#waiting === undefined) {
      const header = decodeHeader(elements(cfg_tdata, headerWords, 32).map(Number));
      if (header.res === 1) this.#adds = header;
    }
    return again;
  }

  get #adder(): Header {
    if (this.#adds === undefined) throw new Error('residual words without a pass that adds them');
    return this.#adds;
  }

  #additionInputs({ own, other }: Pair): Ports {
    const h = this.#adder;
    return {
      ...{ own, other },
      ...{ in_valid: 1n, own_unsigned: BigInt(h.outUnsigned), other_unsigned: BigInt(h.rUnsigned) },
      ...{ swap: BigInt(h.rSwap), up: BigInt(h.rUp), zero_b: BigInt(h.rZero), factor: BigInt(h.rFactor) },
      drop: BigInt(h.rDrop),
    };
  }

  /** What the requantizer sees of sums with their residual. */
  #again(sums: bigint): Ports {
    const { D, XB } = this.#sizes;
    const h = this.#adder;
    const same = (value: number, width: number) => packed(new Array<bigint>(D).fill(BigInt(value)), width);
    const limit = (code: number) => BigInt.asUintN(XB + 1, BigInt(codeValue(h.rOutUnsigned, code)));
    return {
      ...{ in_valid: 1n, sums, bias: same(h.rBias, 32), mult: same(h.rMult, 32), high: same(h.rBias < 0 ? -1 : 0, 16) },
      ...{ shift: same(h.rShift, 6), left: same(h.rLeft, 5), mode: BigInt(h.rRequant), round: BigInt(h.rRound) },
      ...{ wrap: BigInt(h.rWrap), zero: BigInt.asUintN(XB, BigInt(h.rZp)), lo: limit(h.rLo), hi: limit(h.rHi) },
    };
  }

  #out(): { readonly item?: bigint; readonly place: Place | undefined } {
    const { pixels } = this.#requantizer.settle();
    if (this.#meeting() !== undefined) return { place: undefined };
    return { place: this.#line.at(-1)?.place, ...(pixels === undefined ? {} : { item: pixels }) };
  }

  /** Pixel x of a row goes to phase x mod ySW, place x div ySW. */
  #writeOf({ place, pixels }: Item, phase: number): Ports {
    const { P, D, XB } = this.#sizes;
    const { ySW, yPhase } = place.header;
    const lanes = Array.from({ length: P }, (_, lane) => lane * ySW + phase - place.part * P);
    const there = lanes.map((pixel) => pixel >= 0 && pixel < P);
    const data = Array.from({ length: D }, (_, d) =>
      lanes.map((pixel, lane) => (there[lane] === true ? element(pixels, d * P + pixel, XB) : 0n)),
    );
    return {
      write_group: BigInt(place.group),
      write_address: BigInt((place.address + phase * yPhase) % 2 ** 20),
      write_lanes: packed(
        there.map((yes) => (yes ? 1n : 0n)),
        1,
      ),
      write_data: packed(data.flat(), XB),
    };
  }

  #headers(inputs: Ports, passEnd: boolean): void {
    if (passEnd) this.#pass = undefined;
    const taken = inputs['cfg_tvalid'] === 1n && this.#waiting === undefined;
    if (this.#waiting !== undefined && this.#waited && this.#pass === undefined) {
      this.#pass = places(this.#waiting, this.#sizes);
      this.#place = this.#pass.next().value;
      this.#waiting = undefined;
      this.#waited = false;
    } else this.#waited = this.#waiting !== undefined;
    if (taken) this.#waiting = decodeHeader(elements(inputs['cfg_tdata'] ?? 0n, headerWords, 32).map(Number));
  }

  #store({ param_write, param_set, param_plane, param_group, param_data = 0n }: Ports): void {
    if (param_write === 1n) this.#parameters.set(`${param_set} ${param_plane} ${param_group}`, param_data);
  }

  #arrive(inputs: Ports): { readonly place: Place; readonly values: Ports | undefined } | undefined {
    this.#free = false;
    const place = this.#place;
    if (inputs['drain_valid'] !== 1n || place === undefined) return undefined;
    const { P, D, AB } = this.#sizes;
    const before = place.firstChunk ? undefined : this.#psums.get(place.entry);
    const sums = elements(inputs['drain_sums'] ?? 0n, P * D, AB, true).map((sum, i) =>
      BigInt.asIntN(AB, sum + (before?.[i] ?? 0n)),
    );
    if (!place.lastChunk) this.#psums.set(place.entry, sums);
    const values = place.lastChunk ? this.#requantizerInputs(place, sums) : undefined;
    if (place.otEnd && place.header.planes !== 0) {
      this.#free = true;
      this.#set = (this.#set + 1) % this.#sizes.PQ;
    }
    this.#place = this.#pass?.next().value;
    return { place, values };
  }

  #requantizerInputs({ header: h, k }: Place, sums: readonly bigint[]): Ports {
    const { D, XB, NTHR } = this.#sizes;
    const plane = (number: number) => elements(this.#parameters.get(`${this.#set} ${number} ${k}`) ?? 0n, D, 32);
    const common = (value: number) => new Array<bigint>(D).fill(BigInt.asUintN(32, BigInt(value)));
    const bias = h.planes & 1 ? plane(0) : common(h.bias);
    const mult = h.planes & 2 ? plane(1) : common(h.mult);
    const shiftWords = plane(2);
    const [shift, left, high] =
      h.planes & 4
        ? [shiftWords.map((w) => w & 63n), shiftWords.map((w) => (w >> 8n) & 31n), shiftWords.map((w) => w >> 16n)]
        : [common(h.shift), common(h.leftShift), bias.map((low) => (low >= 2n ** 31n ? 0xffffn : 0n))];
    const levels = Array.from({ length: NTHR }, (_, i) => plane(3 + i));
    const thresholds = Array.from({ length: D }, (_, d) => levels.map((level) => level[d] ?? 0n));
    const limit = (code: number) => BigInt.asUintN(XB + 1, BigInt(codeValue(h.outUnsigned, code)));
    return {
      in_valid: 1n,
      sums: packed(sums, 32),
      ...{ bias: packed(bias, 32), mult: packed(mult, 32), high: packed(high, 16) },
      ...{ shift: packed(shift, 6), left: packed(left, 5), thresholds: packed(thresholds.flat(), 32) },
      ...{ mode: BigInt(h.requant), round: BigInt(h.round), leaky: BigInt(h.leaky), threshold: BigInt(h.thresholds) },
      ...{ wrap: BigInt(h.wrapOut), lookup: BigInt(h.lut), zero: BigInt.asUintN(XB, BigInt(h.zp)) },
      ...{ lo: limit(h.lo), hi: limit(h.hi) },
    };
  }
}
