/** What the function under construction knows about expressions, by their numbers. */
import { type Ex, isAffine } from '../elaborated.js';

/** An address: a local (absent for a constant address) plus an offset. */
export interface Address {
  readonly local?: number;
  readonly offset: number;
}

/** A value that is there already: a local with the number, or memory with the limbs. */
export type Cached = { readonly local: number } | { readonly address: Address };

/** Serves one function after the other: `begin` forgets everything without touching it. */
export class ValueTable {
  private counts = new Int32Array(0);
  private countedIn = new Int32Array(0);
  private values: (Cached | undefined)[] = [];
  /** Expressions with a value, those of inner scopes last, and what they had before. */
  private readonly log: { readonly id: number; readonly before: Cached | undefined }[] = [];
  private now = 0;

  /** Starts a function that computes `roots`; expressions have numbers below `count`. */
  begin(roots: readonly Ex[], count: number): void {
    this.leave(0);
    this.now++;
    if (count > this.counts.length) {
      this.counts = new Int32Array(count * 2);
      this.countedIn = new Int32Array(count * 2);
      // Nothing is remembered now. Filled, so that it stays a plain array.
      this.values = new Array<Cached | undefined>(count * 2).fill(undefined);
    }
    for (const root of roots) this.count(root);
  }

  private count(ex: Ex): void {
    if (this.countedIn[ex.id] === this.now) {
      this.counts[ex.id] = (this.counts[ex.id] ?? 0) + 1;
      return;
    }
    this.countedIn[ex.id] = this.now;
    this.counts[ex.id] = 1;
    switch (ex.op) {
      case 'const':
      case 'index':
        return;
      case 'load':
        if (ex.index.length > 0) for (const i of ex.index) if (!isAffine(i)) this.count(i.at);
        return;
      case 'slice':
      case 'convert':
      case 'unary':
        return this.count(ex.a);
      case 'mux':
        this.count(ex.cond);
        this.count(ex.a);
        return this.count(ex.b);
      case 'binary':
        this.count(ex.a);
        return this.count(ex.b);
      case 'cat':
        for (const part of ex.parts) this.count(part);
        return;
      case 'fold':
      case 'pack':
        return this.count(ex.body);
    }
  }

  /** How often `ex` is an operand or a root of the function. */
  get(ex: Ex): number | undefined {
    return this.countedIn[ex.id] === this.now ? this.counts[ex.id] : undefined;
  }

  cached(ex: Ex): Cached | undefined {
    return this.values[ex.id];
  }

  remember(ex: Ex, value: Cached): void {
    const { id } = ex;
    // Expressions made while code is written come after all others.
    while (this.values.length <= id) this.values.push(undefined);
    this.log.push({ id, before: this.values[id] });
    this.values[id] = value;
  }

  /** The place that `leave` goes back to. */
  enter(): number {
    return this.log.length;
  }

  /** Forgets what was remembered since `enter` gave `mark`. */
  leave(mark: number): void {
    while (this.log.length > mark) {
      const entry = this.log.pop();
      if (entry !== undefined) this.values[entry.id] = entry.before;
    }
  }
}
