/**
 * How long work shows itself: numbered steps, one line each, with the time they took.
 *
 * Rendering is pure ({@link renderStep}); {@link Progress} only decides when to write. On a terminal the running step is
 * redrawn in place; elsewhere a finished step is one plain line, and a long step speaks up now and then.
 */

/** `live` redraws one line in place, `plain` writes whole lines, `silent` writes nothing. */
export type ProgressMode = 'live' | 'plain' | 'silent';

export interface ProgressStyle {
  readonly mode: ProgressMode;
  readonly color: boolean;
  /** Columns of the terminal; lines of a live display never exceed them. */
  readonly columns: number;
}

export interface ProgressSurroundings {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly quiet?: boolean | undefined;
  /** Value of `--json`: `-` gives standard output to the JSON text, so that progress keeps silent. */
  readonly json?: string | undefined;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

/** What suits the stream and the wishes of the user. */
export function progressStyle(surroundings: ProgressSurroundings): ProgressStyle {
  const { isTTY, columns, env, quiet, json } = surroundings;
  const isTerminal = isTTY === true && env['TERM'] !== 'dumb';
  const inCi = isSet(env['CI']) && env['CI'] !== 'false';
  const speaking: ProgressMode = isTerminal && !inCi ? 'live' : 'plain';
  return {
    mode: quiet === true || json === '-' ? 'silent' : speaking,
    color: isTerminal && !inCi && !isSet(env['NO_COLOR']),
    columns: columns ?? 90,
  };
}

export interface StepLine {
  /** Counted from 1. */
  readonly index: number;
  readonly total: number;
  readonly name: string;
  readonly detail: string;
  readonly seconds: number;
  readonly state: 'running' | 'done' | 'failed';
}

/** Column at which the names of steps end. */
const nameWidth = 10;
/** Where the time ends on a wide terminal and in files. */
const fullWidth = 90;

/** `0.1 s`, `75.3 s`, `12 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 600) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

const dim = (text: string): string => `\x1b[2m${text}\x1b[22m`;
const red = (text: string): string => `\x1b[31m${text}\x1b[39m`;

/** One step as one line without its line end: `[2/6] check      shapes, ranges      0.0 s`. */
export function renderStep(step: StepLine, style: Pick<ProgressStyle, 'mode' | 'color' | 'columns'>): string {
  const number = `[${String(step.index).padStart(String(step.total).length)}/${step.total}]`;
  const ending = step.state === 'failed' ? 'failed' : step.state === 'running' && step.detail === '' ? '...' : '';
  const detail = [step.detail, ending].filter((part) => part !== '').join(' ');
  const time = formatSeconds(step.seconds);
  const left = `${number} ${step.name.padEnd(nameWidth)} ${detail}`;
  // One column stays free: a full line would wrap on some terminals.
  const width = style.mode === 'live' ? Math.max(20, Math.min(fullWidth, style.columns - 1)) : fullWidth;
  const room = width - time.length - 2;
  const text = style.mode === 'live' && left.length > room ? `${left.slice(0, room - 1)}…` : left.padEnd(room);
  if (!style.color) return `${text}  ${time}`;
  return `${step.state === 'failed' ? red(text) : text}  ${dim(time)}`;
}

export interface ProgressOptions {
  readonly total: number;
  readonly style: ProgressStyle;
  readonly write: (text: string) => void;
  /** Milliseconds; default the system's monotonic clock. */
  readonly now?: () => number;
  /** Milliseconds between redraws of a live line (default 100) and between signs of life in plain text (default 30 s). */
  readonly redrawEvery?: number;
  readonly speakEvery?: number;
}

/** A running step; exactly one of {@link done} and {@link failed} ends it. */
export interface ProgressStep {
  /** Tells what is going on: `epoch 3 of 8`. Cheap to call often. */
  update(detail: string): void;
  /** Ends the step; `detail` says what came out. */
  done(detail?: string): void;
  failed(detail?: string): void;
}

const eraseLine = '\r\x1b[2K';

export class Progress {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  #index = 0;
  #current: { name: string; detail: string; since: number; shown: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Begins the next step; one at a time. */
  start(name: string, detail = ''): ProgressStep {
    if (this.#current) throw new Error(`progress: step ${this.#current.name} is still running`);
    this.#index++;
    const since = this.#now();
    const current = { name, detail, since, shown: since };
    this.#current = current;
    if (this.#options.style.mode === 'live') {
      this.#redraw();
      // Keeps the seconds running while the step waits for something; never keeps the process alive.
      this.#timer = setInterval(() => this.#redraw(), 500);
      this.#timer.unref();
    }
    const end = (state: 'done' | 'failed', text = current.detail): void => {
      if (this.#current !== current) return;
      current.detail = text;
      this.#end(state);
    };
    return {
      update: (text) => {
        if (this.#current !== current) return;
        current.detail = text;
        this.#touch();
      },
      done: (text) => end('done', text),
      failed: (text) => end('failed', text),
    };
  }

  /** Runs `work` as one step; its detail is what `describe` makes of the result. A throw marks the step and goes on. */
  async run<T>(
    name: string,
    work: (step: ProgressStep) => T | Promise<T>,
    describe?: (result: T) => string,
  ): Promise<T> {
    const step = this.start(name);
    try {
      const result = await work(step);
      step.done(describe?.(result));
      return result;
    } catch (error) {
      step.failed();
      throw error;
    }
  }

  /** A line between the steps, or above the running one: a warning, a hint. */
  note(text: string): void {
    const { style, write } = this.#options;
    if (style.mode === 'silent') return;
    const isDrawn = style.mode === 'live' && this.#current !== undefined;
    write(`${isDrawn ? eraseLine : ''}${text}\n`);
    if (isDrawn) this.#redraw();
  }

  #line(state: StepLine['state']): string {
    const { name = '', detail = '', since = 0 } = this.#current ?? {};
    const seconds = (this.#now() - since) / 1000;
    const { total, style } = this.#options;
    return renderStep({ index: this.#index, total, name, detail, seconds, state }, style);
  }

  #redraw(): void {
    if (!this.#current) return;
    this.#current.shown = this.#now();
    this.#options.write(`${eraseLine}${this.#line('running')}`);
  }

  #touch(): void {
    const { style, write, redrawEvery = 100, speakEvery = 30_000 } = this.#options;
    if (!this.#current || style.mode === 'silent') return;
    const quietFor = this.#now() - this.#current.shown;
    if (style.mode === 'live') {
      if (quietFor >= redrawEvery) this.#redraw();
    } else if (quietFor >= speakEvery) {
      this.#current.shown = this.#now();
      write(`${this.#line('running')}\n`);
    }
  }

  #end(state: 'done' | 'failed'): void {
    clearInterval(this.#timer);
    const { style, write } = this.#options;
    const line = this.#line(state);
    this.#current = undefined;
    if (style.mode === 'silent') return;
    write(`${style.mode === 'live' ? eraseLine : ''}${line}\n`);
  }
}
