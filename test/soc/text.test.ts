/** The text of the modules around the cores, as golden files; `dataflow-top.test.ts` has it read by other tools. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildDesign, type ModuleTemplate, type ParamSpecs } from '../../src/hdl/index.js';
import { makeDataflowControl } from '../../src/soc/dataflow-control.js';
import { emitDesign } from '../../src/verilog/index.js';

const modules = [
  ...(['stream', 'mapped'] as const).flatMap((memory) =>
    [false, true]
      .filter((programmable) => memory === 'stream' || !programmable)
      .map((programmable) => makeDataflowControl({ memory, programmable })),
  ),
] as unknown as readonly ModuleTemplate<ParamSpecs, never>[];

it.each(modules.map((each) => [each.name, each] as const))('%s is the golden text', async (name, template) => {
  const file = emitDesign(buildDesign(template)).find((each) => each.name === `${name}.sv`);
  await expect(file!.text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${name}.sv`));
});
