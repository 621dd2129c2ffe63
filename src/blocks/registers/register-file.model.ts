/** Cycle model of a register file: the bus is that of `axi_lite_subordinate`, behind it every access takes one cycle. */
import { channel, type Channel } from '../../simulator/cycle-model.js';
import { type AccessRequest, noRequest, noResponse } from '../axi/access-port.model.js';
import { type AxiLiteChannels, AxiLiteSubordinateModel } from '../axi/axi-lite.model.js';
import { fieldSignal, type Register, type RegisterField, type RegisterTable, registerWords } from './register-table.js';

type PortValues = Readonly<Record<string, bigint>>;

const emptyBus = (): AxiLiteChannels => ({
  ...{ aw: channel(0), w: channel({ data: 0, strobe: 0 }), b: channel(false) },
  ...{ ar: channel(0), r: channel({ data: 0, error: false }) },
});

/** Fields are numbers by the names of their signals; ports go in and out as raw bits. */
export class RegisterFileModel {
  readonly #bus = emptyBus();
  readonly #requests: Channel<AccessRequest> = channel(noRequest);
  readonly #responses = channel(noResponse);
  readonly #subordinate: AxiLiteSubordinateModel;
  readonly #fields: readonly { register: Register; field: RegisterField; signal: string }[];
  readonly #values = new Map<string, number>();
  readonly #counts: bigint[];
  #seen: (bigint | undefined)[];
  /** The counters are cleared a cycle behind the pulse. */
  #clear = false;

  constructor(
    readonly table: RegisterTable,
    OUTSTANDING = 2,
  ) {
    this.#subordinate = new AxiLiteSubordinateModel(this.#bus, this.#requests, this.#responses, { OUTSTANDING });
    this.#fields = table.registers.flatMap((register) =>
      register.fields.map((field) => ({ register, field, signal: fieldSignal(register, field) })),
    );
    this.#counts = table.counters.list.map(() => 0n);
    this.#seen = table.counters.list.map(() => undefined);
    this.reset();
  }

  /** The value of a field that hardware or software has set. */
  value(signal: string): number {
    return this.#values.get(signal) ?? 0;
  }

  settle(inputs: PortValues): PortValues {
    const { aw, w, b, ar, r } = this.#bus;
    const flag = (name: string): boolean => inputs[`s_axi_${name}`] === 1n;
    const data = (name: string): number => Number(inputs[`s_axi_${name}`] ?? 0n);
    [aw.valid, aw.data] = [flag('awvalid'), data('awaddr')];
    [w.valid, w.data] = [flag('wvalid'), { data: data('wdata'), strobe: data('wstrb') }];
    [ar.valid, ar.data] = [flag('arvalid'), data('araddr')];
    [b.ready, r.ready] = [flag('bready'), flag('rready')];
    this.#subordinate.settle();
    this.#requests.ready = true;
    const bit = (value: boolean): bigint => (value ? 1n : 0n);
    const outputs: Record<string, bigint> = {
      ...{ s_axi_awready: bit(aw.ready), s_axi_wready: bit(w.ready), s_axi_arready: bit(ar.ready) },
      ...{ s_axi_bvalid: bit(b.valid), s_axi_rvalid: bit(r.valid) },
      ...(b.valid ? { s_axi_bresp: 0n } : {}),
    };
    if (r.valid) {
      outputs['s_axi_rresp'] = 0n;
      if (r.data.data >= 0) outputs['s_axi_rdata'] = BigInt(r.data.data);
    }
    for (const { field, signal } of this.#fields)
      if (field.access !== 'constant' && field.access !== 'ro') outputs[signal] = BigInt(this.value(signal));
    return outputs;
  }

  tick(inputs: PortValues): void {
    const { valid, data: request } = this.#requests;
    const answer = valid ? { write: request.write, data: this.#read(request.addr, inputs), error: false } : undefined;
    const pulse = (path: string): boolean => this.value(this.#signalOf(path)) === 1;
    const [snapshot, clear] = [pulse(this.table.counters.snapshot), pulse(this.table.counters.clear)];
    if (snapshot) this.#seen = [...this.#counts];
    this.table.counters.list.forEach(({ name }, k) => {
      const event = inputs[`count_${name.toLowerCase()}`] ?? 0n;
      this.#counts[k] = this.#clear ? 0n : BigInt.asUintN(64, this.#counts[k]! + event);
    });
    this.#clear = clear;
    for (const each of this.#fields) this.#next(each, valid ? request : undefined, inputs);
    this.#subordinate.tick();
    this.#responses.valid = answer !== undefined;
    if (answer !== undefined) this.#responses.data = answer;
  }

  reset(): void {
    this.#subordinate.reset();
    this.#responses.valid = false;
    for (const { field, signal } of this.#fields) this.#values.set(signal, field.reset ?? 0);
    this.#counts.fill(0n);
    this.#clear = false;
  }

  #signalOf(path: string): string {
    const [register, name] = path.split('.');
    return this.#fields.find((each) => each.register.name === register && each.field.name === name)!.signal;
  }

  /** A word; -1 where it has not been defined yet. */
  #read(addr: number, inputs: PortValues): number {
    const { registers, counters } = this.table;
    const index = addr - counters.offset / 4;
    if (index >= 0 && index < 2 * counters.list.length) {
      const seen = this.#seen[index >> 1];
      return seen === undefined ? -1 : Number(BigInt.asUintN(32, seen >> BigInt(32 * (index & 1))));
    }
    const found = registers.find(({ offset, count = 1 }) => addr >= offset / 4 && addr < offset / 4 + count);
    if (found === undefined || !registerWords(this.table).some(({ offset }) => offset === 4 * addr)) return 0;
    const shift = BigInt(32 * (addr - found.offset / 4));
    return found.fields.reduce((word, field) => {
      const signal = fieldSignal(found, field);
      if (field.access === 'pulse') return word;
      const value =
        field.access === 'ro'
          ? Number(BigInt.asUintN(field.width, (inputs[signal] ?? 0n) >> shift))
          : this.value(signal);
      return word + value * 2 ** field.low;
    }, 0);
  }

  #next(
    { register, field, signal }: { register: Register; field: RegisterField; signal: string },
    request: AccessRequest | undefined,
    inputs: PortValues,
  ): void {
    const { access, low, width } = field;
    const here = request?.addr === register.offset / 4;
    const written = here && request?.write === true;
    const bytes = [0, 1, 2, 3].map((k) => (((request?.strobe ?? 0) >> k) & 1 ? 255 : 0));
    const at = (word: number, bit: number): number => Math.floor(word / 2 ** bit) % 2;
    const old = this.value(signal);
    let value = old;
    const one = written && at(request?.data ?? 0, low) === 1 && ((bytes[low >> 3] ?? 0) & 1) === 1;
    const sets = inputs[`${signal}_set`] === 1n;
    if (access === 'rw' && written) {
      value = 0;
      for (let k = 0; k < width; k++) {
        const chosen = (bytes[(low + k) >> 3] ?? 0) > 0 ? at(request?.data ?? 0, low + k) : at(old, k);
        value += chosen * 2 ** k;
      }
    } else if (access === 'pulse') value = one ? 1 : 0;
    else if (access === 'w1s') value = one ? 1 : inputs[`${signal}_clear`] === 1n ? 0 : old;
    else if (access === 'w1t') value = sets ? 1 : one ? 1 - old : old;
    else if (access === 'w1c') value = sets ? 1 : one ? 0 : old;
    else if (access === 'rc') value = sets ? 1 : here && request?.write === false ? 0 : old;
    this.#values.set(signal, value);
  }
}
