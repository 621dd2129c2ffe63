/** What `build --explain` says: what each pass did, that the outputs stayed, and the integer stages that came of it. */
import type { PassProof } from '../build/pass-proof.js';
import type { Imported } from '../build/steps/import.js';
import type { Activation, ElementType, Stage } from '../network/stages.js';
import { grouped, table } from './lines.js';

const signed = (by: number): string => (by > 0 ? `+${by}` : `${by}`);

function passRow({ pass, before, after, operators, rewired, constants, difference, first }: PassProof): string[] {
  const done = [
    ...operators.map(({ op, by }) => `${signed(by)} ${op}`),
    ...(rewired > 0 ? [`${rewired} changed`] : []),
    ...(constants > 0 ? [`${constants} new constants`] : []),
  ];
  const equal = first === undefined ? `equal (${difference.toPrecision(2)})` : `differs first at [${first.join(', ')}]`;
  return [pass, `${before} > ${after}`, difference === 0 ? 'equal' : equal, done.join(', ') || 'nothing to do'];
}

function elementText(type: ElementType): string {
  return type.kind === 'bipolar' ? 'bipolar' : `${type.signed ? '' : 'u'}int${type.bits}`;
}

function shapeText(stage: Stage): string {
  switch (stage.kind) {
    case 'conv':
    case 'pool': {
      const { image, window } = stage;
      const channels = stage.kind === 'conv' ? stage.channels : image.channels;
      const input = `${image.height}x${image.width}x${image.channels}`;
      return `${input} > ${window.y.count}x${window.x.count}x${channels}`;
    }
    default:
      return `${grouped(stage.inputs)} > ${grouped(stage.outputs)}`;
  }
}

function activationText(activation: Activation): string {
  switch (activation.kind) {
    case 'none':
      return 'sums as they are';
    case 'thresholds':
      return `${activation.levels} thresholds${activation.perChannel ? ' a channel' : ''}`;
    case 'fixed':
      return `fixed point, ${activation.steps.length} ${activation.steps.length === 1 ? 'step' : 'steps'}`;
  }
}

function detail(stage: Stage): string {
  const closing = 'activation' in stage ? activationText(stage.activation) : '';
  switch (stage.kind) {
    case 'conv': {
      const { y, x } = stage.window;
      const groups = stage.groups === 1 ? '' : `, ${stage.groups} groups`;
      return `kernel ${y.kernel}x${x.kernel}, stride ${y.stride}x${x.stride}, weights ${elementText(stage.weight)}${groups}; ${closing}`;
    }
    case 'pool':
      return `${stage.reduce} of ${stage.window.y.kernel}x${stage.window.x.kernel}${stage.factors ? ', more weight at the border' : ''}; ${closing}`;
    case 'dense':
      return `weights ${elementText(stage.weight)}; ${closing}`;
    case 'duplicate':
      return `${stage.copies} copies`;
    case 'upsample':
      return `${stage.factorY}x${stage.factorX}`;
    case 'add':
    case 'elementwise':
      return closing;
    case 'argmax':
    case 'concat':
      return '';
  }
}

/** Tables of passes and stages. `folder` is where the graph files lie. */
export function explainBuild({ network, passes }: Imported, folder: string): string {
  const stages = network.stages.map((stage) => [
    stage.name,
    stage.origin,
    shapeText(stage),
    `${elementText(stage.input)} > ${elementText(stage.output)}`,
    detail(stage),
  ]);
  const note =
    passes.length === 0
      ? 'passes: none; the casts of the configuration are followed one by one'
      : table(['pass', 'nodes', 'output of a sample', 'what it did'], passes.map(passRow));
  const files = `${folder} holds the graph after each of them as ONNX (for Netron) and as SVG`;
  return [note, files, '', table(['stage', 'from', 'shape', 'codes', 'computes'], stages)].join('\n');
}
