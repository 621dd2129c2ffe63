/** Everything that is made of a planned chain: the circuit, its text, the shell around it, the memory images. */
import { bindImages, type Design } from '../circuit/index.js';
import {
  designSpec,
  moduleStreams,
  paramEnv,
  resetPorts,
  type StreamSpec,
  type TextFile,
  type VerilatorSpec,
} from '../cosim/index.js';
import type { Chain } from '../dataflow/chain.js';
import { generateChain } from '../dataflow/generate.js';
import { emitDesign, imageFiles } from '../verilog/index.js';
import { renderShell, shellName } from './shell.js';

export interface Hardware {
  readonly design: Design;
  /** Name of the plain-Verilog shell, the top of the text. */
  readonly top: string;
  /** Sources in compile order, the shell last. */
  readonly sources: readonly TextFile[];
  /** Memory images, as `$readmemh` finds them. */
  readonly images: readonly TextFile[];
}

/** The circuit of a chain without any text. */
export const makeDesign = (chain: Chain): Design => generateChain(chain);

/** Sources for a chip: contents of ROMs stand in the text, nothing reads a file. The shell last. */
export function chipSources(chain: Chain): readonly TextFile[] {
  const design = bindImages(makeDesign(chain));
  return [...emitDesign(design), renderShell(chain, design.top)];
}

export function makeHardware(chain: Chain): Hardware {
  const design = makeDesign(chain);
  const shell = renderShell(chain, design.top);
  return {
    design,
    top: shellName(chain),
    sources: [...emitDesign(design), shell],
    images: imageFiles(design).map(({ name, text }) => ({ name, text })),
  };
}

/** Streams and reset of the top. */
export function portsOf(design: Design): { readonly streams: readonly StreamSpec[]; readonly reset: string } {
  const top = design.modules[design.top];
  const [reset] = resetPorts(design);
  if (top === undefined || reset === undefined) throw new Error(`${design.top}: no top with a reset`);
  return { streams: moduleStreams(top, paramEnv(top)), reset };
}

/** What Verilator builds: the shell around the given text, which may be other than the emitted one. */
export function verilatorSpec(design: Design, top: string, text: readonly TextFile[]): VerilatorSpec {
  return { ...designSpec({ design, text }), top };
}
