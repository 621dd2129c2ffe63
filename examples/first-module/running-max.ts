/** A first module of your own: described once, printed as SystemVerilog and simulated. Run it: see README.md. */
import { bool, buildDesign, defineModule, input, natParam, output, uint } from '../../src/hdl/index.js';
import { createSimulation } from '../../src/simulator/index.js';
import { emitDesign } from '../../src/verilog/index.js';

const RunningMax = defineModule({
  name: 'running_max',
  doc: 'greatest value since reset\n\nLatency 1 cycle.',
  params: { W: natParam({ default: 8, min: 1, doc: 'width of a value' }) },
  ports: ({ W }) => ({ valid: input(bool()), value: input(uint(W)), max: output(uint(W)) }),
  body(b, { valid, value, max }, { W }) {
    const best = b.reg('best', uint(W).doc('greatest so far').reset(0));
    b.when(valid.and(value.gt(best)), () => b.next(best, value));
    b.assign(max, best);
  },
});

const design = buildDesign(RunningMax);
console.log(emitDesign(design)[0]?.text);
const sim = createSimulation(design, { params: { W: 12 } });
sim.poke('aresetn', 1);
sim.poke('valid', 1);
for (const value of [7, 3000, 20, 4001, 9]) {
  sim.poke('value', value);
  sim.tick();
  sim.settle();
  console.log(`value ${value}, max ${sim.peek('max')}`);
}
