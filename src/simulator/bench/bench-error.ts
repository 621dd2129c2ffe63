/** A test bench that failed: the cycle, who failed, the reason, and the waves up to there. */
import { HeddleError } from '../../base/diagnostics.js';

export interface BenchFailure {
  readonly top: string;
  /** The cycle whose values were looked at. */
  readonly cycle: number;
  /** Process, monitor or task. */
  readonly who: string;
  readonly cause: unknown;
  /** Waveform as text. */
  readonly wave?: string;
  /** Value change dump of the window, where one was asked for. */
  readonly file?: string;
}

export class BenchError extends HeddleError {
  readonly cycle: number;
  readonly who: string;

  constructor({ top, cycle, who, cause, wave, file }: BenchFailure) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      {
        code: 'H1122',
        message: `${top}: cycle ${cycle}, ${who}: ${reason}`,
        places: [
          ...(wave === undefined ? [] : [{ text: `waves\n${wave}` }]),
          ...(file === undefined ? [] : [{ file, text: 'the same cycles for a viewer' }]),
        ],
      },
      1,
    );
    this.name = 'BenchError';
    this.cause = cause;
    this.cycle = cycle;
    this.who = who;
  }
}
