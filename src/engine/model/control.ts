/** Cycle model of `engine_control`: registers, frames, errors, resets, counters, the interrupt. */
import { RegisterFileModel } from '../../blocks/registers/register-file.model.js';
import { fieldSignal } from '../../blocks/registers/index.js';
import type { EngineParameters } from '../config.js';
import { engineErrorCodes, engineErrorPorts, engineRegisters, engineStates } from '../registers.js';
import type { Ports } from './port-model.js';

type State = keyof typeof engineStates;

/** Cycles for which the core is reset in front of a frame, and the ports of the core are closed. */
const CLEAR_CYCLES = 3;
const faultCodes = [engineErrorCodes.none, engineErrorCodes.address, engineErrorCodes.conflict, engineErrorCodes.row];
const stallNames = ['WEIGHTS', 'ROWS', 'PARAMETERS', 'DRAIN', 'RESIDUAL', 'PREPARATION'];

/** What the control tells the rest of the engine; all of it follows from registers. */
export interface ControlOrders {
  /** The core is reset. */
  readonly reset: boolean;
  readonly enable: boolean;
  readonly pass: boolean;
  readonly flush: boolean;
  readonly restart: boolean;
  readonly pixelPackets: number;
  readonly weightPackets: number;
}

/** What it sees in a cycle; `core`: outputs of `engine_core`. */
export interface ControlView {
  readonly core: Ports;
  readonly weightsMoved: boolean;
  readonly pixelsMoved: boolean;
  readonly resultsMoved: boolean;
  readonly resultsWait: boolean;
  readonly resultsOpen: boolean;
  readonly weightsDropped: boolean;
  readonly pixelsDropped: boolean;
}

const bit = (value: boolean): bigint => (value ? 1n : 0n);
const numberOf = (value: bigint | undefined): number => Number(value ?? 0n);

export class ControlModel {
  readonly #file = new RegisterFileModel(engineRegisters);
  /** Values of the registers that show static parameters. */
  readonly #shown: Ports;
  #state: State = 'idle';
  #coreRuns = false;
  #cleared = 0;
  #quiet = 0;
  #passes = 0;
  #error = { code: 0, port: 0, rule: 0, place: 0 };

  constructor(engine: EngineParameters, build: number) {
    const parameters = engine as unknown as Readonly<Record<string, number>>;
    this.#shown = Object.fromEntries([
      ...engineRegisters.registers.flatMap((register) =>
        register.fields.flatMap((field): [string, bigint][] => {
          const value = parameters[field.name];
          return value === undefined ? [] : [[fieldSignal(register, field), BigInt(value)]];
        }),
      ),
      ['build', BigInt(build)] as const,
    ]);
  }

  get orders(): ControlOrders {
    const open = this.#state === 'run' || this.#state === 'failed';
    return {
      reset: !this.#coreRuns,
      enable: open,
      pass: open && this.#coreRuns,
      flush: this.#held,
      restart: this.#state === 'clear',
      pixelPackets: this.#file.value('packets_pixels'),
      weightPackets: this.#file.value('packets_weights'),
    };
  }

  get interrupt(): boolean {
    const events = ['isr_done', 'isr_ready', 'isr_error'].some((name) => this.#file.value(name) === 1);
    return events && this.#file.value('gie') === 1;
  }

  /** The bus. */
  settle(inputs: Ports): Ports {
    return Object.fromEntries(Object.entries(this.#file.settle(inputs)).filter(([name]) => name.startsWith('s_axi_')));
  }

  tick(inputs: Ports, view: ControlView): void {
    const { core } = view;
    const runs = this.#state === 'run';
    const watchdog = this.#file.value('watchdog');
    const cause = this.#cause(core) ?? (watchdog !== 0 && this.#quiet === watchdog ? 'watchdog' : undefined);
    const fails = runs && cause !== undefined;
    const ends = runs && cause === undefined && core['done'] === 1n && core['sending'] !== 1n;
    const held = this.#held;
    const starts = this.#file.value('ctrl_start') === 1;
    this.#file.tick({ ...inputs, ...this.#shown, ...this.#status(view), ...this.#events(view, ends, fails) });
    const moved = view.weightsMoved || view.pixelsMoved || view.resultsMoved || core['step'] === 1n;
    this.#quiet = moved || !runs ? 0 : (this.#quiet + 1) % 2 ** 32;
    this.#passes = numberOf(core['passes_done']);
    if (fails) this.#error = this.#errorOf(core, cause);
    else if (this.#state === 'clear' || this.#state === 'reset') this.#error = { code: 0, port: 0, rule: 0, place: 0 };
    this.#coreRuns = this.#state !== 'clear' && this.#state !== 'reset' && !held;
    this.#go({ held, starts, fails, ends, open: view.resultsOpen });
  }

  /** Behind reset of the whole engine. What counters showed stays. */
  reset(): void {
    this.#file.reset();
    this.#state = 'idle';
    this.#coreRuns = false;
    this.#cleared = this.#quiet = this.#passes = 0;
    this.#error = { code: 0, port: 0, rule: 0, place: 0 };
  }

  get #held(): boolean {
    return this.#file.value('command_reset') === 1;
  }

  #go(now: Readonly<Record<'held' | 'starts' | 'fails' | 'ends' | 'open', boolean>>): void {
    const from = this.#state;
    if (now.held) this.#state = 'reset';
    else if (from === 'idle' && now.starts) this.#state = 'clear';
    else if (from === 'clear' && this.#cleared === CLEAR_CYCLES - 1) this.#state = 'run';
    else if (from === 'run' && now.fails) this.#state = 'failed';
    else if (from === 'run' && now.ends) this.#state = 'idle';
    else if (from === 'reset' && !now.open) this.#state = 'idle';
    this.#cleared = from === 'clear' ? (this.#cleared + 1) % 4 : from === 'idle' ? 0 : this.#cleared;
  }

  /** What the core says is wrong. */
  #cause(core: Ports): 'fault' | 'weights' | 'pixels' | undefined {
    if (numberOf(core['fault']) !== 0) return 'fault';
    if (numberOf(core['error_code']) !== 0) return 'weights';
    return numberOf(core['x_error']) !== 0 ? 'pixels' : undefined;
  }

  #errorOf(core: Ports, cause: 'fault' | 'weights' | 'pixels' | 'watchdog') {
    const codes = {
      fault: faultCodes[numberOf(core['fault'])] ?? 0,
      weights: numberOf(core['error_code']),
      pixels: numberOf(core['x_error']),
      watchdog: engineErrorCodes.watchdog,
    };
    const port = cause === 'weights' || cause === 'pixels' ? engineErrorPorts[cause] : engineErrorPorts.engine;
    return { code: codes[cause], port, rule: numberOf(core['error_rule']), place: numberOf(core['error_place']) };
  }

  #status({ core, resultsOpen, weightsDropped, pixelsDropped }: ControlView): Ports {
    const { code, port, rule, place } = this.#error;
    return {
      ...{ ctrl_idle: bit(this.#state === 'idle'), ctrl_interrupt: bit(this.interrupt) },
      ...{ status_state: BigInt(engineStates[this.#state]), status_running: core['running'] ?? 0n },
      ...{ status_results_open: bit(resultsOpen), status_weights_dropped: bit(weightsDropped) },
      ...{ status_pixels_dropped: bit(pixelsDropped), status_waits: core['stalled'] ?? 0n },
      ...{ status_passes: core['passes_done'] ?? 0n, header: core['error_header'] ?? 0n },
      ...{ error_code: BigInt(code), error_port: BigInt(port), error_rule: BigInt(rule) },
      ...{ error_place_beat: BigInt(place % 2 ** 16), error_place_pass: BigInt(Math.floor(place / 2 ** 16)) },
    };
  }

  #events(view: ControlView, ends: boolean, fails: boolean): Ports {
    const { core } = view;
    const runs = this.#state === 'run';
    const enabled = (name: string): boolean => this.#file.value(name) === 1;
    const stalled = numberOf(core['stalled']);
    const stops = this.#state === 'failed' || this.#state === 'reset' || (ends && !enabled('ctrl_auto_restart'));
    const counts: Readonly<Record<string, boolean>> = {
      ...{ CYCLES: runs, STEPS: core['step'] === 1n, FRAMES: ends },
      ...Object.fromEntries(stallNames.map((name, k) => [`STALL_${name}`, runs && ((stalled >> k) & 1) === 1])),
      PASSES: runs && numberOf(core['passes_done']) !== this.#passes,
      ...{ BEATS_WEIGHTS: view.weightsMoved, BEATS_PIXELS: view.pixelsMoved, BEATS_RESULTS: view.resultsMoved },
      WAIT_RESULTS: view.resultsWait,
    };
    return {
      ...{ ctrl_start_clear: bit(stops), ctrl_done_set: bit(ends), ctrl_ready_set: bit(ends) },
      ...{ isr_done_set: bit(ends && enabled('ier_done')), isr_ready_set: bit(ends && enabled('ier_ready')) },
      isr_error_set: bit(fails && enabled('ier_error')),
      ...Object.fromEntries(Object.entries(counts).map(([name, on]) => [`count_${name.toLowerCase()}`, bit(on)])),
    };
  }
}
