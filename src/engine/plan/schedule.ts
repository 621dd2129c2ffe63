/** From a plan to passes and loads in the order of their streams: strips, flushes, row tokens, what a load waits for. */
import type { Engine } from '../config.js';
import { engineError } from '../errors.js';
import type { Header } from '../header.js';
import type { EngineLayer } from '../layer.js';
import type { PassPlan } from '../passes.js';
import type { TensorPlace } from '../tensor-place.js';
import type { EnginePlan, PlannedGroup } from './engine-plan.js';
import { slabDescriptor } from './input-descriptor.js';
import { slabsOf, slabsOfPasses } from './layer-traffic.js';
import type { EngineNetwork, NetworkLayer } from './lower-stages.js';
import { planLayer } from './plan-layer.js';
import { overlap, rectangleOf, type Rectangle } from './rectangle.js';
import { shareWeights } from './share-weights.js';
import type { Schedule, ScheduledLoad, ScheduledPass, StoredTensor } from './scheduled.js';
import { firstRead, readersOf, stripsOf, type Strips } from './strips.js';

/** Throws H2209 where plan and network do not belong together, and what {@link planLayer} throws. */
export function scheduleOf(engine: Engine, plan: EnginePlan, network: EngineNetwork): Schedule {
  const scheduler = new Scheduler(engine, plan, network);
  plan.groups.forEach((group, index) => scheduler.group(group, index));
  return scheduler.finish();
}

/** A packet of results: rows and channels of a tensor. */
interface Packet {
  readonly row0: number;
  readonly rows: number;
  readonly channel0: number;
  readonly channels: number;
  /** Packets that are in DRAM when this one is. */
  readonly count: number;
}

/** A group while it is scheduled. */
interface Current {
  readonly index: number;
  readonly planned: PlannedGroup;
  readonly layers: readonly NetworkLayer[];
  readonly strips: Strips;
  readonly loaded: readonly { readonly name: string; readonly place: TensorPlace; readonly free: number }[];
  /** Tokens before and behind the rows of every loaded tensor, strip by strip. */
  readonly loadsAt: Map<string, number[]>;
  readonly loadedAt: Map<string, number[]>;
  /** Passes behind each layer's strips. */
  readonly doneAt: Map<string, number[]>;
}

const isInput = (layers: readonly NetworkLayer[], tensor: string): boolean =>
  layers.some(({ input }) => input === tensor);

/** Beats of a packet of rows at least, where a tensor has several slabs: the descriptor in front takes 256 bits. */
const blockBeats = 48;

class Scheduler {
  readonly #passes: ScheduledPass[] = [];
  readonly #loads: ScheduledLoad[] = [];
  readonly #stored = new Map<string, StoredTensor>();
  readonly #packets = new Map<string, Packet[]>();
  /** Places of groups that are scheduled, and the passes behind the last that touches them. */
  readonly #used: { readonly rectangle: Rectangle; readonly passes: number }[] = [];
  /** Tensors with rows that passes wrote to the X-RAM since the last flush. */
  readonly #pending = new Set<string>();
  #tokens = 0;
  #results = 0;

  constructor(
    readonly engine: Engine,
    readonly plan: EnginePlan,
    readonly network: EngineNetwork,
  ) {
    const { size } = network.tensors.find(({ name }) => name === plan.input) ?? {};
    if (!size) throw engineError('H2209', plan.input, 'the network has no such input');
    const strides = plan.groups.flatMap(({ places }) =>
      places.filter(({ tensor, from }) => tensor === plan.input && from === 'dram').map(({ phases }) => phases),
    );
    const [phases = 1] = strides;
    this.#stored.set(plan.input, {
      ...{ name: plan.input, slabs: slabsOf(engine.M, 0, size.channels), unsigned: false },
      phases: strides.every((each) => each === phases) ? phases : 1,
    });
  }

  group(planned: PlannedGroup, index: number): void {
    const layers = planned.layers.map(({ name }) => {
      const found = this.network.layers.find(({ layer }) => layer.name === name);
      if (found === undefined) throw engineError('H2209', name, 'the network has no layer of this name');
      return found;
    });
    const strips = stripsOf(layers, planned.rows);
    const loaded = planned.places
      .filter(({ from }) => from === 'dram')
      .map((place) => ({ name: place.tensor, place, free: this.#freeAt(place) }))
      // Residuals first: they must be there as a whole, windows row by row.
      .sort((a, b) => Number(isInput(layers, a.name)) - Number(isInput(layers, b.name)));
    const current: Current = {
      ...{ index, planned, layers, strips, loaded },
      ...{ loadsAt: new Map(), loadedAt: new Map(), doneAt: new Map() },
    };
    for (let strip = 0; strip < strips.count; strip++) {
      for (const { name, place, free } of loaded) this.#load(current, strip, name, place, free);
      for (const layer of layers) this.#strip(current, strip, layer);
    }
    for (const place of planned.places)
      this.#used.push({ rectangle: rectangleOf(this.engine, place), passes: this.#passes.length });
  }

  finish(): Schedule {
    const loads = this.#loads;
    const passes = [...shareWeights(this.engine, this.#passes, loads, this.network.output.parts)];
    const last = passes.at(-1);
    if (last !== undefined)
      passes[passes.length - 1] = { ...last, pass: { ...last.pass, header: { ...last.pass.header, last: 1 } } };
    return { passes, loads, stored: this.#stored };
  }

  /** Passes that must be done before a place may be written: all that touched it for another tensor. */
  #freeAt(place: TensorPlace): number {
    const rectangle = rectangleOf(this.engine, place);
    const touched = this.#used.filter((used) => overlap(used.rectangle, rectangle));
    return Math.max(0, ...touched.map(({ passes }) => passes));
  }

  /** The rows of a tensor that a strip needs beyond those of the strip before. */
  #load(
    { index, layers, strips, loadsAt, loadedAt, doneAt }: Current,
    strip: number,
    name: string,
    place: TensorPlace,
    free: number,
  ): void {
    const ends = strips.ends.get(name) ?? [];
    const readers = readersOf(layers, name);
    const stored = this.#stored.get(name);
    if (stored === undefined) throw engineError('H2209', name, 'is loaded before anything wrote it to DRAM');
    /** Passes that must be done before row `row` may be written over the row that has its slot. */
    const wait = (row: number): number => {
      const old = row - place.ring;
      if (old < 0) return free;
      const last = readers.map((reader) => {
        const own = strips.ends.get(reader.output) ?? [];
        let final = 0;
        for (let s = 0; s < strips.count; s++) if (firstRead(reader, s === 0 ? 0 : (own[s - 1] ?? 0)) <= old) final = s;
        if (final >= strip)
          throw engineError('H2209', name, `a ring of ${place.ring} rows is too small for strips of this height`);
        return doneAt.get(reader.output)?.[final] ?? 0;
      });
      return Math.max(free, ...last);
    };
    const end = ends[strip] ?? 0;
    loadsAt.set(name, [...(loadsAt.get(name) ?? []), this.#tokens]);
    for (let row = ends[strip - 1] ?? 0; row < end;) {
      const waitDone = wait(row);
      let next = row + 1;
      while (next < end && wait(next) === waitDone) next++;
      for (const block = this.#blockRows(stored, place); row < next; row += block)
        this.#rows(index, stored, place, { row0: row, rows: Math.min(block, next - row), waitDone });
      row = next;
    }
    loadedAt.set(name, [...(loadedAt.get(name) ?? []), this.#tokens]);
  }

  /** Rows of a slab that come before those of the next one: few, so that the first output rows need not wait for all slabs. */
  #blockRows({ slabs }: StoredTensor, place: TensorPlace): number {
    if (slabs.length < 2) return place.height;
    const { XP, D, groupBits } = this.engine;
    const beats = (place.words * place.phases * Math.ceil((slabs[0]?.channels ?? 1) / D) * groupBits) / XP;
    return Math.ceil(blockBeats / beats);
  }

  #rows(
    group: number,
    { name, slabs, phases }: StoredTensor,
    place: TensorPlace,
    part: { readonly row0: number; readonly rows: number; readonly waitDone: number },
  ): void {
    const { row0, rows } = part;
    slabs.forEach((slab, index) => {
      const descriptor = slabDescriptor(this.engine, place, slab, { ...part, scatter: phases === 1 });
      const packets = (this.#packets.get(name) ?? []).filter(
        (packet) =>
          packet.row0 < row0 + rows &&
          row0 < packet.row0 + packet.rows &&
          packet.channel0 < slab.channel0 + slab.channels &&
          slab.channel0 < packet.channel0 + packet.channels,
      );
      const after = Math.max(0, ...packets.map(({ count }) => count));
      this.#loads.push({ tensor: name, group, slab: index, row0, rows, descriptor, after });
      this.#tokens += rows;
    });
  }

  /** The passes of one strip of a layer. */
  #strip(current: Current, strip: number, found: NetworkLayer): void {
    const { index, planned, strips, doneAt } = current;
    const { layer, input, residual, output } = found;
    const ends = strips.ends.get(output) ?? [];
    const [row0, end] = [ends[strip - 1] ?? 0, ends[strip] ?? 0];
    if (end > row0) {
      const place = (tensor: string): TensorPlace => {
        const own = planned.places.find((each) => each.tensor === tensor);
        if (own === undefined)
          throw engineError('H2209', layer.name, `reads ${tensor}, which has no place in the X-RAM`);
        return own;
      };
      const target = planned.places.find(({ tensor, from }) => tensor === output && from === 'layer');
      const axis = this.plan.tensors.find(({ name }) => name === output)?.dram === true;
      const passes = planLayer(this.engine, layer, {
        ...{ input: place(input), axis, strip: { row0, rows: end - row0 } },
        ...(target ? { output: target } : {}),
        ...(residual === undefined ? {} : { residual: place(residual) }),
        ...(planned.keepWeights ? { weights: kept(layer, strip, strips.count) } : {}),
      });
      const reads = [input, ...(residual === undefined ? [] : [residual])];
      passes.forEach((pass, part) => {
        const flush = part === 0 && reads.some((tensor) => this.#pending.has(tensor));
        if (flush) this.#pending.clear();
        const header = { ...pass.header, flush: flush ? 1 : 0, ...this.#tokensOf(current, strip, found, pass) };
        this.#passes.push({ pass: { ...pass, header }, layer: found, group: index, result: axis ? output : undefined });
        if (axis) this.#result(output, pass);
      });
      if (axis && strip === 0)
        this.#stored.set(output, {
          ...{ name: output, slabs: slabsOfPasses(this.engine, passes), phases: 1 },
          unsigned: passes[0]?.unsigned === true,
        });
      if (target) this.#pending.add(output);
    }
    doneAt.set(output, [...(doneAt.get(output) ?? []), this.#passes.length]);
  }

  #result(tensor: string, { row0, header, weights: { channel0, channels } }: PassPlan): void {
    const list = this.#packets.get(tensor) ?? [];
    list.push({ row0, rows: header.Ho, channel0, channels, count: ++this.#results });
    this.#packets.set(tensor, list);
  }

  /**
   * The tokens that a pass waits for: row by row of its input, where that comes behind its residual; otherwise all rows of the
   * strip. Rows of several slabs come block by block, so that a row is there when as many more are as a block has.
   */
  #tokensOf(
    current: Current,
    strip: number,
    { layer, input, residual }: NetworkLayer,
    pass: PassPlan,
  ): Partial<Header> {
    const { loaded, loadsAt, loadedAt, strips } = current;
    const reads = loaded.filter(({ name }) => name === input || name === residual);
    const last = reads.at(-1);
    if (last === undefined) return {};
    const most = Math.max(...reads.map(({ name }) => loadedAt.get(name)?.[strip] ?? 0));
    const stored = this.#stored.get(input);
    if (last.name !== input || stored === undefined) return tokenFields(most, 0, most);
    const slabs = stored.slabs.length;
    const spare = slabs < 2 ? 0 : this.#blockRows(stored, last.place) - 1;
    const { stride, pad, kernel, dilation } = layer.y;
    const begun = loadsAt.get(input)?.[strip] ?? 0;
    const before = strips.ends.get(input)?.[strip - 1] ?? 0;
    const row = pass.row0 * stride - pad + (kernel - 1) * dilation + 1;
    return tokenFields(Math.max(begun, begun + slabs * (row - before + spare)), slabs * stride, most);
  }
}

const tokenFields = (first: number, step: number, most: number): Partial<Header> => ({
  ...{ tokCheck: 1, tokFirst: Math.min(first, most) & 0xffff, tokStep: step, tokMax: most & 0xffff },
});

/** How the passes of a strip treat the weights that stay: a pool between two of them reuses and keeps, that is leaves them alone. */
function kept({ weights }: EngineLayer, strip: number, count: number): { reuse: boolean; keep: boolean } {
  const keep = strip < count - 1;
  return { reuse: weights === undefined ? keep : strip > 0, keep };
}
