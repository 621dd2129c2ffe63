/**
 * Tables of a FlatBuffers file, read through the official runtime with every position checked first: the runtime itself has no
 * verifier in JavaScript and reads past the end of a damaged file as zeros.
 */
import { ByteBuffer } from 'flatbuffers';

/** What a damaged file is refused with; readers turn it into H3002. */
export class FlatBufferDamage extends Error {}

/** Elements that may still be read: a file that points at one long vector a million times is damaged, too. */
interface Budget {
  left: number;
}

const sizes = { i8: 1, u8: 1, i32: 4, u32: 4, i64: 8, f32: 4 } as const;

export type ScalarKind = keyof typeof sizes;

/** One table of the file. Fields are counted from 0 in the order of the schema; a union takes two, its type and its value. */
export class FlatTable {
  private constructor(
    private readonly buffer: ByteBuffer,
    private readonly at: number,
    private readonly budget: Budget,
  ) {
    this.check(at, 4);
    const vtable = at - buffer.readInt32(at);
    this.check(vtable, 4);
    this.check(vtable, buffer.readUint16(vtable));
    this.check(at, buffer.readUint16(vtable + 2));
  }

  /** The root table of a file. */
  static root(bytes: Uint8Array): FlatTable {
    const buffer = new ByteBuffer(bytes);
    if (bytes.length < 8) throw new FlatBufferDamage('too short');
    return new FlatTable(buffer, buffer.readUint32(0), { left: 4 * bytes.length + 65536 });
  }

  scalar(field: number, kind: ScalarKind, fallback: number): number {
    const at = this.position(field, sizes[kind]);
    return at === undefined ? fallback : this.read(at, kind);
  }

  /** Undefined where the field is absent. */
  scalars(field: number, kind: ScalarKind): number[] | undefined {
    const vector = this.vector(field, sizes[kind]);
    if (!vector) return undefined;
    this.spend(vector.length);
    return Array.from({ length: vector.length }, (_, index) => this.read(vector.at + index * sizes[kind], kind));
  }

  /** The bytes of a vector, not copied. */
  bytes(field: number): Uint8Array | undefined {
    const vector = this.vector(field, 1);
    return vector && this.buffer.bytes().subarray(vector.at, vector.at + vector.length);
  }

  text(field: number): string | undefined {
    const bytes = this.bytes(field);
    if (!bytes) return undefined;
    this.spend(bytes.length);
    return new TextDecoder().decode(bytes);
  }

  table(field: number): FlatTable | undefined {
    const at = this.position(field, 4);
    return at === undefined ? undefined : this.follow(at);
  }

  tables(field: number): FlatTable[] {
    const vector = this.vector(field, 4);
    if (!vector) return [];
    this.spend(4 * vector.length);
    return Array.from({ length: vector.length }, (_, index) => this.follow(vector.at + 4 * index));
  }

  private follow(at: number): FlatTable {
    return new FlatTable(this.buffer, this.buffer.__indirect(at), this.budget);
  }

  private spend(elements: number): void {
    this.budget.left -= elements;
    if (this.budget.left < 0) throw new FlatBufferDamage('the same data is pointed at without end');
  }

  private check(at: number, length: number): void {
    if (!(at >= 0 && at + length <= this.buffer.capacity()))
      throw new FlatBufferDamage(`points at byte ${at + length} of ${this.buffer.capacity()}`);
  }

  /** Where a field lies, or undefined where the table does not have it. */
  private position(field: number, size: number): number | undefined {
    const offset = this.buffer.__offset(this.at, 4 + 2 * field);
    if (offset === 0) return undefined;
    this.check(this.at + offset, size);
    return this.at + offset;
  }

  private vector(field: number, size: number): { at: number; length: number } | undefined {
    const offset = this.position(field, 4);
    if (offset === undefined) return undefined;
    const start = this.buffer.__indirect(offset);
    this.check(start, 4);
    const length = this.buffer.readUint32(start);
    this.check(start + 4, length * size);
    return { at: start + 4, length };
  }

  private read(at: number, kind: ScalarKind): number {
    switch (kind) {
      case 'i8':
        return this.buffer.readInt8(at);
      case 'u8':
        return this.buffer.readUint8(at);
      case 'i32':
        return this.buffer.readInt32(at);
      case 'u32':
        return this.buffer.readUint32(at);
      case 'i64':
        return Number(this.buffer.readInt64(at));
      case 'f32':
        return this.buffer.readFloat32(at);
    }
  }
}
