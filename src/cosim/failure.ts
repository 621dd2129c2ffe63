/** What can go wrong in a run, as plain data; the first failure ends it. */
import type { Bits } from './access.js';

export interface PortValues {
  readonly port: string;
  /** One value per participant, in their order; undefined where the participant was not compared. */
  readonly values: readonly (Bits | undefined)[];
}

export interface Failure {
  /**
   * `difference`: participants disagree. `protocol`: a stream broke a rule. `scoreboard`: wrong beats came out.
   * `stuck`: work is left and nothing moves.
   */
  readonly kind: 'difference' | 'protocol' | 'scoreboard' | 'stuck';
  /** Name of the rule: `AXI4STREAM_ERRM_TDATA_STABLE`, `LOSS`; `DIFFERENCE` and `STUCK` for the kinds without several. */
  readonly rule: string;
  readonly cycle: number;
  readonly stream?: string;
  /** One sentence. */
  readonly message: string;
  /** Ports that differ. */
  readonly ports?: readonly PortValues[];
}
