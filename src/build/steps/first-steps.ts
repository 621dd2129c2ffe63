/** Import and check: the steps that both back ends begin with. */
import { hashOf, need, type Step } from '../run-steps.js';
import { checkStep, describeCheck, type Checked } from './check.js';
import { describeImport, importStep, type Imported } from './import.js';

interface FirstResults {
  readonly import?: Imported;
  readonly check?: Checked;
}

export const firstSteps: Readonly<Record<'import' | 'check', Step<FirstResults>>> = {
  import: {
    run: (_, options) => importStep(options),
    describe: (done) => describeImport(need(done.import)),
    depends: ({ model, numerics, input, inputScale, seed, explain }) => [
      ...(explain === true ? ['explain'] : []),
      hashOf(model),
      numerics === 'qkeras' ? numerics : hashOf(numerics),
      hashOf(input),
      inputScale ?? null,
      String(seed),
    ],
  },
  check: {
    run: (done) => checkStep(need(done.import)),
    describe: (done) => describeCheck(need(done.check)),
    depends: () => null,
  },
};
