/** A module with plain ports in all its forms under one stimulus: WebAssembly, interpreter, cycle model and Verilator agree every cycle. */
import { expect } from 'vitest';
import type { Design } from '../../../src/circuit/index.js';
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import { designParticipants } from '../../../src/cosim/design-participants.js';
import type { TextFile } from '../../../src/cosim/verilator-build.js';
import type { PortModel, Ports } from '../../../src/engine/model/port-model.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { emitText } from '../../blocks/emit-text.js';

export interface PortsCase {
  readonly design: Design;
  readonly params: Readonly<Record<string, number>>;
  readonly model: () => PortModel;
  /** Inputs of a cycle; `outputs` are those of the cycle before, for inputs that obey a protocol. */
  readonly drive: (random: RandomStream, cycle: number, outputs: Ports) => Ports;
  readonly cycles: number;
  /** Cycles in which reset is asserted, beside the first. */
  readonly resets?: readonly number[];
  readonly verilator?: boolean;
  /** Files of external modules, for Verilator. */
  readonly files?: readonly TextFile[];
  readonly seed?: bigint;
}

/** Runs all forms side by side; a difference names cycle, form, port and seed. Returns what the model put out. */
export async function expectPortsAgree(one: PortsCase): Promise<Ports[]> {
  const { design, params, cycles, resets = [], seed = 1n } = one;
  const { participants } = await designParticipants({
    ...{ design, params, text: one.verilator === true ? [...emitText(design), ...(one.files ?? [])] : undefined },
  });
  let forms = [
    { name: 'wasm', sim: compile(elaborate(design, { params })) },
    ...participants.map((participant) => ({ name: participant.name, sim: participant.create() })),
  ];
  const model = one.model();
  const random = randomStream(seed, design.top);
  const [first] = forms;
  const hasReset = first!.sim.ports.some(({ name }) => name === 'aresetn');
  const seen: Ports[] = [];
  let outputs: Ports = {};
  model.reset({});
  for (let cycle = 0; cycle < cycles; cycle++) {
    // The interpreter is the oracle of the compiled simulator and slow: it goes along for a while.
    if (cycle === 250) forms = forms.filter(({ name }) => name !== 'simulator');
    const inReset = hasReset && (cycle === 0 || resets.includes(cycle));
    const inputs = one.drive(random, cycle, outputs);
    for (const { sim } of forms) {
      if (hasReset) sim.poke('aresetn', inReset ? 0 : 1);
      for (const [port, value] of Object.entries(inputs)) sim.poke(port, value);
      sim.settle();
    }
    outputs = model.settle(inputs);
    if (cycle > 0 || !hasReset) {
      for (const { name, sim } of forms) {
        for (const [port, value] of Object.entries(outputs)) {
          const got = sim.peek(port);
          if (got !== value)
            expect.fail(
              `cycle ${cycle}, seed ${seed}: ${name} has ${port} = ${got}, the model ${value}, ${JSON.stringify(params)}`,
            );
        }
      }
    }
    seen.push(outputs);
    for (const { sim } of forms) sim.tick();
    if (inReset) model.reset(inputs);
    else model.tick(inputs);
  }
  return seen;
}
