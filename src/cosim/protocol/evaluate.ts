/** Terms as closures over the wires of a running stream: numbers up to 32 bits, bigints above. */
import type { Bits } from '../access.js';
import { bitsAt } from '../words.js';
import { signalWidth } from './rules.js';
import type { ByteMask, SignalName, StateName, StreamParams, Term } from './term.js';

/** What the closures read: the payload of this cycle and of the one before in words, the handshake, and the counters. */
export interface Wires {
  tvalid: Bits;
  tready: Bits;
  eos: Bits;
  readonly now: Uint32Array;
  readonly before: Uint32Array;
  readonly state: Record<StateName, Bits>;
}

/** First word of a payload signal and how many it has. */
export interface Place {
  readonly at: number;
  readonly limbs: number;
}

/** Where a payload signal stands in `Wires.now`; undefined where the stream has none, which reads as 0. */
export type Places = (signal: SignalName) => Place | undefined;

const isHandshake = (signal: SignalName): signal is 'tvalid' | 'tready' | 'eos' =>
  signal === 'tvalid' || signal === 'tready' || signal === 'eos';

type Value = (wires: Wires) => Bits;
export type Truth = (wires: Wires) => boolean;

const ones = (width: number): bigint => (1n << BigInt(width)) - 1n;

/** Mask with ones in the bytes that `keep` selects. */
function byteMask(keep: Bits): bigint {
  let mask = 0n;
  for (let rest = BigInt(keep), low = 0n; rest !== 0n; rest >>= 1n, low += 8n) if (rest & 1n) mask |= 0xffn << low;
  return mask;
}

/** Compiles terms of one stream; `places` says where its wires are. */
export class TermCompiler {
  constructor(
    private readonly params: StreamParams,
    private readonly places: Places,
  ) {}

  truth(term: Term): Truth {
    switch (term.op) {
      case 'not': {
        const a = this.truth(term.a);
        return (w) => !a(w);
      }
      case 'and': {
        const [a, b] = [this.truth(term.a), this.truth(term.b)];
        return (w) => a(w) && b(w);
      }
      case 'or': {
        const [a, b] = [this.truth(term.a), this.truth(term.b)];
        return (w) => a(w) || b(w);
      }
      case 'eq':
      case 'ne':
      case 'gt':
        return this.comparison(term.op, term.a, term.b);
      case 'any':
        return this.any(term.a);
      case 'unknown':
        return () => false;
      default: {
        const value = this.value(term);
        return (w) => {
          const bits = value(w);
          return bits !== 0 && bits !== 0n;
        };
      }
    }
  }

  value(term: Term): Value {
    switch (term.op) {
      case 'lit':
      case 'param': {
        const value = term.op === 'lit' ? term.value : this.params[term.name];
        return () => value;
      }
      case 'now':
      case 'before': {
        const { signal } = term;
        if (isHandshake(signal)) {
          if (term.op === 'before') throw new Error(`nobody keeps ${signal} of the cycle before`);
          return (w) => w[signal];
        }
        const place = this.places(signal);
        if (place === undefined) return () => 0;
        const { at, limbs } = place;
        if (limbs === 1) return term.op === 'now' ? (w) => w.now[at] ?? 0 : (w) => w.before[at] ?? 0;
        return term.op === 'now' ? (w) => bitsAt(w.now, at, limbs) : (w) => bitsAt(w.before, at, limbs);
      }
      case 'state': {
        const { name } = term;
        if (name === 'beat') return (w) => w.state.beat;
        return name === 'open' ? (w) => w.state.open : (w) => w.state.wait;
      }
      case 'add': {
        const a = this.value(term.a);
        if (term.b.op === 'lit') {
          const { value } = term.b;
          return (w) => Number(a(w)) + value;
        }
        const b = this.value(term.b);
        return (w) => Number(a(w)) + Number(b(w));
      }
      case 'mux': {
        const [cond, a, b] = [this.truth(term.cond), this.value(term.a), this.value(term.b)];
        return (w) => (cond(w) ? a(w) : b(w));
      }
      case 'xor':
      case 'minus': {
        const [a, b] = [this.value(term.a), this.value(term.b)];
        return term.op === 'xor' ? (w) => xorBits(a(w), b(w)) : (w) => BigInt(a(w)) & ~BigInt(b(w));
      }
      case 'onBytes': {
        const [a, mask] = [this.value(term.a), this.mask(term.bytes)];
        return mask === undefined ? a : (w) => BigInt(a(w)) & mask(w);
      }
      case 'mark':
        return this.mark(this.truth(term.value));
      default: {
        const truth = this.truth(term);
        return (w) => (truth(w) ? 1 : 0);
      }
    }
  }

  private comparison(op: 'eq' | 'ne' | 'gt', left: Term, right: Term): Truth {
    const a = this.value(left);
    if (right.op === 'lit' && op !== 'gt') {
      const { value } = right;
      return op === 'eq' ? (w) => a(w) === value : (w) => a(w) !== value;
    }
    const b = this.value(right);
    if (op === 'gt') return (w) => a(w) > b(w);
    return op === 'eq' ? (w) => a(w) === b(w) : (w) => a(w) !== b(w);
  }

  /** Most payload does not change, which is seen without any arithmetic. */
  private any(term: Term): Truth {
    if (term.op === 'xor') {
      const [a, b] = [this.value(term.a), this.value(term.b)];
      return (w) => a(w) !== b(w);
    }
    if (term.op === 'onBytes') {
      const [inner, mask] = [this.any(term.a), this.mask(term.bytes)];
      if (mask === undefined) return inner;
      const value = this.value(term.a);
      return (w) => inner(w) && (BigInt(value(w)) & mask(w)) !== 0n;
    }
    return this.truthOf(this.value(term));
  }

  private truthOf(value: Value): Truth {
    return (w) => {
      const bits = value(w);
      return bits !== 0 && bits !== 0n;
    };
  }

  /** Undefined: every byte counts. */
  private mask(bytes: ByteMask): ((wires: Wires) => bigint) | undefined {
    if (this.places(bytes.signal) === undefined) return undefined;
    const value = this.value(bytes);
    return (w) => byteMask(value(w));
  }

  private mark(value: Truth): Value {
    const { TRACK_W } = this.params;
    const [id, dest] = [this.value({ op: 'now', signal: 'tid' }), this.value({ op: 'now', signal: 'tdest' })];
    const shift = BigInt(signalWidth('tdest', this.params));
    if (TRACK_W === 0) return (w) => (value(w) ? 1 : 0);
    return (w) => {
      const bit = 1n << (((BigInt(id(w)) << shift) | BigInt(dest(w))) & ones(TRACK_W));
      const open = BigInt(w.state.open);
      return value(w) ? open | bit : open & ~bit;
    };
  }
}

const xorBits = (a: Bits, b: Bits): Bits =>
  typeof a === 'number' && typeof b === 'number' ? (a ^ b) >>> 0 : BigInt(a) ^ BigInt(b);
