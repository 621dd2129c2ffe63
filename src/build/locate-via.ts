/** Where a wrong output comes from, whichever form of the hardware gave it. */
import type { TextFile } from '../cosim/index.js';
import type { Chain } from '../dataflow/chain.js';
import { stageStreams } from '../dataflow/stage-streams.js';
import type { StageNetwork } from '../network/stages.js';
import { emitDesign, imageFiles } from '../verilog/index.js';
import { makeDesign } from './hardware.js';
import { locateDifference, readCircuit } from './locate-difference.js';
import { simulatorParticipant, textParticipants } from './participants.js';
import { readProbes, withProbes } from './probed.js';
import type { Via } from './via.js';

export interface LocateViaRequest {
  readonly via: Via;
  readonly chain: Chain;
  readonly network: StageNetwork;
  /** Codes [samples][elements] up to the first wrong sample. */
  readonly codes: Float64Array;
  /** Text that stands in for the emitted one; its top is replaced by one with probes. */
  readonly text?: readonly TextFile[] | undefined;
}

/** The first wrong layer, channel and pixel in words; undefined where the form cannot be looked into, or all layers are right. */
export async function locateVia({ via, chain, network, codes, text }: LocateViaRequest): Promise<string | undefined> {
  if (via === 'simulator') {
    const design = makeDesign(chain);
    return locateDifference({
      ...{ chain, design, network, codes },
      ...{ participant: simulatorParticipant(design), read: readCircuit },
    });
  }
  if (via !== 'verilator') return undefined;
  const streams = stageStreams(chain, network).map(({ stream }) => stream);
  const design = withProbes(makeDesign(chain), streams);
  const [participant] = await textParticipants(
    design,
    design.top,
    withTop(design.top, emitDesign(design), text, design),
  );
  if (participant === undefined) return undefined;
  return locateDifference({ chain, design, network, codes, participant, read: readProbes });
}

/** The given text with its top module replaced by the emitted one, or all of the emitted text. */
function withTop(
  top: string,
  emitted: readonly TextFile[],
  given: readonly TextFile[] | undefined,
  design: Parameters<typeof imageFiles>[0],
): TextFile[] {
  if (given === undefined) return [...emitted, ...imageFiles(design).map(({ name, text }) => ({ name, text }))];
  const declares = (module: string, { text }: TextFile): boolean => new RegExp(`\\bmodule\\s+${module}\\b`).test(text);
  // A shell around the top would not know the probes.
  const instantiates = new RegExp(`\\b${top}\\b`);
  const others = given.filter(
    (file) => !declares(top, file) && !(/\.v$/.test(file.name) && instantiates.test(file.text)),
  );
  return [...others, ...emitted.filter((file) => declares(top, file))];
}
