import { axiLitePorts } from '../../blocks/axi/axi-lite-ports.js';
import {
  addressWires,
  counterSignal,
  drivesInterrupt,
  headConnections,
  headUnused,
  headWires,
  makeRegisterFile,
  type RegisterTable,
  stateCode,
} from '../../blocks/registers/index.js';
import {
  type AnySig,
  type Bool,
  bool,
  type Builder,
  defineModule,
  enumOf,
  input,
  nat,
  type NatExpr,
  natParam,
  output,
  type Ports,
  type Sig,
  type UInt,
  uint,
} from '../../hdl/index.js';
import { engineParameters } from '../config.js';
import { engineErrorCodes, engineErrorPorts, engineRegisters, engineStates } from '../registers.js';
import { headerBits } from './header-fields.js';

export const EngineRegisters = makeRegisterFile(engineRegisters);

/** Parameters that the registers show. */
export const shownParameters = [
  ...(['P', 'G', 'M', 'D', 'XB', 'WB', 'AB', 'XD', 'WD', 'PD', 'TMAX', 'KMAX', 'NTHR', 'MUL', 'FIXED', 'LUT'] as const),
  ...(['ADD', 'DW', 'XU', 'XP', 'WP', 'YP', 'YD', 'HQ', 'PQ'] as const),
] as const;
/** Bits of each in its register. */
const widths = Object.fromEntries(
  engineRegisters.registers.flatMap(({ fields }) => fields.map(({ name, width }) => [name, width])),
);
/** Registers that hold a single parameter have its name for their signal, others a second part. */
const signals = Object.fromEntries(
  engineRegisters.registers.flatMap(({ name, fields }) =>
    fields.map((field) => [field.name, (fields.length === 1 ? name : `${name}_${field.name}`).toLowerCase()]),
  ),
);

/** Cycles for which the core is reset before a frame. */
const CLEAR_CYCLES = 3;

/** Ports that a control of an engine with its data in memory has besides; addresses are 64 bits in two registers. */
const memoryPorts = (): Ports<'main'> => ({
  memory_code: input(uint(4), 'error of the memory side, 0 while all is well'),
  memory_port: input(uint(2), 'ERROR.PORT of it'),
  memory_address: input(uint(64), 'where'),
  bus_busy: input(bool(), 'a burst is under way'),
  written: input(bool(), 'all results are in memory'),
  start: output(bool(), 'a frame begins: lists are read'),
  quit: output(bool(), 'all is given up'),
  buffer: output(uint(64)),
  ...{ list_w: output(uint(32)), list_x: output(uint(32)), list_y: output(uint(32)) },
  ...{ read_cache: output(uint(4)), write_cache: output(uint(4)), memory_prot: output(uint(3)) },
});

/**
 * Registers, frames, resets, errors and the interrupt of an engine. A table with the register MEMORY is that of an engine whose
 * lists of transfers lie in memory.
 */
export function makeEngineControl(table: RegisterTable) {
  const mapped = table.registers.some(({ name }) => name === 'MEMORY');
  const File = table === engineRegisters ? EngineRegisters : makeRegisterFile(table);
  return defineModule({
    name: `${table.name}_control`,
    doc: `registers and state of the engine: frames, reset, errors, counters, interrupt

START resets the core, opens the streams, and lets passes run until the one that says it is the last is done and
its results have left. An error stops that: the core finishes what it can, START does nothing more, and a reset
(COMMAND.RESET, 1 then 0) brings the engine back to idle once the packet of m_axis_y that was under way is ended.
core_resetn is low while the engine is reset, and for ${CLEAR_CYCLES} cycles before every frame.`,
    params: {
      ...Object.fromEntries(
        shownParameters.map((name) => [
          name,
          natParam({
            default: name === 'YD' ? 8 : 1,
            max: engineParameters[name].max,
            doc: engineParameters[name].doc,
          }),
        ]),
      ),
      BUILD: natParam({ default: 0, max: 2 ** 31 - 1, doc: 'hash of the build, for the driver to compare' }),
    },
    ports: () => ({
      ...axiLitePorts(nat(engineRegisters.addressBits)),
      irq: output(bool(), 'interrupt, high until software clears it'),
      core_resetn: output(bool(), 'reset of the core'),
      enable: output(bool(), 'passes may start'),
      pass: output(bool(), 'beats enter'),
      flush: output(bool(), 'beats that enter are dropped'),
      restart: output(bool(), 'a frame begins'),
      pixel_packets: output(uint(16)),
      weight_packets: output(uint(16)),
      weights_moved: input(bool(), 'a beat of s_axis_w'),
      pixels_moved: input(bool()),
      results_moved: input(bool()),
      results_wait: input(bool(), 'm_axis_y waits'),
      results_open: input(bool(), 'a packet is under way'),
      weights_dropped: input(bool()),
      pixels_dropped: input(bool()),
      running: input(bool()),
      step: input(bool()),
      stalled: input(uint(6)),
      passes_done: input(uint(16)),
      done: input(bool()),
      sending: input(bool()),
      error_code: input(uint(3)),
      error_rule: input(uint(7)),
      error_place: input(uint(32)),
      error_header: input(uint(headerBits)),
      x_error: input(uint(4)),
      fault: input(uint(2)),
      ...(mapped ? memoryPorts() : {}),
    }),
    body(b, io, p) {
      const outside = io as unknown as Readonly<Record<string, AnySig>>;
      const flag = (name: string) => outside[name] as Sig<Bool>;
      const number = (name: string) => outside[name] as Sig<UInt>;
      const address = mapped ? b.reg('address', uint(64).reset(0)) : undefined;
      const sizes = p as unknown as Readonly<Record<string, NatExpr>>;
      const state = b.reg('state', enumOf('state', 'idle', 'clear', 'run', 'failed', 'reset').startsAt('idle'));
      const r = b.regs({
        resetn: bool().reset(0).doc('reset of the core'),
        cycles: uint(2).reset(0).doc('cycles of the state clear'),
        quiet: uint(32).reset(0).doc('cycles without progress'),
        code: uint(4).reset(0),
        port: uint(2).reset(0),
        rule: uint(7).reset(0),
        place: uint(32).reset(0),
        passes: uint(16).reset(0).doc('passes_done a cycle before'),
      });
      const w = b.wires({ finished: bool(), fails: bool(), interrupt: bool() });
      const runs = b.let('runs', state.is('run'));
      const open = b.let('opens', runs.or(state.is('failed')));

      const shownPorts = Object.fromEntries(
        shownParameters.map((name) => {
          const width = widths[name]!;
          const value = b.constant(uint(width), sizes[name]!);
          return [signals[name]!, width === 1 ? value.asBool() : value];
        }),
      );
      const event = (name: string, value: AnySig) => ({ [counterSignal(name)]: value });
      const stalls = ['WEIGHTS', 'ROWS', 'PARAMETERS', 'DRAIN', 'RESIDUAL', 'PREPARATION'];
      const bus = Object.fromEntries(
        Object.keys(axiLitePorts(nat(engineRegisters.addressBits))).map((name) => [
          name,
          (io as unknown as Record<string, AnySig>)[name],
        ]),
      );
      const stateNow = b.wire('stateNow', uint(3));
      const failure = b.let('failure', w.fails.and(runs));
      const ends = b.let('ends', w.finished.and(runs).and(w.fails.not()));
      const registers = headWires(b);
      const packets = b.wires({ pixels: uint(16), weights: uint(16) });
      const stop = b.let('stop', ends.and(registers.autoBit.not()).or(state.is('failed')).or(state.is('reset')));
      const file = b.instance('registers', File, {}, {
        ...bus,
        ...(address === undefined ? {} : memoryFields(b, outside, address)),
        ...shownPorts,
        ...headConnections(registers, w.interrupt, { ends, failure, stop, idle: state.is('idle') }),
        build: b.constant(uint(32), sizes['BUILD']!),
        ...{ packets_pixels: packets.pixels, packets_weights: packets.weights },
        ...{ status_state: stateNow, status_running: io.running, status_results_open: io.results_open },
        ...{ status_weights_dropped: io.weights_dropped, status_pixels_dropped: io.pixels_dropped },
        ...{ status_waits: io.stalled, status_passes: io.passes_done },
        ...{ error_code: r.code, error_port: r.port, error_rule: r.rule },
        ...{ error_place_beat: r.place.bits(0, 16), error_place_pass: r.place.bits(16, 16) },
        header: io.error_header,
        ...event('CYCLES', runs),
        ...event('STEPS', io.step),
        ...Object.assign({}, ...stalls.map((name, k) => event(`STALL_${name}`, io.stalled.bit(k).and(runs)))),
        ...event('PASSES', io.passes_done.ne(r.passes).and(runs)),
        ...event('FRAMES', ends),
        ...event('BEATS_WEIGHTS', io.weights_moved),
        ...event('BEATS_PIXELS', io.pixels_moved),
        ...event('BEATS_RESULTS', io.results_moved),
        ...event('WAIT_RESULTS', io.results_wait),
      } as never) as Readonly<Record<string, AnySig>>;
      headUnused(b, file);
      b.next(r.passes, io.passes_done);

      b.comment('what ends a frame');
      b.assign(w.finished, mapped ? io.done.and(io.sending.not()).and(flag('written')) : io.done.and(io.sending.not()));
      const progress = b.let(
        'progress',
        io.step.or(io.weights_moved).or(io.pixels_moved).or(io.results_moved).or(runs.not()),
      );
      b.next(r.quiet, progress.mux(b.constant(uint(32), 0), r.quiet.inc()));
      const expired = b.let('expired', registers.watchdog.ne(0).and(r.quiet.eq(registers.watchdog)));
      const ownFailure = io.fault.ne(0).or(io.error_code.ne(0)).or(io.x_error.ne(0)).or(expired);
      b.assign(w.fails, mapped ? ownFailure.or(number('memory_code').ne(0)) : ownFailure);
      const code = (name: keyof typeof engineErrorCodes) => b.constant(uint(4), engineErrorCodes[name]);
      const fault = io.fault.eq(1).mux(code('address'), io.fault.eq(2).mux(code('conflict'), code('row')));

      b.comment('state');
      const to = (name: keyof typeof engineStates) => b.next(state, engineStates[name]);
      b.assign(stateNow, stateCode(b, state, engineStates, ['clear', 'run', 'failed', 'reset']));
      b.when(failure, () => {
        b.next(r.place, io.error_place);
        b.next(r.rule, io.error_rule);
        b.when(io.fault.ne(0), () => {
          b.next(r.code, fault);
          b.next(r.port, engineErrorPorts.engine);
        })
          .elseWhen(io.error_code.ne(0), () => {
            b.next(r.code, io.error_code.extend(4));
            b.next(r.port, engineErrorPorts.weights);
          })
          .elseWhen(io.x_error.ne(0), () => {
            b.next(r.code, io.x_error);
            b.next(r.port, engineErrorPorts.pixels);
          })
          .otherwise(() => {
            b.next(r.code, engineErrorCodes.watchdog);
            b.next(r.port, engineErrorPorts.engine);
          });
        if (address !== undefined)
          b.when(number('memory_code').ne(0), () => {
            b.next(r.code, number('memory_code'));
            b.next(r.port, number('memory_port'));
            b.next(address, number('memory_address'));
          });
      }).elseWhen(state.is('clear').or(state.is('reset')), () => {
        b.next(r.code, 0);
        b.next(r.port, 0);
        b.next(r.rule, 0);
        b.next(r.place, 0);
      });
      b.switch(state, {
        idle: () => {
          b.next(r.cycles, 0);
          b.when(registers.startBit, () => to('clear'));
        },
        clear: () => {
          b.next(r.cycles, r.cycles.inc());
          b.when(r.cycles.eq(CLEAR_CYCLES - 1), () => to('run'));
        },
        run: () => {
          b.when(failure, () => to('failed')).elseWhen(ends, () => to('idle'));
        },
        failed: () => undefined,
        reset: () => {
          const open = mapped ? io.results_open.or(flag('bus_busy')) : io.results_open;
          b.when(registers.resetBit.not().and(open.not()), () => to('idle'));
        },
      });
      b.when(registers.resetBit, () => to('reset'));
      b.next(r.resetn, state.is('clear').or(state.is('reset')).or(registers.resetBit).not());
      b.assign(io.core_resetn, r.resetn);
      b.assign(io.enable, open);
      b.assign(io.pass, open.and(r.resetn));
      b.assign(io.flush, registers.resetBit);
      b.assign(io.restart, state.is('clear'));
      if (mapped) {
        b.assign(flag('start'), state.is('clear').and(r.cycles.eq(CLEAR_CYCLES - 1)));
        b.assign(flag('quit'), state.is('failed').or(state.is('reset')));
      }
      b.assign(io.pixel_packets, packets.pixels);
      b.assign(io.weight_packets, packets.weights);
      drivesInterrupt(b, registers, w.interrupt, io.irq);
    },
  });
}

/** Registers of the memory side and what they are connected to. */
function memoryFields(
  b: Builder,
  outside: Readonly<Record<string, AnySig>>,
  address: Sig<UInt>,
): Record<string, AnySig> {
  return {
    ...{ memory_arcache: outside['read_cache']!, memory_awcache: outside['write_cache']! },
    memory_prot: outside['memory_prot']!,
    ...addressWires(b, 'buffer', outside['buffer'] as Sig<UInt>),
    ...{ error_addr_lo: address.bits(0, 32), error_addr_hi: address.bits(32, 32) },
    ...{ list_w: outside['list_w']!, list_x: outside['list_x']!, list_y: outside['list_y']! },
  };
}

export const EngineControl = makeEngineControl(engineRegisters);
