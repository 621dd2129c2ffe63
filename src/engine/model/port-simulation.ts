/** A model with plain ports in the form that benches drive. */
import type { PortInfo, Simulation } from '../../simulator/index.js';
import type { PortModel, Ports } from './port-model.js';

/** Outputs that the model leaves out are 0. Memories keep what they have in reset. */
export class PortSimulation implements Simulation {
  readonly #inputs: Record<string, bigint> = {};
  readonly #widths: ReadonlyMap<string, number>;
  #outputs: Ports | undefined;

  /** @param ports those of the circuit, data and reset */
  constructor(
    readonly model: PortModel,
    readonly ports: readonly PortInfo[],
    readonly reset = 'aresetn',
  ) {
    this.#widths = new Map(ports.filter(({ dir }) => dir === 'input').map(({ name, width }) => [name, width]));
    for (const name of this.#widths.keys()) this.#inputs[name] = 0n;
  }

  poke(port: string, value: bigint | number): void {
    this.#inputs[port] = BigInt.asUintN(this.#widths.get(port) ?? 1, BigInt(value));
    this.#outputs = undefined;
  }

  peek(port: string): bigint {
    return this.#inputs[port] ?? this.#settled()[port] ?? 0n;
  }

  settle(): void {
    this.#settled();
  }

  tick(): void {
    if (this.#inputs[this.reset] === 0n) this.model.reset(this.#inputs);
    else {
      this.#settled();
      this.model.tick(this.#inputs);
    }
    this.#outputs = undefined;
  }

  #settled(): Ports {
    return (this.#outputs ??= this.model.settle(this.#inputs));
  }
}
