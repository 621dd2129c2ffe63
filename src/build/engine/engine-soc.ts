/** `soc/` of an engine build with `--memory mapped`: the engine that fetches its data by lists of transfers in memory. */
import { numberedError } from '../../base/diagnostics.js';
import { clockGateFile } from '../../blocks/clock/index.js';
import type { Engine } from '../../engine/config.js';
import type { EngineProgram } from '../../engine/program.js';
import { engineMappedRegisters } from '../../soc/engine-registers.js';
import { engineMapped } from '../../soc/engine-top.js';
import type { Board } from '../../target/boards.js';
import { type Soc, socFiles, type SocHardware, socHardware, socReport } from '../soc-folder.js';
import { json } from '../tree.js';
import type { DmaFile } from './dma-file.js';
import { engineFirmware, type EngineFirmware, inputSpan, outputSpan, programLists } from './engine-firmware.js';

export interface EngineSocRequest {
  readonly program: EngineProgram;
  readonly network: string;
  readonly clockMhz: number;
  readonly board: Board;
  readonly samples: EngineFirmware['samples'];
  /** Files of `dram/`, and what says where they go. */
  readonly images: EngineFirmware['images'];
  readonly dma: DmaFile;
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

/** Throws H2602 where a frame has no lists. */
export function engineSoc({ program, network, clockMhz, board, samples, images, dma }: EngineSocRequest): Soc {
  if (programLists(program) === undefined)
    throw numberedError('H2602', `${network}: pixels wait for more than 65,535 packets of results`, {
      fix: 'build without --memory, or for an engine with fewer tiles (larger M)',
    });
  const hardware = engineSocHardware(program.engine, clockMhz);
  const { build, target } = hardware;
  const firmware = engineFirmware(program, { network, build, board, target, samples, images, side: 'mapped' });
  const bytes = { sample_bytes: inputSpan(program).bytes, result_bytes: outputSpan(program).bytes };
  const dram = Object.entries(images).map(([name, data]) => [`dram/${name}`, data] as const);
  return {
    files: socFiles(hardware, board, { ...firmware, ...Object.fromEntries(dram), 'dma.json': json(dma) }),
    report: socReport(hardware, { memory: 'mapped', programmable: true, ...bytes }),
  };
}
