/** How many beats the buffer of a sliding window must hold. */
import type { PatchOrder } from './sliding-window.js';
import { WindowOrder, type WindowSizes } from './window-order.js';

/** The least legal DEPTH: one window, from its first to its last element. With less, a patch would never be complete. */
export function leastWindowDepth({ W, FOLDS, KH, KW, DH, DW }: WindowSizes): number {
  return ((KH - 1) * DH * W + (KW - 1) * DW + 1) * FOLDS;
}

/**
 * The least DEPTH with which images pass at full rate, one every I = max(beats taken, patches * (beats of a patch + pause))
 * cycles, where input is always on offer and the reader rests for `pause` cycles after every patch. A matrix-vector unit with
 * NF row groups does so: pause = (NF - 1) * beats of a patch. For patches of one beat with a pause it may be one beat too deep.
 *
 * Not a formula but a schedule. One side never waits at full rate: where patches take longer, they are fetched without a gap
 * and every input beat comes as late as it can; where the input takes longer, it comes without a gap and every output beat
 * leaves as early as it can. Both leave the fewest beats in the buffer, and both repeat with period I. Times of beats are
 * bound by `later >= earlier + constant` only (`window-times.ts`): if a schedule of period I exists nothing is slower than I,
 * and with one beat less there is none.
 */
export function fullRateWindowDepth(sizes: WindowSizes, order: PatchOrder, pause = 0): number {
  const beats = new WindowOrder(sizes, order);
  const rests = beats.patches * (beats.patch + pause) < beats.taken;
  const { arrivals, begins } = rests ? earlyOutput(beats, pause) : lateInput(beats, beats.patch + pause);
  const forgotten = beats.forgotten();
  let depth = leastWindowDepth(sizes);
  // A patch makes room two cycles after the beat before it was fetched, the first patch of an image one cycle earlier.
  let patch = 0;
  arrivals.forEach((time, k) => {
    while ((begins[patch + 1] ?? Infinity) + ((patch + 1) % beats.patches === 0 ? 1 : 2) <= time) patch++;
    const floor = forgotten[patch % beats.patches] ?? 0;
    const image = Math.floor(patch / beats.patches) - before;
    depth = Math.max(depth, k + 1 - floor - image * beats.taken);
  });
  return depth;
}

interface Schedule {
  /** Cycle in which each beat of one image enters. */
  readonly arrivals: Float64Array;
  /** For each patch of that image, of `before` images in front of it and of the one behind it: when the beat before the patch is fetched. */
  readonly begins: Float64Array;
}

/** Images that may still be leaving when an image begins to enter. */
const before = 2;

/** Beat i of patch q is fetched at q * spacing + i; input as late as that allows. Time 0 is the first patch of the image. */
function lateInput(beats: WindowOrder, spacing: number): Schedule {
  const { taken, given, patch, patches } = beats;
  const interval = patches * spacing;
  const due = new Float64Array(taken).fill(Infinity);
  for (let j = given - 1; j >= 0; j--) {
    const beat = beats.awaited(j);
    if (beat >= 0) due[beat] = Math.min(due[beat] ?? 0, Math.floor(j / patch) * spacing + (j % patch) - 1);
  }
  // The image behind it first: what it waits for may push the image itself forward.
  const arrivals = new Float64Array(taken);
  let next = Infinity;
  for (const start of [interval, 0]) {
    for (let k = taken - 1; k >= 0; k--) arrivals[k] = next = Math.min(next - 1, start + (due[k] ?? 0));
  }
  const begins = Float64Array.from(
    { length: (before + 2) * patches },
    (_, q) => (q - 1 - before * patches) * spacing + patch - 1,
  );
  return { arrivals, begins };
}

/** Beat k enters at k; output as early as that allows. Time 0 is the first beat of the first image. */
function earlyOutput(beats: WindowOrder, pause: number): Schedule {
  const { taken, given, patch, patches } = beats;
  const begins = new Float64Array((before + 2) * patches);
  let last = -Infinity;
  for (let j = 0; j < (before + 2) * given; j++) {
    const image = Math.floor(j / given);
    const beat = beats.awaited(j - image * given);
    if (j % patch === 0) begins[j / patch] = last;
    const free = last + 1 + (j % patch === 0 ? pause : 0);
    last = beat < 0 ? free : Math.max(free, image * taken + beat + 1);
  }
  return { arrivals: Float64Array.from({ length: taken }, (_, k) => before * taken + k), begins };
}
