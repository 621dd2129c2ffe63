/**
 * A block with everything it needs around it: a source on every sink port, a sink on every source port, and where a second
 * form of the block is given, a scoreboard that compares the two. The whole is one circuit without data inputs, so a run
 * never leaves the simulator until its `stop` output goes up.
 */
import type { Design } from '../../circuit/index.js';
import {
  type AnySig,
  type Bits,
  type Bool,
  bool,
  buildDesign,
  type Builder,
  cat,
  defineModule,
  type ModuleTemplate,
  nat,
  type NatExpr,
  output,
  packedBits,
  type ParamSpecs,
  type Payload,
  type Sig,
  type Stream,
  type UInt,
  uint,
} from '../../hdl/index.js';
import { type AnyPort, field, payloadFields, type Ports } from '../../hdl/ports.js';
import { Scoreboard } from './scoreboard.js';
import { StreamSink } from './stream-sink.js';
import { StreamSource } from './stream-source.js';

export interface ClosedBenchOptions {
  /** Parameters of the block; the others keep their defaults. */
  readonly params?: Readonly<Record<string, number>>;
  /** Beats that every source sends. */
  readonly count: number;
  /** Beats in a frame; 16 by default. */
  readonly frame?: number;
  /** Probability of a stalled cycle on either side, in 256ths; 64 by default. */
  readonly stall?: number;
  /** 1 .. 60000; every source and sink takes a seed of its own from it. */
  readonly seed?: number;
  /** Values of the block's inputs that are no streams. */
  readonly inputs?: Readonly<Record<string, number | bigint>>;
  /** Cycles without any transfer that end a run once all sources are done; 256 by default. */
  readonly patience?: number;
  /** Another form of the block with the same ports and parameters: gets the same beats at its own pace. */
  readonly against?: AnyTemplate;
}

/** A template of any parameters and ports. */
export type AnyTemplate = Pick<ModuleTemplate<ParamSpecs, Ports>, 'name' | 'doc' | 'params' | 'portsFor' | 'elaborate'>;

/** Cycles by which the scoreboard is quicker to call a stream stuck than the bench is to call it finished. */
const slack = 8;

/**
 * The design `<block>_bench`. Its outputs: `stop`; for every stream out of the block `<stream>_beats`, `_frames` and
 * `_checksum` (see `streamChecksum`); with `against` also `<stream>_mismatch`, `_kind`, `_index` and `_cycle`.
 */
export function closedBench(dut: AnyTemplate, options: ClosedBenchOptions): Design {
  const { params = {}, seed = 1, patience = 256 } = options;
  const actuals = new Map(
    Object.entries(dut.params).flatMap(([key, spec]) =>
      spec.param === 'nat' ? [[key, nat(params[key] ?? spec.default)] as const] : [],
    ),
  );
  const ports = dut.portsFor(actuals);
  const outgoing = Object.entries(ports).filter(([, port]) => port.port === 'source');
  const bench = defineModule({
    name: `${dut.name}_bench`,
    doc: `test bench around ${dut.name}: random sources, sinks with checksums, a stop`,
    params: {},
    ports: () =>
      benchPorts(
        outgoing.map(([name]) => name),
        options.against !== undefined,
      ),
    body(b, untyped) {
      const io: Outputs = untyped;
      const first = surround(b, dut, '', ports, actuals, options, seed);
      const second =
        options.against && surround(b, options.against, 'other_', ports, actuals, options, seed, seed + 2000);
      const moves = [...first.moves, ...(second?.moves ?? [])];
      const stops: Sig<Bool>[] = [];
      outgoing.forEach(([name], k) => {
        const mine = first.out[k];
        if (mine === undefined) return;
        const { W, stream } = mine;
        const make = { W, STALL: options.stall ?? 64, SEED: seed + 1000 + k };
        const taken = second?.out[k];
        const end = b.stream(`${name}_end`, stream.payload);
        const summed = b.instance(`${name}_sink`, StreamSink, make, { s_axis: end });
        for (const what of ['beats', 'frames', 'checksum'] as const)
          b.assign(port(io, `${name}_${what}`), summed[what]);
        if (taken === undefined) return b.connect(end, stream);
        // The scoreboard looks at a copy of every beat: both it and the sink take it at once.
        const seen = b.stream(`${name}_seen`, stream.payload);
        const both = b.let(`${name}_both`, end.ready.and(seen.ready));
        b.assign(stream.ready, both);
        b.assign(end.valid, stream.valid.and(seen.ready));
        b.assign(seen.valid, stream.valid.and(end.ready));
        for (const [key] of payloadFields(stream.payload)) {
          b.assign(field(end, key) as Sig<Bits>, field(stream, key) as Sig<Bits>);
          b.assign(field(seen, key) as Sig<Bits>, field(stream, key) as Sig<Bits>);
        }
        const score = b.instance(
          `${name}_score`,
          Scoreboard,
          { W, PATIENCE: patience },
          { expected: taken.stream, actual: seen },
        );
        for (const what of ['kind', 'index', 'cycle'] as const) b.assign(port(io, `${name}_${what}`), score[what]);
        b.assign(port(io, `${name}_mismatch`) as unknown as Sig<Bool>, score.mismatch);
        for (const what of ['expected_beat', 'actual_beat', 'compared'] as const)
          b.unused(`${name}_${what}`, score[what]);
        for (const what of ['expected_last', 'actual_last'] as const) b.unused(`${name}_${what}`, score[what]);
        stops.push(score.mismatch);
      });
      const quiet = b.reg('quiet', uint(32).reset(0).doc('cycles without a transfer'));
      const moving = b.let('moving', any(moves));
      const done = b.let('done', all([...first.done, ...(second?.done ?? [])]));
      const ended = b.let('ended', quiet.eq(patience + slack));
      b.when(moving.or(done.not()), () => b.next(quiet, 0)).elseWhen(ended.not(), () => b.next(quiet, quiet.inc()));
      b.assign(port(io, 'stop') as unknown as Sig<Bool>, any([...stops, ended]));
    },
  });
  return buildDesign(bench);
}

function benchPorts(streams: readonly string[], compared: boolean): Ports<'main'> {
  const ports: Record<string, AnyPort<'main'>> = { stop: output(bool()) };
  for (const name of streams) {
    for (const what of ['beats', 'frames', 'checksum']) ports[`${name}_${what}`] = output(uint(32));
    if (!compared) continue;
    ports[`${name}_mismatch`] = output(bool());
    ports[`${name}_kind`] = output(uint(3));
    for (const what of ['index', 'cycle']) ports[`${name}_${what}`] = output(uint(32));
  }
  return ports;
}

interface Surrounded {
  readonly moves: Sig<Bool>[];
  readonly done: Sig<Bool>[];
  /** Streams out of the block, packed to tdata and tlast. */
  readonly out: { readonly W: NatExpr; readonly stream: Stream<FramedPayload> }[];
}

type FramedPayload = ReturnType<(typeof StreamSink)['portsFor']>['s_axis']['payload'];

/** One form of the block with its sources; its outputs are left to be taken. */
function surround(
  b: Builder,
  block: AnyTemplate,
  prefix: string,
  ports: Ports,
  actuals: ReadonlyMap<string, NatExpr>,
  { count, frame = 16, stall = 64, inputs = {} }: ClosedBenchOptions,
  dataSeed: number,
  paceSeed = dataSeed,
): Surrounded {
  const found: Surrounded = { moves: [], done: [], out: [] };
  const connections: Record<string, unknown> = {};
  Object.entries<AnyPort>(ports).forEach(([name, each], k) => {
    if (each.port === 'input') connections[name] = inputs[name] ?? 0;
    if (each.port !== 'sink') return;
    const pace = { STALL: stall, PACE: paceSeed + k };
    const make = { W: widthOf(each.payload), FRAME: frame, SEED: dataSeed + k, COUNT: count, ...pace };
    const beats = b.instance(`${prefix}${name}_source`, StreamSource, make, {});
    b.unused(`${prefix}${name}_sent`, beats.sent);
    const stream = b.stream(`${prefix}${name}`, each.payload);
    spread(b, stream, beats.m_axis);
    found.done.push(beats.done);
    found.moves.push(stream.fire);
    connections[name] = stream;
  });
  const made = b.instance(`${prefix}dut`, block, Object.fromEntries(actuals), connections) as Readonly<
    Record<string, unknown>
  >;
  for (const [name, each] of Object.entries<AnyPort>(ports)) {
    if (each.port === 'output') b.unused(`${prefix}${name}`, made[name] as AnySig);
    if (each.port !== 'source') continue;
    const stream = made[name] as Stream<Payload>;
    const W = widthOf(each.payload);
    const packed = b.stream(`${prefix}${name}_packed`, StreamSink.portsFor(new Map([['W', W]])).s_axis.payload);
    gather(b, packed, stream);
    found.moves.push(packed.fire);
    found.out.push({ W, stream: packed });
  }
  return found;
}

const dataFields = (payload: Payload) => payloadFields(payload).filter(([key]) => key !== 'tlast');
const widthOf = (payload: Payload): NatExpr =>
  dataFields(payload)
    .map(([, type]) => packedBits(type))
    .reduce((sum, width) => sum.plus(width), nat(0));

/** Cuts the beats of a source into the fields of a stream. */
function spread(b: Builder, to: Stream<Payload>, from: Stream<FramedPayload>): void {
  b.assign(to.valid, from.valid);
  b.assign(from.ready, to.ready);
  let low = nat(0);
  for (const [key, type] of dataFields(to.payload)) {
    const width = packedBits(type);
    b.assign(field(to, key) as Sig<Bits>, shaped(from.data.tdata.bits(low, width), type));
    low = low.plus(width);
  }
  if (payloadFields(to.payload).some(([key]) => key === 'tlast'))
    b.assign(field(to, 'tlast') as Sig<Bool>, from.data.tlast);
  else b.unused(`${to.name}_last`, from.data.tlast);
}

/** Bits as a value of `type`. */
function shaped(bits: Sig<UInt>, type: Bits): Sig<Bits> {
  const value: AnySig =
    type.kind === 'bool'
      ? bits.asBool()
      : type.kind === 'sint'
        ? bits.asSInt()
        : type.kind === 'vec'
          ? bits.unpack(type)
          : bits;
  return value as Sig<Bits>;
}

/** Packs the fields of a stream, the first lowest. */
function gather(b: Builder, to: Stream<FramedPayload>, from: Stream<Payload>): void {
  b.assign(to.valid, from.valid);
  b.assign(from.ready, to.ready);
  const [first, ...rest] = dataFields(from.payload)
    .map(([key]) => field(from, key))
    .reverse();
  if (first !== undefined) b.assign(to.data.tdata, cat(first, ...rest));
  const framed = payloadFields(from.payload).some(([key]) => key === 'tlast');
  b.assign(to.data.tlast, framed ? (field(from, 'tlast') as Sig<Bool>) : b.constant(bool(), 0));
}

const any = ([first, ...rest]: readonly Sig<Bool>[]): Sig<Bool> => rest.reduce((a, c) => a.or(c), first!);
const all = ([first, ...rest]: readonly Sig<Bool>[]): Sig<Bool> => rest.reduce((a, c) => a.and(c), first!);

type Outputs = Readonly<Record<string, Sig<UInt>>>;

function port(io: Outputs, name: string): Sig<UInt> {
  const found = io[name];
  if (found === undefined) throw new Error(`no port '${name}'`);
  return found;
}
