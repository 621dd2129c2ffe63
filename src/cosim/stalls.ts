/**
 * Stall patterns: when a side of a stream is willing to move a beat, as plain data and as generators.
 *
 * Twelve kinds for either side, each an independent stream of one seed. A pattern says only whether its side is open in a
 * cycle; the stream drivers keep the protocol (valid is held until the transfer, low in reset). A source never sees
 * ready: it knows only its own transfers. A sink sees the valid and last of its stream.
 */
import { HeddleError } from '../base/diagnostics.js';
import type { RandomStream } from '../base/random.js';

export const stallKinds = [
  /** Always open. */
  'none',
  /** Closed for a long first stretch, then always open. */
  'never',
  /** Opens before the other side shows up: open after a random pause, until one beat has moved. */
  'before',
  /** Sink: opens a random time after valid is seen. Source: shows up a random time after its last transfer. */
  'after',
  /** Open with a probability, every cycle anew. */
  'bernoulli',
  /** Runs of random length, open and closed (a two-state Markov chain). */
  'bursty',
  /** Open k of every n cycles. */
  'periodic',
  /** Closed for at least twice the capacity, again and again. */
  'long',
  /** Every other cycle: sinks in even cycles, sources in odd ones. */
  'alternate',
  /** Open for single cycles, far apart. */
  'pulse',
  /** Closed exactly when the beat on offer ends a packet, for a while. */
  'last',
  /** Sink: closed because valid was high, open because it was low. Source: pauses because a beat has just moved. */
  'adversary',
] as const;
export type StallKind = (typeof stallKinds)[number];

/** One side's pattern. */
export type Stall =
  | { readonly kind: Exclude<StallKind, 'bernoulli'> }
  /** `p` is the probability of stalling in a cycle. */
  | { readonly kind: 'bernoulli'; readonly p: number };

/** Both sides of every stream of a run. */
export interface StallPair {
  readonly source: Stall;
  readonly sink: Stall;
}

/** What a side may know in a cycle. */
export interface SideView {
  /** A beat moved at the last edge. */
  readonly fired: boolean;
  /** Sinks only: valid of the last cycle. Sources always see false. */
  readonly seen: boolean;
  /** A beat that ends a packet is on offer: to a sink now, of a source next. */
  readonly last: boolean;
}

/** Whether the side is open in this cycle; called once per cycle outside reset. */
export type StallGenerator = (view: SideView) => boolean;

export interface StallContext {
  readonly side: 'source' | 'sink';
  readonly random: RandomStream;
  /** Beats that the module can hold; stretches of `long` and `never` are longer than twice this. */
  readonly capacity: number;
}

/** Mean pause of the kinds that wait a random time. */
const pause = (random: RandomStream): number => 1 + random.nextInt(6);

/** Open until a beat has moved, then closed for a random pause that starts when `armed`. */
function oneBeat(random: RandomStream, lowest: number, armed: (view: SideView) => boolean): StallGenerator {
  let waiting = lowest + random.nextInt(6);
  let counting = false;
  return (view) => {
    if (view.fired) {
      waiting = lowest + random.nextInt(6);
      counting = false;
    }
    counting ||= armed(view);
    if (waiting === 0) return true;
    if (counting) waiting--;
    return false;
  };
}

function adversary(context: StallContext): StallGenerator {
  const { random, side } = context;
  let patience = pause(random);
  return ({ fired, seen }) => {
    if (fired) patience = pause(random);
    if (side === 'source') return !(fired && random.nextInt(4) !== 0);
    if (!seen) return true;
    // Valid is being held: refuse it for a while, then give in once.
    if (fired) return false;
    return --patience <= 0;
  };
}

/** Starts a pattern. */
export function stallGenerator(stall: Stall, context: StallContext): StallGenerator {
  const { random, capacity, side } = context;
  const stretch = 2 * capacity + 8;
  let cycle = 0;
  switch (stall.kind) {
    case 'none':
      return () => true;
    case 'never':
      return () => cycle++ >= stretch;
    case 'before':
      return oneBeat(random, 0, () => true);
    case 'after':
      return oneBeat(random, 1, ({ seen }) => side === 'source' || seen);
    case 'bernoulli': {
      const open = Math.max(1 - stall.p, 1 / 64);
      return () => random.nextFloat() < open;
    }
    case 'bursty': {
      const mean = [2, 4, 16][random.nextInt(3)] ?? 4;
      let open = random.nextInt(2) === 0;
      return () => {
        if (random.nextInt(mean) === 0) open = !open;
        return open;
      };
    }
    case 'periodic': {
      const n = 2 + random.nextInt(7);
      const k = 1 + random.nextInt(n - 1);
      return () => cycle++ % n < k;
    }
    case 'long': {
      let left = 1 + random.nextInt(2 * capacity + 2);
      let open = true;
      return () => {
        if (left-- === 0) {
          open = !open;
          left = open ? random.nextInt(2 * capacity + 2) : stretch + random.nextInt(capacity + 1);
        }
        return open;
      };
    }
    case 'alternate':
      return () => (cycle++ & 1) === (side === 'sink' ? 0 : 1);
    case 'pulse': {
      let left = random.nextInt(16);
      return () => {
        if (left-- > 0) return false;
        left = 4 + random.nextInt(16);
        return true;
      };
    }
    case 'last': {
      let left = pause(random);
      return ({ fired, last }) => {
        if (fired) left = pause(random);
        return !last || left-- <= 0;
      };
    }
    case 'adversary':
      return adversary(context);
  }
}

/** The twelve kinds as they run in a cross; the probability comes from the seed. */
export function everyStall(random: RandomStream): Stall[] {
  const probabilities = [0.05, 0.25, 0.5, 0.75, 0.95];
  return stallKinds.map((kind) =>
    kind === 'bernoulli' ? { kind, p: probabilities[random.nextInt(probabilities.length)] ?? 0.5 } : { kind },
  );
}

/** All 144 pairs. */
export function crossStalls(random: RandomStream): StallPair[] {
  return everyStall(random).flatMap((source) => everyStall(random).map((sink) => ({ source, sink })));
}

function parseSide(text: string): Stall {
  if (text === 'bernoulli') return { kind: 'bernoulli', p: 0.5 };
  const kind = stallKinds.find((name) => name === text);
  if (kind !== undefined && kind !== 'bernoulli') return { kind };
  const p = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
  if (p >= 0 && p <= 1) return p === 0 ? { kind: 'none' } : { kind: 'bernoulli', p };
  throw new HeddleError({
    code: 'H5020',
    message: `--stall ${text}: not a stall pattern`,
    places: [],
    fix: `one of ${stallKinds.filter((name) => name !== 'bernoulli').join(' ')} all, a probability of stalling 0.0 .. 1.0, or SOURCE/SINK`,
  });
}

/**
 * The command line's spelling: a name or a probability for both sides, `SOURCE/SINK` for one of each, `all` for the
 * cross. Probability 1 stalls in 63 of 64 cycles: a side that never opens proves nothing.
 */
export function parseStall(text: string, random: RandomStream): StallPair[] {
  if (text === 'all') return crossStalls(random);
  const [source = '', sink = source] = text.split('/');
  return [{ source: parseSide(source), sink: parseSide(sink) }];
}

/** The inverse of `parseStall` for one pair. */
export function formatStall({ source, sink }: StallPair): string {
  const side = (stall: Stall): string => (stall.kind === 'bernoulli' ? String(stall.p) : stall.kind);
  return side(source) === side(sink) ? side(source) : `${side(source)}/${side(sink)}`;
}
