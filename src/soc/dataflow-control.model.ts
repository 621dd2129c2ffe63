/** Cycle model of the controls of the `dataflow` tops: frames, reset, errors, counters, interrupt. */
import { RegisterFileModel } from '../blocks/registers/register-file.model.js';
import type { PortModel, Ports } from '../engine/model/port-model.js';
import {
  dataflowRegisters,
  type DataflowSide,
  dataflowStates,
  errorPorts,
  WATCHDOG_CODE,
} from './dataflow-registers.js';
import { memoryErrorCodes } from './memory-registers.js';

/** What stopped a frame. */
interface Fault {
  readonly code: number;
  readonly port: number;
  readonly address?: bigint;
}

const bit = (value: boolean): bigint => (value ? 1n : 0n);
const high = (inputs: Ports, name: string): boolean => inputs[name] === 1n;
/** Codes of a SLVERR and of a DECERR. */
const codes = {
  read: [memoryErrorCodes.readRefused, memoryErrorCodes.readNobody],
  write: [memoryErrorCodes.writeRefused, memoryErrorCodes.writeNobody],
} as const;

export class DataflowControlModel implements PortModel {
  readonly #file: RegisterFileModel;
  #state: keyof typeof dataflowStates = 'idle';
  /** Samples of the frame that have begun, and results that have arrived. */
  #begun = 0;
  #arrived = 0;
  /** Samples that have begun since reset, and those in the core. */
  #entered = 0;
  #inside = 0;
  /** Cycles without progress. */
  #quiet = 0;
  /** An image was asked for, and nothing of it has come. */
  #loading = false;
  #error = { code: 0, port: 0, place: 0, address: 0n };

  constructor(
    readonly side: DataflowSide,
    readonly sizes: { readonly BUILD: number; readonly SAMPLE: number; readonly RESULT: number },
  ) {
    this.#file = new RegisterFileModel(dataflowRegisters(side));
  }

  #set(signal: string): boolean {
    return this.#file.value(signal) === 1;
  }

  get #interrupt(): boolean {
    return this.#set('gie') && ['isr_done', 'isr_ready', 'isr_error'].some((name) => this.#set(name));
  }

  /** START is taken in this cycle. */
  get #starts(): boolean {
    return this.#state === 'idle' && this.#set('ctrl_start') && !this.#set('command_reset');
  }

  get #quits(): boolean {
    return this.#state === 'failed' || this.#state === 'reset';
  }

  settle(inputs: Ports): Ports {
    const bus = Object.entries(this.#file.settle(inputs)).filter(([name]) => name.startsWith('s_axi_'));
    const frames = this.#file.value('frames');
    const reset = this.#set('command_reset');
    return {
      ...Object.fromEntries(bus),
      ...{ irq: bit(this.#interrupt), start: bit(this.#starts), quit: bit(this.#quits), flush: bit(reset) },
      open: bit(this.#state === 'run' && this.#begun !== frames && !reset),
      ...{ frames: BigInt(frames), entered: BigInt(this.#entered) },
      ...(this.side.memory === 'mapped' ? this.#memory() : {}),
    };
  }

  #memory(): Ports {
    const number = (signal: string): bigint => BigInt(this.#file.value(signal));
    const address = (name: string): bigint => number(`${name}_lo`) + (number(`${name}_hi`) << 32n);
    return {
      ...{ input_address: address('input'), output_address: address('output'), prot: number('memory_prot') },
      ...{ read_cache: number('memory_arcache'), write_cache: number('memory_awcache') },
      ...(this.side.programmable
        ? { load: number('command_load'), weights_address: address('weights'), weights_bytes: number('weights_bytes') }
        : {}),
    };
  }

  /** The first thing that is wrong: memory, the weight image, no progress. */
  #fault(inputs: Ports): Fault | undefined {
    for (const port of ['weights', 'input', 'results'] as const) {
      const response = Number(inputs[`${port}_error`] ?? 0n);
      if (response === 0) continue;
      const address = inputs[`${port}_error_addr`] ?? 0n;
      const code = codes[port === 'results' ? 'write' : 'read'][response % 2]!;
      return { code, port: errorPorts[port], address };
    }
    if (high(inputs, 'image_failed')) return { code: memoryErrorCodes.list, port: errorPorts.weights };
    const patience = this.#file.value('watchdog');
    return patience !== 0 && this.#quiet === patience ? { code: WATCHDOG_CODE, port: errorPorts.core } : undefined;
  }

  tick(inputs: Ports): void {
    const runs = this.#state === 'run';
    const fault = this.#fault(inputs);
    const caught = fault !== undefined && (runs || this.#state === 'idle');
    const ends = runs && fault === undefined && this.#arrived === this.#file.value('frames');
    const [starts, reset, quits] = [this.#starts, this.#set('command_reset'), this.#quits];
    const load = this.#file.value('command_load') === 1;
    const resultsOpen = this.#inside !== 0 || high(inputs, 'results_open');
    const still = !high(inputs, 'input_open') && !resultsOpen && !high(inputs, 'bus_busy');
    this.#file.tick({
      ...inputs,
      ...this.#status(inputs, resultsOpen),
      ...this.#events(ends, caught),
      ...this.#counts(inputs),
    });

    if (caught) this.#error = { ...fault, place: this.#arrived, address: fault.address ?? this.#error.address };
    else if (starts || this.#state === 'reset') this.#error = { ...this.#error, code: 0, port: 0 };
    const moved = ['input_moved', 'results_moved', 'completes'].some((name) => high(inputs, name));
    this.#quiet = moved || !runs ? 0 : (this.#quiet + 1) % 2 ** 32;
    const [begins, completes] = [high(inputs, 'begins') ? 1 : 0, high(inputs, 'completes') ? 1 : 0];
    if (starts) this.#begun = this.#arrived = 0;
    else if (runs) {
      this.#begun = (this.#begun + begins) % 2 ** 32;
      this.#arrived = (this.#arrived + completes) % 2 ** 32;
    }
    this.#entered = (this.#entered + begins) % 2 ** 32;
    this.#inside = (2 ** 16 + this.#inside + begins - (high(inputs, 'leaves') ? 1 : 0)) % 2 ** 16;
    this.#loading = load || (this.#loading && !high(inputs, 'weights_pending') && !quits);

    if (reset) this.#state = 'reset';
    else if (this.#state === 'idle') this.#state = fault !== undefined ? 'failed' : starts ? 'run' : 'idle';
    else if (runs) this.#state = fault !== undefined ? 'failed' : ends ? 'idle' : 'run';
    else if (this.#state === 'reset' && still) this.#state = 'idle';
  }

  #status(inputs: Ports, resultsOpen: boolean): Ports {
    const { code, port, place, address } = this.#error;
    return {
      ...{ ctrl_idle: bit(this.#state === 'idle'), ctrl_interrupt: bit(this.#interrupt) },
      ...{ status_state: BigInt(dataflowStates[this.#state]), status_input_open: inputs['input_open'] ?? 0n },
      ...{ status_results_open: bit(resultsOpen), status_bus_busy: inputs['bus_busy'] ?? 0n },
      status_weights_pending: bit(high(inputs, 'weights_pending') || this.#loading),
      ...{ error_code: BigInt(code), error_port: BigInt(port), error_place: BigInt(place) },
      ...{ error_addr_lo: address % 2n ** 32n, error_addr_hi: address >> 32n },
      ...{ build: BigInt(this.sizes.BUILD), sample_bytes: BigInt(this.sizes.SAMPLE) },
      result_bytes: BigInt(this.sizes.RESULT),
    };
  }

  #events(ends: boolean, fails: boolean): Ports {
    const stops = this.#quits || (ends && !this.#set('ctrl_auto_restart'));
    return {
      ...{ ctrl_start_clear: bit(stops), ctrl_done_set: bit(ends), ctrl_ready_set: bit(ends) },
      ...{ isr_done_set: bit(ends && this.#set('ier_done')), isr_ready_set: bit(ends && this.#set('ier_ready')) },
      isr_error_set: bit(fails && this.#set('ier_error')),
    };
  }

  #counts(inputs: Ports): Ports {
    const runs = this.#state === 'run';
    return {
      ...{ count_cycles: bit(runs), count_frames: inputs['completes'] ?? 0n },
      ...{ count_beats_input: inputs['input_moved'] ?? 0n, count_beats_results: inputs['results_moved'] ?? 0n },
      ...{
        count_wait_input: bit(runs && high(inputs, 'input_waits')),
        count_wait_results: inputs['results_wait'] ?? 0n,
      },
    };
  }

  reset(): void {
    this.#file.reset();
    this.#state = 'idle';
    this.#begun = this.#arrived = this.#entered = this.#inside = this.#quiet = 0;
    this.#loading = false;
    this.#error = { code: 0, port: 0, place: 0, address: 0n };
  }
}
