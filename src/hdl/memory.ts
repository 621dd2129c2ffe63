/** Memories in a body. */
import type { SignalId, Stmt } from '../circuit/index.js';
import type { BuilderCore } from './core.js';
import { kitError } from './errors.js';
import { callerPlace } from './place.js';
import { type AnySig, type Operand, sameCount, sameType, Sig, valueOf } from './sig.js';
import { type Bool, type Scalar, toType, type UInt, type Vec } from './types.js';

type WriteStmt = Extract<Stmt, { stmt: 'write' }>;

export class Memory<T extends Scalar> {
  constructor(
    private readonly builder: BuilderCore,
    private readonly sig: Sig<T>,
    private readonly id: SignalId,
    private readonly type: T,
    private readonly readOnly: boolean,
  ) {}

  /** The word at `address`, combinationally; a write of the same cycle is not seen. 0 beyond the depth. */
  read(address: Sig<UInt>): Sig<T> {
    const label = `${this.sig.label}[${address.label}]`;
    const expr = { op: 'read', type: toType(this.type), memory: this.id, address: address.expr } as const;
    return new Sig(this.type, expr, this.builder, label);
  }

  /** Writes `data` at the edge, while `enable` holds. */
  write(address: Sig<UInt>, data: Operand<T>, enable?: Sig<Bool>): void {
    const value = valueOf(this.sig, data);
    sameType(this.sig, value, 'write');
    this.#state([address, value], { memory: this.id, address: address.expr, data: value.expr }, enable);
  }

  /**
   * Writes those parts of a word whose lane is true, part 0 in its lowest bits: the byte enables of a RAM. The parts make
   * up a whole word, which is an unsigned number (H1001, H1002 otherwise).
   */
  writeLanes(address: Sig<UInt>, data: Sig<Vec<UInt>>, lanes: Sig<Vec<Bool>>, enable?: Sig<Bool>): void {
    sameType(this.sig, data.pack(), 'write');
    sameCount(data, lanes, 'write');
    const stmt = { memory: this.id, address: address.expr, data: data.expr, lanes: lanes.expr };
    this.#state([address, data, lanes], stmt, enable);
  }

  #state(reads: readonly AnySig[], written: Omit<WriteStmt, 'stmt' | 'place'>, enable: Sig<Bool> | undefined): void {
    if (this.readOnly)
      throw kitError('H1013', `'${this.sig.label}' is read-only`, 'use b.memory for a memory that is written');
    const place = callerPlace();
    for (const read of reads) this.builder.checkVisible(read);
    const at = place && { place };
    const write: Stmt = { stmt: 'write', ...written, ...at };
    if (enable !== undefined) this.builder.checkVisible(enable);
    const stmt: Stmt = enable === undefined ? write : { stmt: 'if', cond: enable.expr, then: [write], else: [], ...at };
    this.builder.scopes.state(stmt, place);
  }
}
