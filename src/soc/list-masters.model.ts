/** Cycle models of `list_reader` and `list_writer`: masters, and the lists that they run. */
import { AxiReadMasterModel, AxiWriteMasterModel } from '../blocks/axi/axi-master.model.js';
import type { PortModel, Ports } from '../engine/model/port-model.js';
import { ListFetchModel, ListTransfersModel, type ListSizes } from './list-transfers.model.js';

const bit = (value: boolean): bigint => (value ? 1n : 0n);
/** Bursts, and bits of the bytes of a transfer. */
const master = { LEN_W: 32, BURST: 16, OUTSTANDING: 8, DEPTH: 64 };
const masterSizes = ({ ADDR_W, WORDS }: ListSizes) => ({ ADDR_W, BYTES: 4 * WORDS, ...master });
/** Ports of a bus side. */
const busOf = (outputs: Ports): Ports =>
  Object.fromEntries(Object.entries(outputs).filter(([name]) => name.startsWith('m_axi_')));
/** What is known of a value that only means something while another is high. */
const given = (name: string, value: bigint | undefined): Ports => (value === undefined ? {} : { [name]: value });

export class ListReaderModel implements PortModel {
  readonly #master: AxiReadMasterModel;
  readonly #list: ListTransfersModel;
  /** Not given up in the cycle before. */
  #live = false;
  /** Behind a reset the list is reset a cycle later. */
  #known = false;

  constructor(sizes: ListSizes) {
    this.#master = new AxiReadMasterModel(masterSizes(sizes));
    this.#list = new ListTransfersModel(sizes);
  }

  #now(inputs: Ports) {
    const live = bit(this.#live);
    const bus = this.#master.settle(inputs);
    const listInputs: Ports = {
      ...inputs,
      ...{ m_cmd_tready: bus['s_cmd_tready']! & live, s_axis_tvalid: bus['m_axis_tvalid']! & live },
      ...{ s_axis_tdata: bus['m_axis_tdata'] ?? 0n, s_axis_tlast: bus['m_axis_tlast'] ?? 0n },
      m_axis_tready: (inputs['m_axis_tready'] ?? 0n) & live,
    };
    const list = this.#list.settle(listInputs);
    const masterInputs: Ports = {
      ...inputs,
      ...{ s_cmd_tvalid: list['m_cmd_tvalid']! & live, s_cmd_addr: list['m_cmd_addr'] ?? 0n },
      ...{ s_cmd_bytes: list['m_cmd_bytes'] ?? 1n, s_cmd_last: 1n, m_axis_tready: list['s_axis_tready']! & live },
    };
    return { live, bus, list, listInputs, masterInputs };
  }

  settle(inputs: Ports): Ports {
    const { live, bus, list } = this.#now(inputs);
    const valid = list['m_axis_tvalid']! & live;
    return {
      ...{ ...busOf(bus), busy: bus['busy']!, error: bus['error']!, ...given('error_addr', bus['error_addr']) },
      ...{ m_axis_tvalid: valid, ...(this.#known ? { bad: list['bad']! } : {}) },
      ...(valid === 1n ? { m_axis_tdata: list['m_axis_tdata']!, m_axis_tlast: list['m_axis_tlast']! } : {}),
    };
  }

  tick(inputs: Ports): void {
    const { listInputs, masterInputs } = this.#now(inputs);
    this.#master.tick(masterInputs);
    if (this.#live) this.#list.tick(listInputs);
    else this.#list.reset();
    this.#live = inputs['flush'] !== 1n;
    this.#known = true;
  }

  reset(): void {
    this.#master.reset();
    this.#list.reset();
    this.#live = this.#known = false;
  }
}

export class ListWriterModel implements PortModel {
  readonly #reader: AxiReadMasterModel;
  readonly #writer: AxiWriteMasterModel;
  readonly #fetch: ListFetchModel;
  readonly #addressBits: number;
  #live = false;
  #known = false;
  #arrived = 0n;
  /** Packets whose last transfer was asked for and is not in memory. */
  #pending = 0n;

  constructor(sizes: ListSizes) {
    this.#reader = new AxiReadMasterModel(masterSizes(sizes));
    this.#writer = new AxiWriteMasterModel(masterSizes(sizes));
    this.#fetch = new ListFetchModel(sizes);
    this.#addressBits = sizes.ADDR_W;
  }

  #now(inputs: Ports) {
    const live = bit(this.#live);
    const shared = { ...inputs, cache: inputs['read_cache'] ?? 0n };
    const reads = this.#reader.settle(shared);
    const writes = this.#writer.settle({ ...inputs, cache: inputs['write_cache'] ?? 0n });
    const buffer = inputs['buffer'] ?? 0n;
    const piece = this.#fetch.piece(buffer);
    const { entry } = this.#fetch;
    const listInputs: Ports = {
      ...inputs,
      ...{ s_axis_tvalid: reads['m_axis_tvalid']! & live, s_axis_tdata: reads['m_axis_tdata'] ?? 0n },
      s_axis_tlast: reads['m_axis_tlast'] ?? 0n,
    };
    const readInputs: Ports = {
      ...shared,
      ...{ s_cmd_tvalid: bit(piece !== undefined) & live, s_cmd_addr: piece?.addr ?? 0n },
      ...{ s_cmd_bytes: piece?.bytes ?? 1n, s_cmd_last: 1n, m_axis_tready: bit(this.#fetch.ready(listInputs)) & live },
    };
    const writeInputs: Ports = {
      ...{ ...inputs, cache: inputs['write_cache'] ?? 0n, s_cmd_tvalid: bit(entry !== undefined) & live },
      s_cmd_addr: BigInt.asUintN(this.#addressBits, buffer + (entry?.offset ?? 0n)),
      ...{ s_cmd_bytes: entry?.bytes ?? 1n, s_cmd_last: bit(entry?.last === true) },
    };
    const asked = this.#live && piece !== undefined && reads['s_cmd_tready'] === 1n;
    const taken = this.#live && entry !== undefined && writes['s_cmd_tready'] === 1n;
    return { reads, writes, entry, listInputs, readInputs, writeInputs, asked, taken };
  }

  settle(inputs: Ports): Ports {
    const { reads, writes, entry } = this.#now(inputs);
    const idle = this.#fetch.ended && entry === undefined && this.#pending === 0n;
    return {
      ...{ ...busOf(reads), ...busOf(writes), s_axis_tready: writes['s_axis_tready']! },
      ...{ arrived: this.#arrived, busy: reads['busy']! | writes['busy']! },
      ...{ read_error: reads['error']!, ...given('read_error_addr', reads['error_addr']) },
      ...{ write_error: writes['error']!, ...given('write_error_addr', writes['error_addr']) },
      ...(this.#known ? { bad: bit(this.#fetch.bad), idle: bit(idle) } : {}),
    };
  }

  tick(inputs: Ports): void {
    const { writes, entry, listInputs, readInputs, writeInputs, asked, taken } = this.#now(inputs);
    const begins = taken && entry!.last;
    const done = writes['done'] === 1n;
    this.#reader.tick(readInputs);
    this.#writer.tick(writeInputs);
    if (this.#live) this.#fetch.tick(listInputs, asked, taken);
    else this.#fetch.reset();
    if (inputs['start'] === 1n || inputs['flush'] === 1n) this.#arrived = this.#pending = 0n;
    else {
      this.#arrived = BigInt.asUintN(16, this.#arrived + bit(done));
      this.#pending = BigInt.asUintN(16, this.#pending + bit(begins) - bit(done));
    }
    this.#live = inputs['flush'] !== 1n;
    this.#known = true;
  }

  reset(): void {
    this.#reader.reset();
    this.#writer.reset();
    this.#fetch.reset();
    this.#live = this.#known = false;
    this.#arrived = this.#pending = 0n;
  }
}
