/** Playing streams inside WebAssembly: offers, transfers, queues and notes of what changes, one loop over all cycles. */
import { ModuleWriter } from './encode.js';
import { FunctionWriter, I32, OP } from './function.js';

/** A value in memory. */
export interface Place {
  readonly address: number;
  readonly bytes: number;
}

/** One stream. Beats lie side by side, 2 ** `shift` bytes each, and their bytes of tlast side by side elsewhere. */
export interface PlayedLane {
  /** The circuit receives. */
  readonly sends: boolean;
  /** Addresses of one byte: the side that the player drives, and the one that it looks at. */
  readonly own: number;
  readonly other: number;
  readonly data: Place;
  /** Address of tlast. */
  readonly last: number | undefined;
  readonly shift: number;
  /** Draws below are pauses. */
  readonly pauseBelow: number;
  /** Address of this lane's variables. */
  readonly variables: number;
}

/** Variables of a lane, 32 bits each, at these distances. */
export const LANE = {
  /** Address of the beat that is offered or comes next, or of the place for it. */
  at: 0,
  /** Behind the last beat that waits, or behind the last place. */
  end: 4,
  offered: 8,
  beats: 12,
  first: 16,
  final: 20,
  /** Where the byte of tlast of a beat at `a` lies: at `a >>> shift` plus this. */
  lasts: 24,
} as const;
export const LANE_BYTES = 28;

/** Variables of the player itself. */
export const PLAYER = { cycles: 0, draw: 4, noteAt: 8, noteEnd: 12 } as const;
export const PLAYER_BYTES = 16;

export interface WatchedPlace extends Place {
  /** Bits that count. */
  readonly mask: number;
  /** Address of 32 bits: what it was. */
  readonly before: number;
}

export interface PlayerCode {
  readonly lanes: readonly PlayedLane[];
  readonly watched: readonly WatchedPlace[];
  /** Address of {@link PLAYER}'s variables. */
  readonly variables: number;
}

/**
 * A module whose `play(n)` plays n cycles, or fewer when a queue becomes empty, a place for beats or notes is the last one,
 * or a beat with tlast leaves; then it returns 1, else 0. It imports `cycle`, `settle`, and `rewind` for the end where there are rings.
 */
export function playerModule({ lanes, watched, variables }: PlayerCode, rings: boolean): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const cycle = module.importFunction('cycle', [], []);
  const settle = module.importFunction('settle', [], []);
  const rewind = rings ? module.importFunction('rewind', [], []) : undefined;
  const play = module.declare([I32], [I32]);
  const f = new FunctionWriter(1);
  const [done, stop, scratch] = [f.local(I32), f.local(I32), f.local(I32)];
  const load = (address: number): FunctionWriter => f.i32(0).mem('i32_load', address);
  const store = (address: number, value: () => void): void => {
    f.i32(0);
    value();
    f.mem('i32_store', address);
  };
  const count = (address: number): void => store(address, () => load(address).i32(1).op(OP.i32.add));
  const byte = (address: number): FunctionWriter => f.i32(0).mem('i32_load8_u', address);
  /** Pushes the address of tlast of the beat at `scratch`. */
  const lastOf = (lane: PlayedLane): FunctionWriter => {
    f.get(scratch).i32(lane.shift).op(OP.i32.shr_u);
    return load(lane.variables + LANE.lasts).op(OP.i32.add);
  };
  const raise = (): FunctionWriter => f.i32(1).set(stop);

  /** Pushes whether a lane that could go on does so; `able` says on the stack whether it could. */
  const willing = (lane: PlayedLane, able: () => void): void => {
    able();
    if (lane.pauseBelow === 0) return;
    const draw = variables + PLAYER.draw;
    f.if(
      () => {
        load(draw).set(scratch);
        for (const [by, op] of [
          [13, OP.i32.shl],
          [17, OP.i32.shr_u],
          [5, OP.i32.shl],
        ] as const)
          f.get(scratch).get(scratch).i32(by).op(op).op(OP.i32.xor).set(scratch);
        store(draw, () => f.get(scratch));
        f.get(scratch).i32(lane.pauseBelow).op(OP.i32.ge_u);
      },
      () => f.i32(0),
      I32,
    );
  };

  const offer = (lane: PlayedLane): void => {
    const of = (name: keyof typeof LANE): number => lane.variables + LANE[name];
    load(of('offered')).op(OP.i32.eqz);
    f.if(() => {
      willing(lane, () => {
        if (!lane.sends) f.i32(1);
        else {
          load(of('at'));
          load(of('end')).op(OP.i32.ne);
        }
      });
      f.set(scratch);
      f.i32(0).get(scratch).mem('i32_store8', lane.own);
      store(of('offered'), () => f.get(scratch));
      if (!lane.sends) return;
      f.get(scratch).if(() => {
        load(of('at')).set(scratch);
        forPieces(lane.data.bytes, (at, bytes) => {
          f.i32(0);
          f.get(scratch)
            .mem(LOADS[bytes], at)
            .mem(STORES[bytes], lane.data.address + at);
        });
        if (lane.last === undefined) return;
        f.i32(0);
        lastOf(lane).mem('i32_load8_u').mem('i32_store8', lane.last);
      });
    });
  };

  const move = (lane: PlayedLane): void => {
    const of = (name: keyof typeof LANE): number => lane.variables + LANE[name];
    load(of('offered'));
    byte(lane.other).op(OP.i32.and);
    f.if(() => {
      store(of('offered'), () => f.i32(0));
      count(of('beats'));
      store(of('final'), () => load(variables + PLAYER.cycles));
      load(of('first')).i32(0).op(OP.i32.lt_s);
      f.if(() => store(of('first'), () => load(variables + PLAYER.cycles)));
      load(of('at')).set(scratch);
      if (!lane.sends) {
        forPieces(lane.data.bytes, (at, bytes) => {
          f.get(scratch)
            .i32(0)
            .mem(LOADS[bytes], lane.data.address + at)
            .mem(STORES[bytes], at);
        });
        if (lane.last !== undefined) {
          lastOf(lane);
          byte(lane.last).mem('i32_store8');
          byte(lane.last).if(raise);
        }
      }
      f.get(scratch)
        .i32(1 << lane.shift)
        .op(OP.i32.add)
        .set(scratch);
      store(of('at'), () => f.get(scratch));
      f.get(scratch);
      load(of('end')).op(OP.i32.eq).if(raise);
    });
  };

  const look = (): void => {
    const value = (w: WatchedPlace): void => {
      f.i32(0).mem(w.bytes === 1 ? 'i32_load8_u' : w.bytes === 2 ? 'i32_load16_u' : 'i32_load', w.address);
      f.i32(w.mask).op(OP.i32.and);
    };
    load(variables + PLAYER.cycles).op(OP.i32.eqz);
    for (const w of watched) {
      value(w);
      load(w.before).op(OP.i32.ne, OP.i32.or);
    }
    f.if(() => {
      load(variables + PLAYER.noteAt).set(scratch);
      f.get(scratch);
      load(variables + PLAYER.cycles).mem('i32_store');
      watched.forEach((w, k) => {
        store(w.before, () => value(w));
        f.get(scratch);
        load(w.before).mem('i32_store', 4 * (k + 1));
      });
      f.get(scratch)
        .i32(4 * (watched.length + 1))
        .op(OP.i32.add)
        .set(scratch);
      store(variables + PLAYER.noteAt, () => f.get(scratch));
      f.get(scratch);
      load(variables + PLAYER.noteEnd)
        .op(OP.i32.eq)
        .if(raise);
    });
  };

  f.op(0x03, 0x40);
  for (const lane of lanes) offer(lane);
  f.call(settle);
  if (watched.length > 0) look();
  for (const lane of lanes) move(lane);
  f.call(cycle);
  count(variables + PLAYER.cycles);
  // Again unless something says stop or all are done.
  f.get(done).i32(1).op(OP.i32.add).tee(done).get(0).op(OP.i32.lt_u);
  f.get(stop).op(OP.i32.eqz, OP.i32.and).op(0x0d, 0, 0x0b);
  if (rewind !== undefined) f.call(rewind);
  f.get(stop);
  module.define(play, f.finish());
  module.export('play', play);
  return module.finish();
}

const LOADS = { 8: 'i64_load', 4: 'i32_load', 2: 'i32_load16_u', 1: 'i32_load8_u' } as const;
const STORES = { 8: 'i64_store', 4: 'i32_store', 2: 'i32_store16', 1: 'i32_store8' } as const;

/** Cuts bytes into pieces that one instruction moves. */
function forPieces(bytes: number, piece: (at: number, bytes: 1 | 2 | 4 | 8) => void): void {
  let at = 0;
  for (const size of [8, 4, 2, 1] as const) for (; at + size <= bytes; at += size) piece(at, size);
}
