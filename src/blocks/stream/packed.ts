/** Queues and slices hold numbers: here streams of several fields go through them, packed. */
import {
  type AnySig,
  type Bool,
  type Builder,
  type Bundle,
  cat,
  nat,
  type NatExpr,
  open,
  packedBits,
  type Sig,
  type Stream,
  type UInt,
  uint,
} from '../../hdl/index.js';
import { Fifo } from './fifo.js';
import { RegisterSlice } from './register-slice.js';

type Fields = Readonly<Record<string, UInt | Bool>>;

const width = (fields: Fields): NatExpr =>
  Object.values(fields).reduce<NatExpr>((sum, type) => sum.plus(packedBits(type)), nat(0));

/** The fields side by side, the first one lowest. */
function pack<F extends Fields>({ payload, data }: Stream<Bundle<F>>): Sig<UInt> {
  const parts = Object.keys(payload.fields)
    .map((key) => ((data as Readonly<Record<string, AnySig>>)[key] as Sig<UInt>).asUInt())
    .toReversed();
  return cat(parts[0]!, ...parts.slice(1));
}

/** Drives the fields of `to` from a packed number. */
function unpack<F extends Fields>(b: Builder, to: Stream<Bundle<F>>, packed: Sig<UInt>): void {
  let low: NatExpr = nat(0);
  for (const [key, type] of Object.entries(to.payload.fields)) {
    const bits = packedBits(type);
    const target = (to.data as Readonly<Record<string, AnySig>>)[key]!;
    const value = packed.bits(low, bits);
    if (type.kind === 'bool') b.assign(target as Sig<Bool>, value.asBool());
    else b.assign(target as Sig<UInt>, value);
    low = low.plus(bits);
  }
}

function through<F extends Fields>(
  b: Builder,
  name: string,
  from: Stream<Bundle<F>>,
  to: Stream<Bundle<F>>,
  make: (W: NatExpr, s_axis: Stream<UInt>, m_axis: Stream<UInt>) => void,
): void {
  const W = width(from.payload.fields);
  const [inside, outside] = [b.stream(`${name}_in`, uint(W)), b.stream(`${name}_out`, uint(W))];
  b.assign(inside.valid, from.valid);
  b.assign(from.ready, inside.ready);
  b.assign(inside.data, pack(from));
  make(W, inside, outside);
  b.assign(to.valid, outside.valid);
  b.assign(outside.ready, to.ready);
  unpack(b, to, outside.data);
}

/** A FIFO of `depth` beats between two streams of several fields; instance `<name>`. */
export function packedFifo<F extends Fields>(
  b: Builder,
  name: string,
  depth: NatExpr,
  from: Stream<Bundle<F>>,
  to: Stream<Bundle<F>>,
): void {
  through(b, name, from, to, (W, s_axis, m_axis) =>
    b.instance(name, Fifo, { W, DEPTH: depth }, { s_axis, m_axis, level: open }),
  );
}

/** A register slice between two streams of several fields; instance `<name>`. */
export function packedSlice<F extends Fields>(
  b: Builder,
  name: string,
  from: Stream<Bundle<F>>,
  to: Stream<Bundle<F>>,
): void {
  through(b, name, from, to, (W, s_axis, m_axis) => b.instance(name, RegisterSlice, { W }, { s_axis, m_axis }));
}
