/** What the tops of the engine have in common: a core that its control can hold in reset, and what the control hears of it. */
import {
  type AnySig,
  bool,
  type Builder,
  bundle,
  nat,
  type NatExpr,
  natGe,
  requirement,
  type Sig,
  type Stream,
  uint,
} from '../../hdl/index.js';
import { engineParameters } from '../config.js';
import { shownParameters } from './control.js';
import { type engineCore, engineRequirements } from './engine.js';

export type EngineCoreModule = ReturnType<typeof engineCore>;
type Sizes = Readonly<Record<string, NatExpr>>;
type Flag = Sig<ReturnType<typeof bool>>;

const beat = (width: NatExpr) => bundle({ tdata: uint(width), tlast: bool() });

/** A stream of the core: `width` bits and tlast. */
export const coreStream = (b: Builder, name: string, width: NatExpr) => b.stream(name, beat(width));
type CoreStream = Stream<ReturnType<typeof beat>>;

/** Values of the parameters that registers show; those that `sizes` lacks are those of the core itself. */
export const shownSizes = (core: EngineCoreModule, sizes: Sizes): Sizes =>
  Object.fromEntries(
    shownParameters.map((name) => [name, sizes[name] ?? nat(name === 'DW' && core.name.includes('_dw') ? 1 : 0)]),
  );

/** Requirements of a top. The limits stand in front: the proofs about the control look for them first. */
export const topRequirements = (core: EngineCoreModule, sizes: Sizes) => [
  requirement(natGe(2 ** 31 - 1, sizes['BUILD']!), 'limit of BUILD'),
  ...shownParameters.flatMap((name) =>
    sizes[name] === undefined ? [] : [requirement(natGe(engineParameters[name].max, sizes[name]), `limit of ${name}`)],
  ),
  ...engineRequirements(sizes, core.params.WB),
];

interface CorePorts {
  /** What the control says. */
  readonly resetn: Flag;
  readonly enable: Flag;
  readonly weights: CoreStream;
  readonly pixels: CoreStream;
  readonly results: CoreStream;
}

/** Places the core; gives connections of its control. */
export function heldCore(
  b: Builder,
  core: EngineCoreModule,
  sizes: Sizes,
  { resetn, enable, weights, pixels, results }: CorePorts,
): Readonly<Record<string, AnySig>> {
  const q = b.instance(
    'core',
    core,
    sizes,
    { enable, s_axis_w: weights, s_axis_x: pixels, m_axis_y: results },
    { reset: resetn },
  );
  b.unused('conflict', q.conflict);
  return {
    ...{ core_resetn: resetn, enable, weights_moved: weights.fire, pixels_moved: pixels.fire },
    ...{ running: q.running, step: q.step, stalled: q.stalled, passes_done: q.passes_done, done: q.done },
    ...{ sending: q.sending, error_code: q.error_code, error_rule: q.error_rule, error_place: q.error_place },
    ...{ error_header: q.error_header, x_error: q.x_error, fault: q.fault },
  };
}
