/** `firmware/` of a build: the library of `fpga/firmware` as it is, the design, samples, and an example that runs them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { firmwareData, firmwareDesign, type FirmwareDesign, type FirmwareSamples } from '../soc/firmware-design.js';
import { firmwareMain } from '../soc/firmware-main.js';
import type { Board } from '../target/boards.js';
import type { TargetDesign } from '../target/design.js';

const folder = fileURLToPath(new URL('../../fpga/firmware/', import.meta.url));

/** Bytes of weights that a compiler takes as an array without trouble. */
export const mostWeights = 2 ** 22;
/** Bytes of samples in `data.h`, unless one sample alone has more. */
const mostSamples = 2 ** 17;

export interface FirmwareRequest {
  readonly design: FirmwareDesign;
  readonly data: FirmwareSamples;
  readonly board: Board;
  readonly target: Pick<TargetDesign, 'streamsIn' | 'streamsOut'>;
  /** What to do about weights that do not fit into `data.h`. */
  readonly image?: string;
}

/** Files by path below the directory of the build; none for a board without a processor. */
export function firmwareFiles({
  design,
  data,
  board,
  target,
  image = '',
}: FirmwareRequest): Readonly<Record<string, string>> {
  if (board.processor === undefined) return {};
  const { length } = data.weights;
  const place = length === 0 ? 'built in' : length <= mostWeights ? 'data' : 'apart';
  const library = readdirSync(folder).filter((name) => /\.[ch]$|^Makefile$/.test(name));
  const weights = place === 'data' ? data.weights : new Uint8Array();
  return {
    ...Object.fromEntries(library.map((name) => [`firmware/${name}`, readFileSync(`${folder}${name}`, 'utf8')])),
    'firmware/heddle_design.h': firmwareDesign(design),
    'firmware/data.h': firmwareData(design.name, { ...data, weights }),
    'firmware/main.c': firmwareMain({ design, bases: registerBases(board, target), weights: place, image }),
  };
}

/** `firmware` of `report.json`: the folder, or why there is none. */
export type FirmwareReport = { readonly folder: string } | { readonly folder: null; readonly reason: string };

/** `files` is what {@link firmwareFiles} or the caller, where no list describes a frame, has given. */
export function firmwareReport({ name, processor }: Board, folder: string, files: Readonly<object>): FirmwareReport {
  if (Object.keys(files).length > 0) return { folder };
  const reason =
    processor === undefined
      ? `${name} has no processor; registers/ describes the registers to whatever drives them`
      : 'no list can describe a frame: pixels wait for more than 65,535 packets of results';
  return { folder: null, reason };
}

/** Addresses that `system_common.tcl` gives: the DMAs from the base of the control port on, 64 KiB each, then the accelerator. */
function registerBases(
  { processor }: Board,
  { streamsIn, streamsOut }: FirmwareRequest['target'],
): readonly [number, number, number] {
  const base = Number(processor?.control_base ?? 0x10000);
  const dmas = Math.max(streamsIn.length, streamsOut.length);
  const dma = (index: number): number => (index < dmas ? base + 0x10000 * index : 0);
  return [base + 0x10000 * dmas, dma(0), dma(1)];
}

/** Samples of so many bytes, inputs and results, that go into `data.h`. */
export const samplesThatFit = (samples: number, bytesEach: number): number =>
  Math.min(samples, Math.max(1, Math.floor(mostSamples / bytesEach)));

/** A name as C takes it, and none that the library has for itself. */
export function firmwareName(network: string): string {
  const name = network.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  return /^([0-9_]|(engine|dataflow|dma|stream|mapped|cosim|linux|baremetal)(_|$))/.test(name) ? `net_${name}` : name;
}
