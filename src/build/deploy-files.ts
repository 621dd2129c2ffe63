/**
 * `deploy/BOARD`: what runs an accelerator on a board with Python (PYNQ): driver, test, measurement, and the samples of the
 * build with their results. Bitstream and hand-off of `fpga/vivado/project.tcl` join them by `heddle deploy`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatNpy } from '../base/npy.js';
import type { RegisterTable } from '../blocks/registers/index.js';
import type { Chain, PortPlan } from '../dataflow/chain.js';
import { codeBits, isSigned } from '../dataflow/plan.js';
import { unpackSamples } from '../dataflow/port-beats.js';
import { fromStream } from '../network/ports.js';
import type { InputPort, OutputPort, StageNetwork } from '../network/stages.js';
import { registerFile } from '../soc/register-json.js';
import type { Board } from '../target/boards.js';

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

/** What a folder of a board is made of. */
export interface BoardFolder {
  /** Name of the bitstream. */
  readonly name: string;
  readonly board: Board;
  readonly clockMhz: number;
  readonly samplesPerSecond: number | null;
  /** Registers, where there are any. */
  readonly registers?: { readonly table: RegisterTable; readonly build: number };
  /** What else is in `io.json`. */
  readonly io: Readonly<Record<string, unknown>>;
  /** Scripts beside those of every folder. */
  readonly scripts?: readonly string[];
  /** Files beside the scripts, by name. */
  readonly data: Readonly<Record<string, Uint8Array>>;
}

/** `deploy/BOARD` by path below the directory of the bitstream's project; nothing where the board has no Python. */
export function boardFolder(request: BoardFolder): Readonly<Record<string, string | Uint8Array>> {
  const { name, board, clockMhz, samplesPerSecond, registers, io, scripts = [], data } = request;
  if (board.processor === undefined) return {};
  const content = {
    ...{ schema: 1, name, clock_mhz: clockMhz, simulated_samples_per_second: samplesPerSecond },
    ...(registers === undefined ? {} : { build: registers.build }),
    ...io,
    ...(registers === undefined ? {} : { registers: registerFile(registers.table) }),
  };
  const python = [...(registers === undefined ? [] : ['soc_driver.py']), ...scripts];
  const files = {
    ...Object.fromEntries(
      ['driver.py', ...python, 'validate.py', 'throughput.py'].map((file) => [
        file,
        readFileSync(`${folder}${file}`, 'utf8'),
      ]),
    ),
    'io.json': `${JSON.stringify(content, undefined, 2)}\n`,
    ...data,
    README: readme(name, board, registers === undefined ? '' : '/soc'),
  };
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`deploy/${board.name}/${file}`, text]));
}

/** The top with registers in the place of the plain one. */
export interface DeployedTop {
  readonly name: string;
  readonly side: 'stream' | 'mapped';
  readonly table: RegisterTable;
  readonly build: number;
}

/** Files by path below the directory of the build; none where the board has no Python or the accelerator other streams. */
export function deployFiles(request: DeployRequest, top?: DeployedTop): Readonly<Record<string, string | Uint8Array>> {
  const { network, chain, board, clockMhz, samplesPerSecond } = request;
  if ((chain.weightPorts ?? []).length > 0) return {};
  const { input, output } = network;
  const side = top?.side ?? 'stream';
  return boardFolder({
    ...{ name: top?.name ?? chain.name, board, clockMhz, samplesPerSecond },
    ...(top === undefined ? {} : { registers: top }),
    io: {
      ...{ kind: 'dataflow', side },
      ...(side === 'stream' ? { dma_bytes: dmaBytes } : {}),
      ports: {
        input: { ...portData(chain.input, input), ...inputScale(input) },
        output: { ...portData(chain.output, output), ...outputScale(output) },
      },
    },
    data: {
      'input.npy': codesFile(chain.input, input, request.inputBeats),
      'expected.npy': codesFile(chain.output, output, request.outputBeats),
    },
  });
}

/** How codes become real values. */
export const inputScale = ({ scale, zeroPoint = 0 }: InputPort) => ({ scale, zero_point: zeroPoint });
export const outputScale = ({ scale, offset }: OutputPort) => ({ scale, offset });

/** How codes of a port lie in its beats, for `driver.py`. */
const portData = ({ bits, beats, lanes, laneBits, elements }: PortPlan, port: InputPort | OutputPort) => ({
  ...{ bits, beats, elements_per_beat: lanes, element_bits: laneBits, elements },
  ...shapeData(port),
});

/** What codes of a port are, and how they lie in the layout of the model. */
export const shapeData = (port: InputPort | OutputPort) => ({
  ...{ shape: port.shape, code_bits: codeBits(port.type), signed: isSigned(port.type) },
  ...(port.streamOrder === undefined ? {} : { stream_order: port.streamOrder }),
});

/** Codes of whole samples as `.npy`, in the layout of the model. */
function codesFile(
  plan: PortPlan,
  port: InputPort | OutputPort,
  beats: readonly { readonly data: bigint }[],
): Uint8Array {
  const codes = unpackSamples(
    plan,
    beats.map(({ data }) => data),
    isSigned(port.type),
  );
  return codesArray(codes, plan.elements, port, plan.laneBits);
}

/** Codes in the order of the stream as `.npy` in the layout of the model, in integers of at least so many bits. */
export function codesArray(
  stream: Float64Array,
  elements: number,
  port: InputPort | OutputPort,
  bits: number,
): Uint8Array {
  const samples = stream.length / elements;
  const data = new Float64Array(stream.length);
  for (let k = 0; k < samples; k++) {
    const range = [k * elements, (k + 1) * elements] as const;
    data.set(fromStream(stream.subarray(...range), port), range[0]);
  }
  const size = bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
  const dtype = `${isSigned(port.type) ? 'i' : 'u'}${size}` as const;
  return formatNpy({ dtype, shape: [samples, ...port.shape], data });
}

const readme = (name: string, board: Board, below: string): string => `${name} on the ${board.title}

After fpga/vivado/package_ip.tcl and project.tcl, from the checkout of Heddle:

    npm run -s heddle -- deploy DIRECTORY_OF_THE_BUILD${below} --host xilinx@pynq

copies this folder and ${name}.bit, ${name}.hwh to the board and runs validate.py there; --dry-run prints the commands.
By hand: copy them into one folder on the board, and in it

    sudo -E python3 validate.py      every result equal to expected.npy
    sudo -E python3 throughput.py    samples a second, throughput.json

The board needs PYNQ (2.7 or newer) and numpy. io.json says how samples lie in beats or in memory, and how codes become real
values: value = (code - zero_point) * scale at the input, code * scale + offset at the output.
`;
