/** The ports of `engine_core` as a job drives them: numbers, and wide data as words of 32 bits. */
import type { PlayedPort, Player, PlayerOptions, Simulation } from '../simulator/index.js';

/** A simulation that runs jobs. The built-in simulator is one as it is. */
export interface DrivenCore extends Pick<Simulation, 'ports' | 'poke' | 'settle' | 'tick'> {
  port(name: string): PlayedPort;
  /** Where the simulation can play streams by itself. */
  player?(options: PlayerOptions): Player;
}

/** Any other form of the circuit (Verilator's, a model), whose ports are bigints. */
export function drivenCore(sim: Simulation): DrivenCore {
  const widths = new Map(sim.ports.map(({ name, width }) => [name, width]));
  return {
    ports: sim.ports,
    poke: (port, value) => sim.poke(port, value),
    settle: () => sim.settle(),
    tick: () => sim.tick(),
    port(name) {
      const words = Math.ceil((widths.get(name) ?? 0) / 32);
      return {
        setNumber: (value) => sim.poke(name, value),
        getNumber: () => Number(sim.peek(name)),
        setWords(from, at) {
          let value = 0n;
          for (let k = words - 1; k >= 0; k--) value = (value << 32n) | BigInt(from[at + k] ?? 0);
          sim.poke(name, value);
        },
        getWords(to, at) {
          let value = sim.peek(name);
          for (let k = 0; k < words; k++, value >>= 32n) to[at + k] = Number(value & 0xffffffffn);
        },
      };
    },
  };
}
