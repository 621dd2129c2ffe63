/** Cycle model of `engine_pixel_port`, from the specification: nested loops give every group of a packet its place. */
import { GearboxModel } from '../../blocks/stream/gearbox.model.js';
import { decodeDescriptor, descriptorMagic, type Descriptor } from '../descriptor.js';
import { element, elements, packed, type PortModel, type Ports } from './port-model.js';

export interface PixelPortSizes {
  readonly P: number;
  readonly D: number;
  readonly XB: number;
  readonly GROUPS: number;
  readonly XD: number;
  readonly UNIT: number;
  readonly GROUP: number;
  readonly BEAT: number;
  readonly BEATS: number;
}

interface Place {
  readonly group: number;
  readonly address: number;
  readonly part: number;
  readonly rowEnd: boolean;
  readonly packetEnd: boolean;
}

/** All groups of a packet in order. */
export function* pixelPlaces(d: Descriptor, GROUPS: number): Generator<Place, undefined> {
  for (let row = 0; row < d.rows; row++) {
    const slot = (d.slot0 + row) % d.ring;
    for (let phase = 0; phase < d.phases; phase++) {
      for (let block = 0; block < d.blocks; block++) {
        const groups = block === d.blocks - 1 ? d.groupsLast : d.groups;
        for (let xt = 0; xt < d.words; xt++) {
          for (let k = 0; k < groups; k++) {
            const bank = d.group0 + k;
            const at = block + Math.floor(bank / GROUPS);
            const offset = slot * d.rowStride + phase * d.phaseStride + at * d.blockStride;
            const rowEnd = phase === d.phases - 1 && block === d.blocks - 1 && xt === d.words - 1 && k === groups - 1;
            yield {
              ...{ group: bank % GROUPS, part: xt % d.scatter, rowEnd, packetEnd: rowEnd && row === d.rows - 1 },
              address: (d.base + offset + Math.floor(xt / d.scatter)) % 2 ** 20,
            };
          }
        }
      }
    }
  }
  return undefined;
}

interface Write {
  readonly place: Place;
  readonly data: bigint;
  readonly phase: number;
}
type State = 'descriptor' | 'check' | 'wait' | 'rows' | 'failed';

export class PixelPortModel implements PortModel {
  readonly #sizes: PixelPortSizes;
  readonly #gearbox: GearboxModel;
  #state: State = 'descriptor';
  #error = 0;
  #tokens = 0;
  #sawLast = false;
  /** Beats behind the register slice, the oldest first. */
  #beats: { readonly data: bigint; readonly last: boolean }[] = [];
  #words: bigint[] = [];
  #descriptor: Descriptor | undefined;
  #places: Generator<Place, undefined> | undefined;
  #place: Place | undefined;
  #phase = 0;
  #write: Write | undefined;

  constructor(sizes: PixelPortSizes) {
    this.#sizes = sizes;
    this.#gearbox = new GearboxModel({ UNIT: sizes.UNIT, IN: sizes.BEAT, OUT: sizes.GROUP });
  }

  settle(): Ports {
    const write = this.#visible();
    return {
      ...{ s_axis_tready: this.#beats.length < 2 ? 1n : 0n, write_tvalid: write === undefined ? 0n : 1n },
      ...{ tokens: BigInt(this.#tokens), error: BigInt(this.#error) },
      ...(write && this.#writePorts(write)),
    };
  }

  tick(inputs: Ports): void {
    const { BEATS } = this.#sizes;
    const written = this.#visible();
    const leaves = written !== undefined && inputs['write_tready'] === 1n;
    const outside = this.#write !== undefined && this.#outside(this.#write);
    const free = this.#write === undefined || leaves;
    const inRows = this.#state === 'rows';
    const [beat] = this.#beats;
    const scatter = this.#descriptor?.scatter ?? 1;

    // What the gearbox has goes to the writer, a phase a cycle; the last phase takes it out.
    const before = this.#gearbox.settle({ s_axis_tvalid: 0n, m_axis_tready: 0n, drop: 0n });
    const have = before['m_axis_tvalid'] === 1n;
    const place = this.#place;
    const writes = inRows && have && free && place !== undefined;
    const moves = writes && this.#phase === scatter - 1;
    const rowEnd = moves && place.rowEnd;
    const packetEnd = moves && place.packetEnd;
    const takes = inRows && !this.#sawLast && !packetEnd;
    const wires = {
      ...{ s_axis_tvalid: takes && beat !== undefined ? 1n : 0n, s_axis_tdata: beat?.data ?? 0n, s_axis_tlast: 0n },
      ...{ m_axis_tready: moves ? 1n : 0n, drop: rowEnd ? 1n : 0n },
    };
    const accepts = wires.s_axis_tvalid === 1n && this.#gearbox.settle(wires)['s_axis_tready'] === 1n;
    const starved = inRows && this.#sawLast && !have;
    const group = before['m_axis_tdata'] ?? 0n;
    this.#gearbox.tick(wires);

    if (leaves && written.place.rowEnd && written.phase === scatter - 1) this.#tokens = (this.#tokens + 1) % 65536;
    if (free) this.#write = writes ? { place, data: group, phase: this.#phase } : undefined;
    if (writes) this.#phase = moves ? 0 : this.#phase + 1;
    if (moves) this.#place = this.#places?.next().value;

    const shifts = beat !== undefined && (accepts || this.#state === 'descriptor');
    const open = packetEnd && !this.#sawLast;
    if (outside && inRows) this.#fail(2);
    else if (starved || open) this.#fail(3);
    else this.#step(inputs, shifts ? beat.data : undefined, packetEnd, BEATS);
    if (shifts) {
      this.#sawLast = beat.last;
      this.#beats.shift();
    }
    if (inputs['s_axis_tvalid'] === 1n && this.#room)
      this.#beats.push({ data: inputs['s_axis_tdata'] ?? 0n, last: inputs['s_axis_tlast'] === 1n });
    this.#room = this.#beats.length < 2;
  }
  /** The slice took a beat in this cycle: what its ready said. */
  #room = true;

  reset(): void {
    this.#gearbox.reset();
    this.#state = 'descriptor';
    this.#error = this.#tokens = this.#phase = 0;
    this.#sawLast = false;
    this.#room = true;
    [this.#beats, this.#words] = [[], []];
    this.#descriptor = this.#places = this.#place = this.#write = undefined;
  }

  #step(inputs: Ports, beat: bigint | undefined, packetEnd: boolean, BEATS: number): void {
    switch (this.#state) {
      case 'descriptor':
        if (beat !== undefined) this.#words.push(beat);
        if (this.#words.length === BEATS) this.#state = 'check';
        return;
      case 'check':
        this.#check();
        return;
      case 'wait': {
        const ahead = Number(inputs['passes_done'] ?? 0n) - (this.#descriptor?.waitDone ?? 0);
        if (((ahead % 65536) + 65536) % 65536 < 32768) this.#state = 'rows';
        return;
      }
      default:
        if (packetEnd) this.#state = 'descriptor';
    }
  }

  #check(): void {
    const { BEAT, UNIT, GROUPS, XD } = this.#sizes;
    const d = decodeDescriptor(elements(packed(this.#words, BEAT * UNIT), 8, 32).map(Number));
    this.#words = [];
    this.#descriptor = d;
    this.#places = pixelPlaces(d, GROUPS);
    const some = Math.min(d.rows, d.blocks, d.words, d.groups, d.groupsLast, d.phases, d.scatter) > 0;
    const few = d.groups <= GROUPS && d.groupsLast <= GROUPS && d.group0 < GROUPS && d.phases <= 4 && d.scatter <= 4;
    const rest = (d.scatter === 1 || d.phases === 1) && d.slot0 < d.ring && d.base < XD;
    if (d.magic !== descriptorMagic) this.#fail(1);
    else if (this.#sawLast) this.#fail(3);
    else if (!some || !few || !rest) this.#fail(2);
    else {
      this.#place = this.#places.next().value;
      this.#state = 'wait';
    }
  }

  #fail(error: number): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#error = error;
  }

  /** The write that the port shows. */
  #visible(): Write | undefined {
    return this.#write === undefined || this.#outside(this.#write) || this.#state === 'failed'
      ? undefined
      : this.#write;
  }

  #address({ place, phase }: Write): number {
    return (place.address + phase * (this.#descriptor?.phaseStride ?? 0)) % 2 ** 20;
  }
  #outside(write: Write): boolean {
    return this.#address(write) >= this.#sizes.XD;
  }

  /** Pixel x of a row goes to phase x mod scatter, place x div scatter. */
  #writePorts(write: Write): Ports {
    const { P, D, XB } = this.#sizes;
    const { place, data, phase } = write;
    const scatter = this.#descriptor?.scatter ?? 1;
    const pixels = Array.from({ length: P }, (_, lane) => lane * scatter + phase - place.part * P);
    const there = pixels.map((pixel) => pixel >= 0 && pixel < P);
    const words = Array.from({ length: D }, (_, d) =>
      pixels.map((pixel, lane) => (there[lane] === true ? element(data, d * P + pixel, XB) : 0n)),
    );
    return {
      ...{ write_group: BigInt(place.group), write_address: BigInt(this.#address(write)) },
      write_lanes: packed(
        there.map((yes) => (yes ? 1n : 0n)),
        1,
      ),
      write_data: packed(words.flat(), XB),
    };
  }
}
