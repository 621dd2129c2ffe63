/** Code of rings: the shift, and putting windows back. The variable of a ring is the byte in its window where element 0 is. */
import { copyBytes } from './bytes.js';
import type { EmitContext, Shared } from './emit-context.js';
import type { ModuleWriter } from './encode.js';
import { FunctionWriter, I32, OP } from './function.js';
import type { PlacedRing } from './layout.js';

/** One shift. The element that gets no new value keeps its old one. There is room: `emitRoom` has seen to it. */
export function emitShift(c: EmitContext, ring: PlacedRing): void {
  const { f } = c;
  const { window, variable, step, bytes, down } = ring;
  const [from, to] = [f.local(I32), f.local(I32)];
  f.i32(0).mem('i32_load', variable).tee(from);
  f.i32(down ? step : -step)
    .op(OP.i32.add)
    .set(to);
  const offset = window + (down ? bytes - step : 0);
  copyBytes(c, { local: to, offset }, { local: from, offset }, step);
  f.i32(0).get(to).mem('i32_store', variable);
}

/** A function that puts the elements of a ring back to where everybody expects them, and clears the rest of the window. */
export function defineRewind(module: ModuleWriter, ring: PlacedRing): number {
  const { window, variable, home, bytes, room, down } = ring;
  const f = new FunctionWriter(0);
  f.i32(0).mem('i32_load', variable).i32(home).op(OP.i32.ne);
  f.if(() => {
    f.i32(window + home)
      .i32(0)
      .mem('i32_load', variable)
      .i32(window)
      .op(OP.i32.add)
      .i32(bytes)
      .memoryCopy();
    f.i32(window + (down ? bytes : 0))
      .i32(0)
      .i32(room)
      .memoryFill();
    f.i32(0).i32(home).mem('i32_store', variable);
  });
  const index = module.declare([], []);
  module.define(index, f.finish());
  return index;
}

/** Calls `rewind` where the window has no room for one more shift. */
export function emitRoom(f: FunctionWriter, ring: PlacedRing, rewind: number): void {
  f.i32(0).mem('i32_load', ring.variable);
  if (ring.down) f.i32(ring.room).op(OP.i32.eq);
  else f.op(OP.i32.eqz);
  f.if(() => void f.call(rewind));
}

/** The rings of a circuit as they lie in memory. */
export const placedRings = (shared: Pick<Shared, 'layout'>): PlacedRing[] =>
  shared.layout.slots.flatMap((s) => (s.ring === undefined ? [] : [s.ring]));
