/** The last step of the lowering: branches get a duplicate stage, and stages that read the one in front of them say nothing. */
import { inputName, type ElementType, type StageCommon } from './stage-types.js';
import type { Stage } from './stages.js';

interface Stream {
  readonly type: ElementType;
  readonly elements: number;
}

/** `stages` all carry `from`; `port` is the stream of the input port. Every stream has one reader in the result. */
export function connectStages(stages: readonly Stage[], port: Stream): Stage[] {
  const readers = new Map<string, number>();
  for (const stage of stages) for (const name of stage.from ?? []) readers.set(name, (readers.get(name) ?? 0) + 1);
  const forks = new Map<string, string>();
  const result: Stage[] = [];
  const fork = (name: string, origin: string, { type, elements }: Stream): void => {
    const copies = readers.get(name) ?? 0;
    if (copies < 2) return;
    const common: StageCommon = {
      ...{ name: `duplicate_${forks.size}`, origin, from: [name], inputs: elements, outputs: elements },
      ...{ input: type, output: type },
    };
    forks.set(name, common.name);
    result.push({ kind: 'duplicate', ...common, copies });
  };
  fork(inputName, inputName, port);
  for (const stage of stages) {
    const from = (stage.from ?? []).map((name) => forks.get(name) ?? name);
    result.push({ ...stage, from });
    fork(stage.name, stage.origin, { type: stage.output, elements: stage.outputs });
  }
  return result.map((stage, index) => {
    const { from = [], ...rest } = stage;
    const inFront = result[index - 1]?.name ?? inputName;
    return from.length === 1 && from[0] === inFront ? rest : stage;
  });
}
