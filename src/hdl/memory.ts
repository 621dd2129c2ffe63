/** Memories in a body. */
import type { SignalId, Stmt } from '../circuit/index.js';
import type { BuilderCore } from './core.js';
import { kitError } from './errors.js';
import { callerPlace } from './place.js';
import { type Operand, Sig, valueOf } from './sig.js';
import { type Bool, type Scalar, toType, type UInt } from './types.js';

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
    if (this.readOnly)
      throw kitError('H1013', `'${this.sig.label}' is read-only`, 'use b.memory for a memory that is written');
    const place = callerPlace();
    const value = valueOf(this.sig, data);
    this.builder.checkVisible(address);
    this.builder.checkVisible(value);
    const at = place && { place };
    const write: Stmt = { stmt: 'write', memory: this.id, address: address.expr, data: value.expr, ...at };
    if (enable !== undefined) this.builder.checkVisible(enable);
    const stmt: Stmt = enable === undefined ? write : { stmt: 'if', cond: enable.expr, then: [write], else: [], ...at };
    this.builder.scopes.state(stmt, place);
  }
}
