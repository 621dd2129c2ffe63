/** WebAssembly's binary format: a growing byte buffer, and modules made of functions that share one imported memory. */

/** Bytes with WebAssembly's variable-length numbers. */
export class Bytes {
  private data: Uint8Array<ArrayBuffer>;
  length = 0;

  /** With room for so many bytes at first. */
  constructor(room = 256) {
    this.data = new Uint8Array(room);
  }

  private reserve(n: number): void {
    if (this.length + n <= this.data.length) return;
    const grown = new Uint8Array(Math.max(this.data.length * 2, this.length + n));
    grown.set(this.data.subarray(0, this.length));
    this.data = grown;
  }

  byte(value: number): this {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length++] = value;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    this.reserve(values.length);
    this.data.set(values, this.length);
    this.length += values.length;
    return this;
  }

  /** Unsigned LEB128. */
  u32(value: number): this {
    let v = value >>> 0;
    if (this.length + 5 > this.data.length) this.reserve(5);
    const { data } = this;
    let at = this.length;
    while (v >= 0x80) {
      data[at++] = (v & 0x7f) | 0x80;
      v >>>= 7;
    }
    data[at++] = v;
    this.length = at;
    return this;
  }

  /** Signed LEB128 of 32 bits. */
  s32(value: number): this {
    let v = value | 0;
    if (this.length + 5 > this.data.length) this.reserve(5);
    const { data } = this;
    let at = this.length;
    while (v < -64 || v > 63) {
      data[at++] = (v & 0x7f) | 0x80;
      v >>= 7;
    }
    data[at++] = v & 0x7f;
    this.length = at;
    return this;
  }

  /** Signed LEB128 of 64 bits. */
  s64(value: bigint): this {
    let v = BigInt.asIntN(64, value);
    // Small numbers have the same bytes, and most numbers are small.
    if (v >= -0x80000000n && v <= 0x7fffffffn) return this.s32(Number(v));
    for (;;) {
      const low = Number(v & 0x7fn);
      v >>= 7n;
      if ((v === 0n && (low & 0x40) === 0) || (v === -1n && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  append(other: Bytes): this {
    this.reserve(other.length);
    this.data.set(other.data.subarray(0, other.length), this.length);
    this.length += other.length;
    return this;
  }

  name(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.u32(bytes.length).bytes(bytes);
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.data.slice(0, this.length);
  }
}

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;
export type ValType = typeof I32 | typeof I64 | typeof V128;

interface FunctionBody {
  readonly type: number;
  readonly body: Bytes;
}

/** Functions in order of declaration; a body may be given after others have called it. */
export class ModuleWriter {
  private readonly types: string[] = [];
  private readonly typeBytes: Bytes[] = [];
  private readonly functions: (FunctionBody | { readonly type: number; body?: Bytes })[] = [];
  private readonly exports: { name: string; index: number }[] = [];
  private readonly imports: { name: string; type: number }[] = [];

  /** A function `env.name` of another module; all of these come before the first declaration. */
  importFunction(name: string, params: readonly ValType[], results: readonly ValType[]): number {
    return this.imports.push({ name, type: this.typeOf(params, results) }) - 1;
  }

  declare(params: readonly ValType[], results: readonly ValType[]): number {
    return this.imports.length + this.functions.push({ type: this.typeOf(params, results) }) - 1;
  }

  private typeOf(params: readonly ValType[], results: readonly ValType[]): number {
    const key = `${params.join(',')}>${results.join(',')}`;
    let type = this.types.indexOf(key);
    if (type < 0) {
      type = this.types.push(key) - 1;
      this.typeBytes.push(new Bytes().byte(0x60).u32(params.length).bytes(params).u32(results.length).bytes(results));
    }
    return type;
  }

  define(index: number, body: Bytes): void {
    const declared = this.functions[index - this.imports.length];
    if (declared === undefined) throw new Error(`no function ${index}`);
    this.functions[index - this.imports.length] = { type: declared.type, body };
  }

  export(name: string, index: number): void {
    this.exports.push({ name, index });
  }

  /**
   * The module; it imports `env.memory` of at least `pages` pages. Accesses at constant addresses below need no check.
   */
  finish(pages = 1): Uint8Array<ArrayBuffer> {
    const size = this.functions.reduce((sum, f) => sum + (f.body?.length ?? 0) + 16, 1024);
    const out = new Bytes(size).bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, body: Bytes): void => void out.byte(id).u32(body.length).append(body);
    const types = new Bytes().u32(this.typeBytes.length);
    for (const t of this.typeBytes) types.append(t);
    section(1, types);
    const imports = new Bytes()
      .u32(1 + this.imports.length)
      .name('env')
      .name('memory')
      .bytes([2, 0])
      .u32(pages);
    for (const f of this.imports) imports.name('env').name(f.name).byte(0).u32(f.type);
    section(2, imports);
    const functions = new Bytes().u32(this.functions.length);
    for (const f of this.functions) functions.u32(f.type);
    section(3, functions);
    const exports = new Bytes().u32(this.exports.length);
    for (const e of this.exports) exports.name(e.name).byte(0).u32(e.index);
    section(7, exports);
    const code = new Bytes(size).u32(this.functions.length);
    for (const f of this.functions) {
      if (f.body === undefined) throw new Error('a function without a body');
      code.u32(f.body.length).append(f.body);
    }
    section(10, code);
    return out.done();
  }
}
