/** What the control of every top does with the head of its registers: start and restart, events, interrupt, a 64-bit address. */
import { type AnySig, type Bool, bool, type Builder, cat, type Sig, type UInt, uint } from '../../hdl/index.js';

/** What a control knows of its frames and errors. */
export interface FrameEvents {
  /** A frame is done. */
  readonly ends: Sig<Bool>;
  /** It stops with an error. */
  readonly failure: Sig<Bool>;
  /** START falls, unless the frame begins again by itself. */
  readonly stop: Sig<Bool>;
  readonly idle: Sig<Bool>;
}

/** Fields of the head that a control looks at. */
export function headWires(b: Builder) {
  return b.wires({
    ...{ startBit: bool(), autoBit: bool(), resetBit: bool(), watchdog: uint(32), gie: bool() },
    ...{ ierDone: bool(), ierReady: bool(), ierError: bool(), isrDone: bool(), isrReady: bool(), isrError: bool() },
  });
}
export type HeadWires = ReturnType<typeof headWires>;

/** Connections of a register file's head; `interrupt` is what {@link drivesInterrupt} drives. */
export function headConnections(
  f: HeadWires,
  interrupt: Sig<Bool>,
  { ends, failure, stop, idle }: FrameEvents,
): Record<string, AnySig> {
  return {
    ...{ ctrl_start: f.startBit, ctrl_start_clear: stop, ctrl_done_set: ends, ctrl_ready_set: ends },
    ...{ ctrl_auto_restart: f.autoBit, ctrl_idle: idle, ctrl_interrupt: interrupt, gie: f.gie },
    ...{ ier_done: f.ierDone, ier_ready: f.ierReady, ier_error: f.ierError },
    ...{ isr_done: f.isrDone, isr_ready: f.isrReady, isr_error: f.isrError },
    isr_done_set: ends.and(f.ierDone),
    isr_ready_set: ends.and(f.ierReady),
    isr_error_set: failure.and(f.ierError),
    ...{ command_reset: f.resetBit, watchdog: f.watchdog },
  };
}

/** Fields that only software looks at. */
export function headUnused(b: Builder, file: Readonly<Record<string, AnySig>>): void {
  const pulses = ['ctrl_done', 'ctrl_ready', 'command_snapshot', 'command_clear'];
  b.unused(
    'forSoftware',
    cat(file['scratch'] as Sig<UInt>, ...pulses.map((name) => (file[name] as Sig<Bool>).asUInt())),
  );
}

/** The interrupt: an event that is enabled, until software clears it. */
export function drivesInterrupt(b: Builder, f: HeadWires, interrupt: Sig<Bool>, irq: Sig<Bool>): void {
  const events = cat(f.isrDone.asUInt(), f.isrReady.asUInt(), f.isrError.asUInt());
  b.assign(interrupt, f.gie.and(events.anyOne()));
  b.assign(irq, interrupt);
}

/** STATUS.STATE of a state that is one of `codes`; `idle` where it is none of them. */
export function stateCode<S extends string>(
  b: Builder,
  state: { is(name: S): Sig<Bool> },
  codes: Readonly<Record<S | 'idle', number>>,
  names: readonly S[],
): Sig<UInt> {
  return names.reduce<Sig<UInt>>(
    (other, name) => state.is(name).mux(b.constant(uint(3), codes[name]), other),
    b.constant(uint(3), codes.idle),
  );
}

/** The registers NAME_LO and NAME_HI as one address; gives the wires to connect. */
export function addressWires(b: Builder, name: string, address: Sig<UInt>): Record<string, Sig<UInt>> {
  const [low, high] = [b.wire(`${name}Low`, uint(32)), b.wire(`${name}High`, uint(32))];
  b.assign(address, cat(high, low));
  return { [`${name}_lo`]: low, [`${name}_hi`]: high };
}
