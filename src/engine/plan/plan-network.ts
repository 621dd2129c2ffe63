/** The plan of a whole network: which tensor lies where, which layer runs when. Plain data that a person can read and edit. */
import { HeddleError } from '../../base/diagnostics.js';
import { Engine } from '../config.js';
import { engineDiagnostic, engineError } from '../errors.js';
import type { EngineLayer, Size } from '../layer.js';
import type { PassPlan } from '../passes.js';
import { extentOf, placeTensor, type TensorPlace } from '../tensor-place.js';
import { allocate, type PlaceRequest } from './allocate.js';
import type { EngineNetwork, NetworkTensor } from './lower-stages.js';
import { planLayer } from './plan-layer.js';

/** Names the format in `engine.json`. */
export const planFormat = 'heddle engine plan';
export const planVersion = 1;

export interface PlannedTensor {
  readonly name: string;
  readonly size: Size;
  /** Place in the X-RAM; null: the tensor leaves through m_axis_y and is not read again. */
  readonly place: TensorPlace | null;
}

export interface PlannedLayer {
  readonly name: string;
  readonly op: EngineLayer['op'];
  readonly kernel: string;
  readonly input: string;
  readonly residual?: string;
  readonly output: string;
  /** Why the tensors are where they are, one sentence. */
  readonly note: string;
}

/** Everything that {@link passesOf} needs beside the weights. */
export interface EnginePlan {
  readonly format: typeof planFormat;
  readonly version: typeof planVersion;
  readonly network: string;
  readonly engine: ReturnType<Engine['toJSON']>;
  readonly input: string;
  readonly tensors: readonly PlannedTensor[];
  readonly layers: readonly PlannedLayer[];
}

/** A plan that keeps every tensor on the chip. Throws H2205 where one does not fit, H2206 where readers contradict each other. */
export function planNetwork(engine: Engine, network: EngineNetwork): EnginePlan {
  const requests = network.tensors.flatMap((tensor): PlaceRequest[] => requestOf(network, tensor));
  const { places, failed } = allocate(engine, requests);
  if (failed.length > 0)
    throw new HeddleError(
      failed.map((name) => {
        const request = requests.find((each) => each.name === name);
        const size = request?.size ?? { height: 0, width: 0, channels: 0 };
        const place = placeTensor(engine, size, { base: 0, group0: 0, phases: request?.phases ?? 1 });
        const { banks, words } = extentOf(engine, place);
        return engineDiagnostic(
          'H2205',
          name,
          `${size.height} x ${size.width} x ${size.channels} takes ${words} words of ${banks} banks, and there is no room beside what else is alive (XD=${engine.XD})`,
          'give the engine deeper banks (XD)',
        );
      }),
    );
  return {
    format: planFormat,
    version: planVersion,
    network: network.name,
    engine: engine.toJSON(),
    input: network.input,
    tensors: network.tensors.map(({ name, size }) => ({ name, size, place: places.get(name) ?? null })),
    layers: network.layers.map(({ layer, input, residual, output }) => ({
      name: layer.name,
      op: layer.op,
      kernel: `${layer.y.kernel}x${layer.x.kernel} stride ${layer.y.stride}x${layer.x.stride}`,
      input,
      ...(residual === undefined ? {} : { residual }),
      output,
      note: places.has(output)
        ? `${output} stays on the chip: it and all that is alive beside it fit into ${engine.XD} words a bank`
        : `${output} leaves the chip: nothing reads it`,
    })),
  };
}

/** How long a tensor lives and in which layout its readers want it; nothing for tensors that no layer reads. */
function requestOf(network: EngineNetwork, { name, size }: NetworkTensor): PlaceRequest[] {
  const { layers } = network;
  const written = layers.findIndex(({ output }) => output === name);
  const readers = layers.flatMap(({ layer, input, residual }, index) => [
    ...(input === name ? [{ index, layer, phases: layer.x.stride }] : []),
    ...(residual === name ? [{ index, layer: undefined, phases: 1 }] : []),
  ]);
  const [first] = readers;
  if (first === undefined) return [];
  const other = readers.find(({ phases }) => phases !== first.phases);
  if (other !== undefined)
    throw engineError(
      'H2206',
      name,
      `is read with horizontal strides of ${first.phases} and ${other.phases}, which need two layouts`,
    );
  return [
    {
      ...{ name, size, phases: first.phases, first: Math.max(0, written) },
      atBank0: readers.some(({ layer }) => layer !== undefined && layer.op !== 'dense'),
      last: Math.max(...readers.map(({ index }) => index)),
    },
  ];
}

/** The passes of every layer of a plan, layer by layer. Throws H2209 where plan and network do not belong together. */
export function passesOf(plan: EnginePlan, network: EngineNetwork): PassPlan[][] {
  const engine = Engine.fromJSON(plan.engine);
  const placeOf = (name: string, reader: string): TensorPlace => {
    const place = plan.tensors.find((tensor) => tensor.name === name)?.place;
    if (!place) throw engineError('H2209', reader, `reads ${name}, which has no place in the X-RAM`);
    return place;
  };
  return plan.layers.map((planned, index) => {
    const found = network.layers.find(({ layer }) => layer.name === planned.name);
    if (found === undefined) throw engineError('H2209', planned.name, 'the network has no layer of this name');
    const place = plan.tensors.find((tensor) => tensor.name === planned.output)?.place;
    const fromPort = planned.input === plan.input;
    return planLayer(engine, found.layer, {
      input: placeOf(planned.input, planned.name),
      ...(place ? { output: place } : {}),
      axis: !place,
      ...(planned.residual === undefined ? {} : { residual: placeOf(planned.residual, planned.name) }),
      ...(fromPort ? { tokens: 0 } : {}),
      flush: index > 0,
      last: index === plan.layers.length - 1,
    });
  });
}

/** A plan from JSON text. Throws H2209 for anything that is not one. */
export function readPlan(text: string): EnginePlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw engineError('H2209', 'engine.json', error instanceof Error ? error.message : String(error));
  }
  const plan = value as Partial<EnginePlan> | null;
  if (plan?.format !== planFormat || plan.version !== planVersion)
    throw engineError('H2209', 'engine.json', `is not a "${planFormat}" of version ${planVersion}`);
  if (!Array.isArray(plan.tensors) || !Array.isArray(plan.layers) || plan.engine === undefined)
    throw engineError('H2209', 'engine.json', 'tensors, layers or engine are missing');
  return plan as EnginePlan;
}
