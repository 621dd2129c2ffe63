/** Frames of the engine with its data in memory in `TopBench`. */
import type { EnginePlan } from '../../engine/plan/engine-plan.js';
import { descriptorBytesOf, weightPacket } from '../../engine/program.js';
import { ProgramMemory } from '../../engine/run-network.js';
import { engineLists } from '../../soc/engine-lists.js';
import type { SocHardware } from '../soc-folder.js';
import { fetch, finish, type SocRun, store, writeAddress } from '../soc-run.js';
import type { Imported } from '../steps/import.js';
import type { TopBench } from '../top-bench.js';
import { inputSpan } from './engine-firmware.js';
import { engineSocHardware } from './engine-soc.js';
import { programFor } from './engine-steps.js';

export interface EngineSocRun {
  readonly hardware: SocHardware;
  readonly run: SocRun;
  /** Bytes of a beat by prefix. */
  readonly masters: Readonly<Record<string, number>>;
}

export function engineSocRun(imported: Imported, plan: EnginePlan, clockMhz: number): EngineSocRun {
  const program = programFor(imported, plan);
  const { engine, tensors } = program;
  const lists = engineLists(program);
  const base = 0x1_2345_6780;
  const elements = imported.network.input.shape.reduce((product, n) => product * n, 1);
  /** Weights, descriptors and lists, once a bench. */
  const ready = new WeakSet<TopBench>();
  const prepare = (bench: TopBench): void => {
    if (ready.has(bench)) return;
    ready.add(bench);
    for (const pass of program.passes) store(bench, base + pass.weights.address, weightPacket(program, pass));
    for (const load of program.loads) store(bench, base + load.head.address, descriptorBytesOf(load));
    store(bench, base + lists.offset, new Uint8Array(lists.words.buffer));
    writeAddress(bench, 'BUFFER', base);
    for (const [name, at] of Object.entries({ LIST_W: lists.w, LIST_X: lists.x, LIST_Y: lists.y }))
      bench.write(name, at);
  };
  const start: SocRun['start'] = (bench, codes) => {
    prepare(bench);
    const memory = new ProgramMemory(program);
    memory.input(codes.subarray(0, elements));
    const { from, bytes } = inputSpan(program);
    store(bench, base + from, memory.bytes.subarray(from - tensors.address, from - tensors.address + bytes));
    bench.write('CTRL', 1);
  };
  const frame: SocRun['frame'] = (bench, codes, samples, random) =>
    Float64Array.from(
      Array.from({ length: samples }, (_, k) => {
        start(bench, codes.subarray(k * elements), 1, random);
        finish(bench);
        const memory = new ProgramMemory(program);
        memory.bytes.set(fetch(bench, base + tensors.address, tensors.bytes));
        return [...memory.output()];
      }).flat(),
    );
  return {
    hardware: engineSocHardware(engine, clockMhz),
    run: { start, frame, clear: () => undefined },
    masters: { m_axi_wgt: engine.WP / 8, m_axi_ifm: engine.XP / 8, m_axi_ofm: engine.YP / 8 },
  };
}
