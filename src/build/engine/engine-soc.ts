/** `soc/` of an engine build with `--memory mapped`: the engine that fetches its data by lists of transfers in memory. */
import { numberedError } from '../../base/diagnostics.js';
import { clockGateFile } from '../../blocks/clock/index.js';
import type { Engine } from '../../engine/config.js';
import type { EngineProgram } from '../../engine/program.js';
import { engineMappedRegisters } from '../../soc/engine-registers.js';
import { engineMapped } from '../../soc/engine-top.js';
import type { StageNetwork } from '../../network/stages.js';
import type { Board } from '../../target/boards.js';
import { addressWrites, benchBase, memoryVectors, socScript } from '../soc-bench.js';
import { type Soc, socControl, socFiles, type SocHardware, socHardware, socReport } from '../soc-folder.js';
import { socFolder } from '../build-place.js';
import { firmwareReport } from '../firmware-files.js';
import { json } from '../json-file.js';
import { engineDeploy } from './engine-deploy.js';
import type { DmaFile } from './dma-file.js';
import { engineFirmware, type EngineFirmware, inputSpan, outputSpan, programLists } from './engine-firmware.js';

export interface EngineSocRequest {
  readonly program: EngineProgram;
  readonly network: StageNetwork;
  readonly samplesPerSecond: number;
  readonly clockMhz: number;
  readonly board: Board;
  readonly samples: EngineFirmware['samples'];
  /** Files of `dram/`, and what says where they go. */
  readonly images: EngineFirmware['images'];
  readonly dma: DmaFile;
  /** Cycles without a beat after which a bench gives up. */
  readonly patience: number;
  /** A technology: scripts for a chip as well. */
  readonly tech?: string | undefined;
}

/** The hardware does not depend on the network. */
export const engineSocHardware = (engine: Engine, clockMhz: number): SocHardware =>
  socHardware({
    ...{ plain: engineMapped(engine), title: `engine ${engine.toString()}, data in memory`, clockMhz },
    table: engineMappedRegisters,
    buses: {
      ...{ streamsIn: [], streamsOut: [] },
      masters: [
        { prefix: 'm_axi_wgt', bits: engine.WP },
        { prefix: 'm_axi_ifm', bits: engine.XP },
        { prefix: 'm_axi_ofm', bits: engine.YP },
      ],
    },
    beside: engine.GATE > 0 ? [clockGateFile()] : [],
  });

/** Where the buffer of the bench begins: not where a page does. */
const buffer = 0x1040;

/** Throws H2602 where a frame has no lists. */
export function engineSoc(request: EngineSocRequest): Soc {
  const { program, network, clockMhz, board, samples, images, dma, patience, samplesPerSecond } = request;
  const lists = programLists(program);
  if (lists === undefined)
    throw numberedError('H2602', `${network.name}: pixels wait for more than 65,535 packets of results`, {
      fix: 'build without --memory, or for an engine with fewer tiles (larger M)',
    });
  const hardware = engineSocHardware(program.engine, clockMhz);
  const { build, target, table } = hardware;
  const firmware = engineFirmware(program, {
    network: network.name,
    build,
    board,
    target,
    samples,
    images,
    side: 'mapped',
  });
  const [input, output] = [inputSpan(program), outputSpan(program)];
  const first = (bytes: Uint8Array, span: typeof input): Uint8Array => bytes.subarray(0, span.bytes);
  const { memory, files: vectors } = memoryVectors(
    [
      { at: buffer, data: images['weights.bin'] },
      { at: buffer + program.descriptors.address, data: images['descriptors.bin'] },
      { at: buffer + input.from, data: first(samples.inputs, input) },
      { at: buffer + lists.offset, data: new Uint8Array(lists.words.buffer) },
    ],
    {
      at: buffer + output.from,
      data: first(samples.expected, output),
      care: samples.care && first(samples.care, output),
    },
  );
  const script = socScript({
    ...{ table, build, frames: 1 },
    before: [
      ...addressWrites('BUFFER', benchBase + BigInt(buffer)),
      ...Object.entries({ LIST_W: lists.w, LIST_X: lists.x, LIST_Y: lists.y }),
    ],
  });
  const bench = { vectors: {}, memory, patience, files: { ...vectors, [`${socControl}.hex`]: script } };
  const bytes = { sample_bytes: input.bytes, result_bytes: output.bytes };
  const deploy = engineDeploy(program, {
    ...{ name: target.name, network, board, clockMhz, samplesPerSecond, registers: { table, build }, samples, images },
  });
  const dram = Object.entries(images).map(([name, data]) => [`dram/${name}`, data] as const);
  return {
    files: socFiles(hardware, request, bench, {
      ...firmware,
      ...deploy,
      ...Object.fromEntries(dram),
      'dma.json': json(dma),
    }),
    report: socReport(hardware, {
      memory: 'mapped',
      programmable: true,
      ...bytes,
      firmware: firmwareReport(board, `${socFolder}/firmware`, firmware),
    }),
  };
}
