import {
  type AnySig,
  bool,
  type Bool,
  type Builder,
  cat,
  defineModule,
  input,
  nat,
  natParam,
  output,
  type Ports,
  type Sig,
  type UInt,
  uint,
  vec,
} from '../../hdl/index.js';
import { accessRequest, accessResponse } from '../axi/access-port.js';
import { axiLitePorts } from '../axi/axi-lite-ports.js';
import { AxiLiteSubordinate } from '../axi/axi-lite-subordinate.js';
import {
  fieldSignal,
  registerProblems,
  type RegisterField,
  type RegisterTable,
  registerWords,
} from './register-table.js';

/** Ports of a field, beside the bus. */
function fieldPorts(signal: string, { access, width, doc }: RegisterField, count: number): Ports {
  const type = width * count === 1 ? bool() : uint(width * count);
  switch (access) {
    case 'constant':
      return {};
    case 'ro':
      return { [signal]: input(type, doc) };
    case 'rw':
    case 'pulse':
      return { [signal]: output(type, doc) };
    case 'w1s':
      return { [signal]: output(bool(), doc), [`${signal}_clear`]: input(bool(), 'hardware clears it') };
    default:
      return { [signal]: output(bool(), doc), [`${signal}_set`]: input(bool(), 'hardware sets it') };
  }
}

/** The port of a counter. */
export const counterSignal = (name: string): string => `count_${name.toLowerCase()}`;

/** The register file of a table, `<name>_registers`: an AXI4-Lite subordinate with a port or two for every field. */
export function makeRegisterFile(table: RegisterTable) {
  const problems = registerProblems(table);
  if (problems.length > 0) throw new Error(`registers of ${table.name}: ${problems.join('; ')}`);
  const { registers, counters, addressBits } = table;
  const all = registers.flatMap((register) =>
    register.fields.map((field) => ({ register, field, signal: fieldSignal(register, field) })),
  );
  const words = registerWords(table);
  const depth = (words.at(-1)?.offset ?? 0) / 4 + 1;
  const signalOf = (path: string): string => {
    const [register, name] = path.split('.');
    return all.find((each) => each.register.name === register && each.field.name === name)!.signal;
  };
  const ports: Ports = {
    ...Object.fromEntries(
      all.flatMap(({ register, field, signal }) => Object.entries(fieldPorts(signal, field, register.count ?? 1))),
    ),
    ...Object.fromEntries(counters.list.map(({ name, doc }) => [counterSignal(name), input(bool(), doc)])),
  };
  return defineModule({
    name: `${table.name}_registers`,
    doc: `${table.doc}

AXI4-Lite subordinate. Other addresses read as 0 and ignore writes; every response is OKAY. A write takes
effect 1 cycle behind its request, a read answers 1 cycle behind it; byte strobes select bytes. Counters
have 64 bits and are read as they stood when ${counters.snapshot} was written last.`,
    params: { OUTSTANDING: natParam({ default: 2, min: 1, doc: 'reads under way at most, and writes' }) },
    ports: () => ({ ...axiLitePorts(nat(addressBits)), ...ports }),
    body(b, io, { OUTSTANDING }) {
      const outside = io as unknown as Readonly<Record<string, AnySig>>;
      const inBool = (name: string) => outside[name] as Sig<Bool>;
      const req = b.stream('req', accessRequest(nat(addressBits - 2)));
      const rsp = b.stream('rsp', accessResponse());
      const bus = Object.fromEntries(Object.keys(axiLitePorts(nat(addressBits))).map((name) => [name, outside[name]]));
      b.instance('bus', AxiLiteSubordinate, { ADDR_W: addressBits, OUTSTANDING }, {
        ...bus,
        ...{ m_req: req, s_rsp: rsp },
      } as never);
      b.assign(req.ready, 1);
      const write = b.let('write', req.valid.and(req.data.write));
      const read = b.let('read', req.valid.and(req.data.write.not()));
      const bytes = [3, 2, 1, 0].map((byte) => eight(req.data.strobe.bit(byte).asUInt()));
      const mask = b.let('mask', cat(bytes[0]!, ...bytes.slice(1)), 'bits that a write may change');
      const ones = b.let('ones', req.data.data.and(mask), 'bits that are written as 1');

      const values = new Map<string, Sig<UInt>>();
      for (const { register, field, signal } of all) {
        const at = req.data.addr.eq(register.offset / 4);
        const value = makeField(b, field, signal, outside, {
          writes: write.and(at),
          reads: read.and(at),
          mask: mask.bits(field.low, field.width),
          ones: ones.bits(field.low, field.width),
        });
        if (value !== undefined) values.set(signal, value);
      }

      b.comment('the words as they are read');
      const read32 = b.wire('words', vec(depth, uint(32)));
      const zero = b.constant(uint(32), 0);
      const taken = new Set<number>();
      for (const register of registers) {
        const { offset, fields, count } = register;
        if (count !== undefined) {
          const window = outside[fieldSignal(register, fields[0]!)] as Sig<UInt>;
          b.genFor(register.name.toLowerCase(), count, (k) => {
            b.assign(read32.at(k.plus(offset / 4)), window.bits(k.times(32), 32));
          });
          for (let k = 0; k < count; k++) taken.add(offset / 4 + k);
        } else {
          b.assign(
            read32.at(offset / 4),
            wordOf(b, fields, (field) => values.get(fieldSignal(register, field))),
          );
          taken.add(offset / 4);
        }
      }
      makeCounters(b, table, read32, inBool, signalOf);
      for (let k = 0; k < 2 * counters.list.length; k++) taken.add(counters.offset / 4 + k);
      for (let k = 0; k < depth; k++) if (!taken.has(k)) b.assign(read32.at(k), zero);

      const r = b.regs({ answers: bool().reset(0), wrote: bool(), word: uint(32) });
      b.next(r.answers, req.valid);
      b.next(r.wrote, req.data.write);
      b.next(r.word, read32.select(req.data.addr));
      b.assign(rsp.valid, r.answers);
      b.assign(rsp.data.write, r.wrote);
      b.assign(rsp.data.error, 0);
      b.assign(rsp.data.data, r.word);
      b.unused('taken', rsp.ready);
    },
  });
}

const eight = (bit: Sig<UInt>): Sig<UInt> => cat(bit, bit, bit, bit, bit, bit, bit, bit);

interface Access {
  readonly writes: Sig<Bool>;
  readonly reads: Sig<Bool>;
  readonly mask: Sig<UInt>;
  readonly ones: Sig<UInt>;
}

/** The register and ports of a field; what it reads as, or undefined for 0. */
function makeField(
  b: Builder,
  { access, width, reset = 0 }: RegisterField,
  signal: string,
  io: Readonly<Record<string, AnySig>>,
  { writes, reads, mask, ones }: Access,
): Sig<UInt> | undefined {
  const port = io[signal] as Sig<UInt>;
  const flag = io[signal] as Sig<Bool>;
  if (access === 'constant') return b.constant(uint(width), reset);
  if (access === 'ro') return width === 1 ? flag.asUInt() : port;
  const value = b.reg(signal, uint(width).reset(reset));
  if (width === 1) b.assign(flag, value.asBool());
  else b.assign(port, value);
  const one = writes.and(ones.anyOne());
  const hardware = io[`${signal}_${access === 'w1s' ? 'clear' : 'set'}`] as Sig<Bool>;
  switch (access) {
    case 'rw':
      b.when(writes, () => b.next(value, value.and(mask.not()).or(ones)));
      return value;
    case 'pulse':
      b.next(value, one.asUInt());
      return undefined;
    case 'w1s':
      b.when(one, () => b.next(value, 1)).elseWhen(hardware, () => b.next(value, 0));
      return value;
    case 'w1t':
      b.when(hardware, () => b.next(value, 1)).elseWhen(one, () => b.next(value, value.not()));
      return value;
    default:
      b.when(hardware, () => b.next(value, 1)).elseWhen(access === 'rc' ? reads : one, () => b.next(value, 0));
      return value;
  }
}

/** The fields of a word in their places, zeros between them. */
function wordOf(
  b: Builder,
  fields: readonly RegisterField[],
  valueOf: (field: RegisterField) => Sig<UInt> | undefined,
): Sig<UInt> {
  const parts: Sig<UInt>[] = [];
  let at = 0;
  const fill = (to: number): void => {
    if (to > at) parts.unshift(b.constant(uint(to - at), 0));
    at = to;
  };
  for (const field of fields.toSorted((x, y) => x.low - y.low)) {
    const value = valueOf(field);
    if (value === undefined) continue;
    fill(field.low);
    parts.unshift(value);
    at += field.width;
  }
  fill(32);
  return cat(parts[0]!, ...parts.slice(1));
}

/**
 * Counters in two halves: the upper one takes the carry a cycle later, and so does its copy, so that the copies of both
 * belong to the same cycle.
 */
function makeCounters(
  b: Builder,
  { counters }: RegisterTable,
  words: Sig<ReturnType<typeof vec<UInt>>>,
  signal: (name: string) => Sig<Bool>,
  signalOf: (path: string) => string,
): void {
  if (counters.list.length === 0) return;
  b.comment('counters');
  const count = counters.list.length;
  const COUNTERS = b.localparam('COUNTERS', nat(count));
  const events = counters.list.toReversed().map(({ name }) => signal(counterSignal(name)).asUInt());
  const counted = b.let('counted', cat(events[0]!, ...events.slice(1)));
  const [snapshot, clear] = [counters.snapshot, counters.clear].map((path) => signal(signalOf(path)));
  const r = b.regs({
    low: vec(COUNTERS, uint(32)).reset(0),
    carry: vec(COUNTERS, bool()).reset(0),
    high: vec(COUNTERS, uint(32)).reset(0),
    lowSeen: vec(COUNTERS, uint(32)).doc('as it stood at the last snapshot'),
    highSeen: vec(COUNTERS, uint(32)),
    late: bool().reset(0).doc('a snapshot a cycle before'),
    clears: bool().reset(0).doc('behind a snapshot of the same write'),
  });
  b.next(r.late, snapshot!);
  b.next(r.clears, clear!);
  b.genFor('counter', COUNTERS, (i) => {
    const counts = b.let('counts', counted.bit(i));
    b.next(r.low.at(i), r.clears.mux(b.constant(uint(32), 0), r.low.at(i).addWrap(counts.asUInt().extend(32))));
    b.next(r.carry.at(i), r.clears.not().and(counts).and(r.low.at(i).allOnes()));
    b.next(
      r.high.at(i),
      r.clears.mux(b.constant(uint(32), 0), r.high.at(i).addWrap(r.carry.at(i).asUInt().extend(32))),
    );
    b.when(snapshot!, () => b.next(r.lowSeen.at(i), r.low.at(i)));
    b.when(r.late, () => b.next(r.highSeen.at(i), r.high.at(i)));
    b.assign(words.at(i.times(2).plus(counters.offset / 4)), r.lowSeen.at(i));
    b.assign(words.at(i.times(2).plus(counters.offset / 4 + 1)), r.highSeen.at(i));
  });
}
