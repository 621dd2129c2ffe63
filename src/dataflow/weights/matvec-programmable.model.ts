import type { Image } from '../../circuit/module.js';
import type { AccessRequest, AccessResponse } from '../../blocks/axi/access-port.model.js';
import type { Channel, CycleModel } from '../../simulator/cycle-model.js';
import type { Arithmetic } from '../stages/arithmetic.js';
import { MatvecModel } from '../stages/matvec.model.js';
import type { MatvecSizes } from '../stages/matvec-rows.js';
import { type ProgrammableSizes, storeSizes } from './matvec-programmable.js';
import { WeightStoreModel } from './weight-store.model.js';

/** Cycle model of the programmable matrix-vector units: a unit whose every step reads its word from a store. */
export class MatvecProgrammableModel implements CycleModel {
  readonly #store: WeightStoreModel;
  readonly #unit: MatvecModel;

  constructor(
    input: Channel<bigint>,
    output: Channel<bigint>,
    requests: Channel<AccessRequest>,
    responses: Channel<AccessResponse>,
    arithmetic: Arithmetic,
    sizes: MatvecSizes & ProgrammableSizes,
    images: { readonly WEIGHTS: Image },
  ) {
    const store = new WeightStoreModel(requests, responses, storeSizes(sizes), images);
    this.#store = store;
    this.#unit = new MatvecModel(input, output, arithmetic, sizes, {
      words: [0n],
      available: () => true,
      settle: () => undefined,
      take: (step, rows) => {
        rows.load(0, store.read(step));
        return 0;
      },
    });
  }

  /** Steps made since reset. */
  get busy(): number {
    return this.#unit.busy;
  }

  settle(): void {
    this.#store.settle();
    this.#unit.settle();
  }

  tick(): void {
    this.#unit.tick();
    this.#store.tick();
  }

  reset(): void {
    this.#unit.reset();
    this.#store.reset();
  }
}
