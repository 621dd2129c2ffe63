/** The executable forms of a module that lockstep compares. */
import type { Simulation } from '../simulator/simulation.js';
import type { VerilatorBuild } from './verilator-build.js';
import { VerilatorModel } from './verilator-model.js';

/** One executable form of the module under test. */
export interface Participant {
  readonly name: string;
  /**
   * `exact`: all outputs equal those of the leader in every cycle. `handshake`: valid and ready always, payload while
   * valid; from the first reset on. For cycle models and for models with random initial state.
   */
  readonly compare: 'exact' | 'handshake';
  /** A fresh instance in its initial state. */
  create(): Simulation;
}

/**
 * Verilator's model. With a seed its registers, memories and X start at random, so it is compared on handshakes only;
 * without one it starts at zero like the built-in simulator.
 */
export function verilatorParticipant(build: VerilatorBuild, seed = 0): Participant {
  const name = seed === 0 ? 'verilator' : `verilator-x${seed}`;
  return { name, compare: seed === 0 ? 'exact' : 'handshake', create: () => new VerilatorModel(build, { seed }) };
}
