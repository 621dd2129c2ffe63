/** Terms as signals of the construction kit. */
import { type Bool, type Builder, type Sig, type UInt, bool, cat, uint } from '../../hdl/index.js';
import { signalWidth } from './rules.js';
import { type SignalName, type StateName, type StreamParams, type Term, constantTerm, termHas } from './term.js';

export type Wire = Sig<Bool> | Sig<UInt>;

/** What a term can read; a signal that the monitor has no port for is missing. */
export interface MonitorWires {
  readonly now: ReadonlyMap<SignalName, Wire>;
  readonly before: ReadonlyMap<SignalName, Wire>;
  readonly state: Readonly<Record<StateName, Sig<UInt>>>;
}

const isBool = (wire: Wire): wire is Sig<Bool> => wire.type.kind === 'bool';
const isConstant = (term: Term): boolean =>
  !termHas(term, ({ op }) => ['now', 'before', 'state', 'mark', 'unknown'].includes(op));
/** Values that are one bit by nature. */
const isTruth = (term: Term, wires: MonitorWires): boolean => {
  if (term.op === 'now' || term.op === 'before') {
    const wire = wires[term.op].get(term.signal);
    return wire !== undefined && isBool(wire);
  }
  return ['not', 'and', 'or', 'eq', 'ne', 'gt', 'any', 'unknown'].includes(term.op);
};

export class TermBuilder {
  constructor(
    private readonly b: Builder,
    private readonly params: StreamParams,
    private readonly wires: MonitorWires,
  ) {}

  truth(term: Term): Sig<Bool> {
    if (isConstant(term)) return this.b.constant(bool(), constantTerm(term, this.params) === 0 ? 0 : 1);
    switch (term.op) {
      case 'not':
        return this.truth(term.a).not();
      case 'and':
      case 'or':
        return this.both(term.op, term.a, term.b);
      case 'eq':
      case 'ne': {
        if (isTruth(term.a, this.wires)) {
          const differ = this.truth(term.a).xor(this.truth(term.b));
          return term.op === 'ne' ? differ : differ.not();
        }
        const [a, b] = [this.number(term.a), this.number(term.b)];
        return term.op === 'eq' ? a.eq(b) : a.ne(b);
      }
      case 'gt':
        return this.number(term.a).gt(this.number(term.b));
      case 'any':
        return this.some(this.bits(term.a));
      case 'now':
      case 'before':
        return this.some(this.bits(term));
      default:
        throw new Error(`'${term.op}' is not a truth value`);
    }
  }

  /** The next value of a counter of `width` bits. */
  next(term: Term, width: number): Sig<UInt> {
    switch (term.op) {
      case 'lit':
        return this.b.constant(uint(width), term.value);
      case 'state':
        return this.wires.state[term.name];
      case 'add':
        return this.next(term.a, width).addWrap(this.next(term.b, width));
      case 'mux':
        return this.decided(term.cond) === false
          ? this.next(term.b, width)
          : this.truth(term.cond).mux(this.next(term.a, width), this.next(term.b, width));
      case 'mark': {
        const bit = this.streamBit(width);
        const { open } = this.wires.state;
        return this.truth(term.value).mux(open.or(bit), open.and(bit.not()));
      }
      default:
        throw new Error(`'${term.op}' is not a counter`);
    }
  }

  /** A truth that the parameters alone decide. */
  private decided(term: Term): boolean | undefined {
    if (isConstant(term)) return constantTerm(term, this.params) !== 0;
    if (term.op !== 'and') return undefined;
    return this.decided(term.a) === false || this.decided(term.b) === false ? false : undefined;
  }

  private both(op: 'and' | 'or', a: Term, b: Term): Sig<Bool> {
    // A constant side leaves the other, or decides.
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (!isConstant(one)) continue;
      const decides = (constantTerm(one, this.params) !== 0) === (op === 'or');
      return this.truth(decides ? one : other);
    }
    return op === 'and' ? this.truth(a).and(this.truth(b)) : this.truth(a).or(this.truth(b));
  }

  private some(wire: Wire): Sig<Bool> {
    return isBool(wire) ? wire : wire.anyOne();
  }

  private number(term: Term): Sig<UInt> {
    return isConstant(term) ? this.b.constant(uint(32), constantTerm(term, this.params)) : this.next(term, 32);
  }

  private bits(term: Term): Wire {
    switch (term.op) {
      case 'now':
      case 'before': {
        const wire = this.wires[term.op].get(term.signal);
        if (wire === undefined) throw new Error(`the monitor has no ${term.signal}`);
        return wire;
      }
      case 'state':
        return this.wires.state[term.name];
      case 'xor': {
        const [a, b] = [this.bits(term.a), this.bits(term.b)];
        if (isBool(a)) return a.xor(b as Sig<Bool>);
        return a.xor(b as Sig<UInt>);
      }
      case 'minus':
        return (this.bits(term.a) as Sig<UInt>).and((this.bits(term.b) as Sig<UInt>).not());
      case 'onBytes': {
        const mask = this.wires[term.bytes.op].get(term.bytes.signal);
        const value = this.bits(term.a) as Sig<UInt>;
        if (mask === undefined || signalWidth(term.bytes.signal, this.params) === 0) return value;
        return this.onBytes(value, mask as Sig<UInt>);
      }
      default:
        throw new Error(`'${term.op}' is not a vector`);
    }
  }

  private onBytes(value: Sig<UInt>, mask: Sig<UInt>): Sig<UInt> {
    const { DATA_W } = this.params;
    const bytes = Array.from({ length: Math.ceil(DATA_W / 8) }, (_, i) => {
      const width = Math.min(8, DATA_W - 8 * i);
      return mask.bit(i).mux(value.bits(8 * i, width), this.b.constant(uint(width), 0));
    });
    const [top, ...rest] = bytes.reverse();
    if (top === undefined) throw new Error('tkeep without tdata');
    return rest.length === 0 ? top : cat(top, ...rest);
  }

  private streamBit(width: number): Sig<UInt> {
    const { TRACK_W, ID_W, DEST_W } = this.params;
    const one = this.b.constant(uint(width), 1);
    const ids = (['tid', 'tdest'] as const)
      .filter((name) => (name === 'tid' ? ID_W : DEST_W) > 0)
      .flatMap((name) => this.wires.now.get(name) ?? []);
    const [first, ...rest] = ids;
    if (TRACK_W === 0 || first === undefined) return one;
    const id = rest.length === 0 ? (first as Sig<UInt>) : cat(first, ...rest);
    return one.shl(id.truncate(Math.min(TRACK_W, ID_W + DEST_W)));
  }
}
