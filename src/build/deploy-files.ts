/**
 * `deploy/BOARD`: what runs an accelerator of two streams on a board with Python (PYNQ): driver, test, measurement, and the
 * samples of the build with their results. Bitstream and hand-off of `fpga/vivado/project.tcl` join them by `heddle deploy`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatNpy } from '../base/npy.js';
import type { Chain, PortPlan } from '../dataflow/chain.js';
import { codeBits, isSigned } from '../dataflow/plan.js';
import { unpackSamples } from '../dataflow/port-beats.js';
import { fromStream } from '../network/ports.js';
import type { InputPort, OutputPort, StageNetwork } from '../network/stages.js';
import type { Board } from '../target/boards.js';

const scripts = ['driver.py', 'validate.py', 'throughput.py'] as const;
const folder = fileURLToPath(new URL('../../fpga/python/', import.meta.url));

/** Bytes of a transfer of the AXI DMA that `system_common.tcl` makes: its length register has 26 bits. */
export const dmaBytes = 2 ** 26 - 1;

export interface DeployRequest {
  readonly network: StageNetwork;
  readonly chain: Chain;
  readonly board: Board;
  readonly clockMhz: number;
  readonly samplesPerSecond: number | null;
  /** Beats of the simulated samples and of their results. */
  readonly inputBeats: readonly { readonly data: bigint }[];
  readonly outputBeats: readonly { readonly data: bigint }[];
}

/** Files by path below the directory of the build; none where the board has no Python or the accelerator other streams. */
export function deployFiles(request: DeployRequest): Readonly<Record<string, string | Uint8Array>> {
  const { network, chain, board, clockMhz, samplesPerSecond } = request;
  if (board.processor === undefined || (chain.weightPorts ?? []).length > 0) return {};
  const { input, output } = network;
  const io = {
    schema: 1,
    name: chain.name,
    kind: 'dataflow',
    side: 'stream',
    clock_mhz: clockMhz,
    simulated_samples_per_second: samplesPerSecond,
    dma_bytes: dmaBytes,
    ports: {
      input: { ...portData(chain.input, input), scale: input.scale, zero_point: input.zeroPoint ?? 0 },
      output: { ...portData(chain.output, output), scale: output.scale, offset: output.offset },
    },
  };
  const at = (name: string): string => `deploy/${board.name}/${name}`;
  return {
    ...Object.fromEntries(scripts.map((name) => [at(name), readFileSync(`${folder}${name}`, 'utf8')])),
    [at('io.json')]: `${JSON.stringify(io, undefined, 2)}\n`,
    [at('input.npy')]: codesFile(chain.input, input, request.inputBeats),
    [at('expected.npy')]: codesFile(chain.output, output, request.outputBeats),
    [at('README')]: readme(chain.name, board),
  };
}

/** How codes of a port lie in its beats, for `driver.py`. */
const portData = ({ bits, beats, lanes, laneBits, elements }: PortPlan, port: InputPort | OutputPort) => ({
  ...{ bits, beats, elements_per_beat: lanes, element_bits: laneBits, elements },
  ...{ shape: port.shape, code_bits: codeBits(port.type), signed: isSigned(port.type) },
  ...(port.streamOrder === undefined ? {} : { stream_order: port.streamOrder }),
});

/** Codes of whole samples as `.npy`, in the layout of the model. */
function codesFile(
  plan: PortPlan,
  port: InputPort | OutputPort,
  beats: readonly { readonly data: bigint }[],
): Uint8Array {
  const signed = isSigned(port.type);
  const stream = unpackSamples(
    plan,
    beats.map(({ data }) => data),
    signed,
  );
  const samples = stream.length / plan.elements;
  const data = new Float64Array(stream.length);
  for (let k = 0; k < samples; k++) {
    const range = [k * plan.elements, (k + 1) * plan.elements] as const;
    data.set(fromStream(stream.subarray(...range), port), range[0]);
  }
  const size = plan.laneBits <= 8 ? 1 : plan.laneBits <= 16 ? 2 : 4;
  const dtype = `${signed ? 'i' : 'u'}${size}` as const;
  return formatNpy({ dtype, shape: [samples, ...port.shape], data });
}

const readme = (name: string, board: Board): string => `${name} on the ${board.title}

After fpga/vivado/package_ip.tcl and project.tcl, from the checkout of Heddle:

    npm run -s heddle -- deploy DIRECTORY_OF_THE_BUILD --host xilinx@pynq

copies this folder and ${name}.bit, ${name}.hwh to the board and runs validate.py there; --dry-run prints the commands.
By hand: copy them into one folder on the board, and in it

    sudo -E python3 validate.py      every result equal to expected.npy
    sudo -E python3 throughput.py    samples a second, throughput.json

The board needs PYNQ (2.7 or newer) and numpy. io.json says how samples lie in the beats of the streams, and how codes become
real values: value = (code - zero_point) * scale at the input, code * scale + offset at the output.
`;
