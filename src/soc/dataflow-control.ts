/** Registers, frames, resets, errors, counters and the interrupt of the `dataflow` tops. */
import { axiLitePorts } from '../blocks/axi/axi-lite-ports.js';
import {
  addressWires,
  counterSignal,
  drivesInterrupt,
  headConnections,
  headUnused,
  headWires,
  makeRegisterFile,
  stateCode,
} from '../blocks/registers/index.js';
import {
  type AnySig,
  type Bool,
  bool,
  defineModule,
  enumOf,
  input,
  nat,
  natParam,
  output,
  type Ports,
  type Sig,
  type UInt,
  uint,
} from '../hdl/index.js';
import {
  dataflowRegisters,
  type DataflowSide,
  dataflowStates,
  errorPorts,
  WATCHDOG_CODE,
} from './dataflow-registers.js';
import { answerCode } from './memory-answer.js';
import { memoryErrorCodes } from './memory-registers.js';

/** What a top says to its control: one pulse or level each. */
const inputs = () => ({
  begins: input(bool(), 'the first beat of a sample enters the core'),
  leaves: input(bool(), 'the last beat of a result leaves the core'),
  completes: input(bool(), 'a result has arrived'),
  input_open: input(bool(), 'a sample is half in'),
  results_open: input(bool(), 'a result is half out'),
  bus_busy: input(bool(), 'a burst is under way'),
  weights_pending: input(bool(), 'a weight image is under way'),
  input_moved: input(bool(), 'a beat of a sample'),
  input_waits: input(bool(), 'the core would take one'),
  results_moved: input(bool(), 'a beat of a result'),
  results_wait: input(bool(), 'one waits to be taken'),
});
const errors = ['weights', 'input', 'results'] as const;
const memoryPorts = (programmable: boolean): Ports<'main'> => ({
  ...Object.fromEntries(
    errors
      .filter((name) => programmable || name !== 'weights')
      .flatMap((name) => [
        [`${name}_error`, input(uint(2), `response that ${name} got, 0 while all is well`)],
        [`${name}_error_addr`, input(uint(64), 'where')],
      ]),
  ),
  ...{ input_address: output(uint(64)), output_address: output(uint(64)) },
  ...{ read_cache: output(uint(4)), write_cache: output(uint(4)), prot: output(uint(3)) },
  ...(programmable
    ? {
        load: output(bool(), 'reads a weight image'),
        weights_address: output(uint(64)),
        weights_bytes: output(uint(32)),
      }
    : {}),
});

export function makeDataflowControl(side: DataflowSide) {
  const table = dataflowRegisters(side);
  const { programmable } = side;
  const mapped = side.memory === 'mapped';
  const File = makeRegisterFile(table);
  return defineModule({
    name: table.name.replace('dataflow', 'dataflow_control'),
    doc: `registers and state of a dataflow accelerator: frames, reset, errors, counters, interrupt

START lets FRAMES samples begin and is done when as many results have arrived. An error stops that, one of a weight
image also between frames: ISR.ERROR is set, START does nothing more, and a reset (COMMAND.RESET, 1 then 0) brings
the accelerator back to idle. While it has failed or is being reset quit is high: what is half in is filled up,
results are dropped, bursts end. The reset is over when nothing is under way any more.`,
    params: {
      BUILD: natParam({ default: 0, max: 2 ** 31 - 1, doc: 'hash of the build, for the driver to compare' }),
      SAMPLE: natParam({ default: 8, min: 1, max: 2 ** 31 - 1, doc: 'bytes of a sample' }),
      RESULT: natParam({ default: 8, min: 1, max: 2 ** 31 - 1, doc: 'bytes of a result' }),
    },
    ports: () => ({
      ...axiLitePorts(nat(table.addressBits)),
      irq: output(bool(), 'interrupt, high until software clears it'),
      start: output(bool(), 'a frame is started'),
      open: output(bool(), 'a sample may begin'),
      quit: output(bool(), 'all is given up'),
      flush: output(bool(), 'beats that arrive are dropped'),
      frames: output(uint(32), 'samples of a start'),
      entered: output(uint(32), 'samples that have begun since power-up'),
      ...inputs(),
      ...(programmable ? { image_failed: input(bool(), 'a weight image is wrong') } : {}),
      ...(mapped ? memoryPorts(programmable) : {}),
    }),
    body(b, io, { BUILD, SAMPLE, RESULT }) {
      const ports = io as unknown as Readonly<Record<string, AnySig>>;
      const number = (name: string) => ports[name] as Sig<UInt>;
      const state = b.reg('state', enumOf('state', 'idle', 'run', 'failed', 'reset').startsAt('idle'));
      const r = b.regs({
        begun: uint(32).reset(0).doc('samples of the frame that have begun'),
        arrived: uint(32).reset(0).doc('results of the frame that have arrived'),
        entered: uint(32).reset(0).doc('samples that have begun'),
        inside: uint(16).reset(0).doc('samples in the core'),
        quiet: uint(32).reset(0).doc('cycles without progress'),
        code: uint(4).reset(0),
        port: uint(2).reset(0),
        place: uint(32).reset(0),
        ...(mapped && programmable ? { loading: bool().reset(0).doc('a weight image was asked for') } : {}),
      });
      const address = mapped ? b.reg('address', uint(64).reset(0)) : undefined;
      const w = b.wires({ interrupt: bool(), stateNow: uint(3), fails: bool() });
      const f = headWires(b);
      const wanted = b.wire('wanted', uint(32));
      const runs = b.let('runs', state.is('run'));
      // Weights may also be read between frames: their errors stop whatever comes.
      const failure = b.let('failure', w.fails.and(runs.or(state.is('idle'))));
      const ends = b.let('ends', runs.and(r.arrived.eq(wanted)).and(w.fails.not()));
      const stop = b.let('stop', ends.and(f.autoBit.not()).or(state.is('failed')).or(state.is('reset')));
      const starts = b.let('starts', state.is('idle').and(f.startBit).and(f.resetBit.not()));
      const quit = b.let('quits', state.is('failed').or(state.is('reset')));
      const resultsOpen = b.let('resultsInside', r.inside.ne(0).or(io.results_open));
      const loading =
        programmable && mapped ? (r as unknown as Readonly<Record<string, Sig<Bool>>>)['loading'] : undefined;
      const pending = b.let('pending', loading === undefined ? io.weights_pending : io.weights_pending.or(loading));

      const event = (name: string, value: AnySig) => ({ [counterSignal(name)]: value });
      const bus = Object.fromEntries(Object.keys(axiLitePorts(nat(3))).map((name) => [name, ports[name]]));
      const address64 = (name: string) => addressWires(b, name, number(`${name}_address`));
      const memory = !mapped
        ? {}
        : {
            ...{ memory_arcache: number('read_cache'), memory_awcache: number('write_cache') },
            ...{ memory_prot: number('prot') },
            ...{ error_addr_lo: address!.bits(0, 32), error_addr_hi: address!.bits(32, 32) },
            ...address64('input'),
            ...address64('output'),
            ...(programmable
              ? { ...address64('weights'), weights_bytes: number('weights_bytes'), command_load: number('load') }
              : {}),
          };
      const file = b.instance('registers', File, {}, {
        ...bus,
        ...memory,
        ...headConnections(f, w.interrupt, { ends, failure, stop, idle: state.is('idle') }),
        build: b.constant(uint(32), BUILD),
        frames: wanted,
        ...{ sample_bytes: b.constant(uint(32), SAMPLE), result_bytes: b.constant(uint(32), RESULT) },
        ...{ status_state: w.stateNow, status_input_open: io.input_open, status_results_open: resultsOpen },
        ...{ status_bus_busy: io.bus_busy, status_weights_pending: pending },
        ...{ error_code: r.code, error_port: r.port, error_place: r.place },
        ...event('CYCLES', runs),
        ...event('FRAMES', io.completes),
        ...event('BEATS_INPUT', io.input_moved),
        ...event('BEATS_RESULTS', io.results_moved),
        ...event('WAIT_INPUT', io.input_waits.and(runs)),
        ...event('WAIT_RESULTS', io.results_wait),
      } as never) as Readonly<Record<string, AnySig>>;
      headUnused(b, file);

      b.comment('samples and results of the frame');
      b.when(starts, () => {
        b.next(r.begun, 0);
        b.next(r.arrived, 0);
      }).otherwise(() => {
        b.when(io.begins.and(runs), () => b.next(r.begun, r.begun.inc()));
        b.when(io.completes.and(runs), () => b.next(r.arrived, r.arrived.inc()));
      });
      b.when(io.begins, () => b.next(r.entered, r.entered.inc()));
      b.when(io.begins.and(io.leaves.not()), () => b.next(r.inside, r.inside.inc())).elseWhen(
        io.leaves.and(io.begins.not()),
        () => b.next(r.inside, r.inside.dec()),
      );
      if (loading !== undefined) {
        const over = b.let('loaded', io.weights_pending.or(quit));
        b.when(ports['load'] as Sig<Bool>, () => b.next(loading, 1)).elseWhen(over, () => b.next(loading, 0));
      }

      b.comment('what stops a frame');
      const progress = io.input_moved.or(io.results_moved).or(io.completes).or(runs.not());
      b.next(r.quiet, progress.mux(b.constant(uint(32), 0), r.quiet.inc()));
      const expired = b.let('expired', f.watchdog.ne(0).and(r.quiet.eq(f.watchdog)));
      const causes = [
        ...(mapped
          ? errors
              .filter((name) => programmable || name !== 'weights')
              .map((name) => ({
                when: number(`${name}_error`).ne(0),
                code: answerCode(b, number(`${name}_error`), name === 'results'),
                port: errorPorts[name],
                address: number(`${name}_error_addr`),
              }))
          : []),
        ...(programmable
          ? [
              {
                when: ports['image_failed'] as Sig<Bool>,
                code: b.constant(uint(4), memoryErrorCodes.list),
                port: errorPorts.weights,
              },
            ]
          : []),
        { when: expired, code: b.constant(uint(4), WATCHDOG_CODE), port: errorPorts.core },
      ];
      b.assign(
        w.fails,
        causes.map(({ when }) => when).reduce((any, when) => any.or(when)),
      );
      b.when(failure, () => {
        b.next(r.place, r.arrived);
        const chain = causes.map((cause) => () => {
          b.next(r.code, cause.code);
          b.next(r.port, cause.port);
          if (address !== undefined && 'address' in cause) b.next(address, cause.address);
        });
        causes
          .slice(1)
          .reduce((at, { when }, k) => at.elseWhen(when, chain[k + 1]!), b.when(causes[0]!.when, chain[0]!));
      }).elseWhen(starts.or(state.is('reset')), () => {
        b.next(r.code, 0);
        b.next(r.port, 0);
      });

      b.comment('state');
      b.assign(w.stateNow, stateCode(b, state, dataflowStates, ['run', 'failed', 'reset']));
      const members = ['idle', 'run', 'failed', 'reset'] as const;
      const to = (name: (typeof members)[number]) => b.next(state, members.indexOf(name));
      const still = b.let('still', io.input_open.or(resultsOpen).or(io.bus_busy).not());
      b.switch(state, {
        idle: () => void b.when(failure, () => to('failed')).elseWhen(starts, () => to('run')),
        run: () => void b.when(failure, () => to('failed')).elseWhen(ends, () => to('idle')),
        failed: () => undefined,
        reset: () => void b.when(f.resetBit.not().and(still), () => to('idle')),
      });
      b.when(f.resetBit, () => to('reset'));
      b.assign(io.start, starts);
      b.assign(io.open, runs.and(r.begun.ne(wanted)).and(f.resetBit.not()));
      b.assign(io.quit, quit);
      b.assign(io.flush, f.resetBit);
      b.assign(io.frames, wanted);
      b.assign(io.entered, r.entered);
      drivesInterrupt(b, f, w.interrupt, io.irq);
    },
  });
}
