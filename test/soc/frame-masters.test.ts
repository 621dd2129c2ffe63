/** Frame readers and writers before a memory: circuit, cycle model and Verilator in lockstep with errors, flushes and resets. */
import { expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { AxiMemory } from '../../src/cosim/axi-memory.js';
import type { Ports } from '../../src/engine/model/port-model.js';
import { buildDesign, type ModuleTemplate, type ParamSpecs } from '../../src/hdl/index.js';
import { FrameReaderModel, FrameWriterModel } from '../../src/soc/frame-masters.model.js';
import { FrameReader } from '../../src/soc/frame-reader.js';
import { FrameWriter } from '../../src/soc/frame-writer.js';
import { expectPortsAgree } from '../engine/rtl/ports-bench.js';
import { Offer } from './port-drive.js';

const seed = BigInt(process.env['HEDDLE_SEED'] ?? 1);
const bit = (value: boolean): bigint => (value ? 1n : 0n);
const master = { ADDR_W: 32, LEN_W: 20, BURST: 4, OUTSTANDING: 3, DEPTH: 9 };

it.each([
  ['read', 8, 8, false],
  ['read', 8, 3, true],
  ['read', 4, 9, false],
  ['write', 8, 8, false],
  ['write', 8, 3, true],
  ['write', 4, 9, false],
] as const)(
  '%s, beats of %i bytes in memory and %i of the stream, agrees in all forms',
  async (kind, BYTES, stream, verilator) => {
    const random = randomStream(seed, `${kind} ${BYTES} ${stream}`);
    const reads = kind === 'read';
    const geared = BYTES !== stream;
    const sizes = { ...master, BYTES };
    const params = { ...sizes, ...(geared ? { [reads ? 'OUT' : 'IN']: stream } : {}) };
    const module = (reads ? FrameReader : FrameWriter)[geared ? 'geared' : 'same'] as unknown;
    const [BEATS, bytes] = [5, 5 * stream];
    const memory = new AxiMemory({
      ...{ prefix: 'm_axi', bytes: BYTES, random, pause: 0.25, latency: [1, 12] },
      response: (address) => (address % 997 < BYTES ? 2 : 0),
    });
    for (let k = 0; k < 0x1200; k++) memory.bytes.set(k, random.nextInt(256));
    const resets = [700, 1333];
    const command = new Offer(
      's_cmd',
      () => ({ s_cmd_addr: BigInt(random.nextInt(4096)), s_cmd_bytes: BigInt(bytes), s_cmd_last: 1n }),
      { s_cmd_addr: 0n, s_cmd_bytes: 1n, s_cmd_last: 1n },
    );
    let place = 0;
    const beat = new Offer(
      's_axis',
      () => ({ s_axis_tdata: random.nextBigInt(8 * stream), s_axis_tlast: bit(place++ % BEATS === BEATS - 1) }),
      { s_axis_tdata: 0n, s_axis_tlast: 0n },
    );
    let [flush, was, taken, moved]: [boolean, boolean, number, number] = [false, true, 0, 0];
    let inputs: Ports = {};
    await expectPortsAgree({
      design: buildDesign(module as ModuleTemplate<ParamSpecs, never>),
      ...{ params, cycles: 1600, resets, verilator, seed },
      model: () => (reads ? new FrameReaderModel(params) : new FrameWriterModel(params)),
      drive: (_, cycle, outputs) => {
        const reset = cycle === 0 || resets.includes(cycle);
        command.moved(outputs);
        beat.moved(outputs);
        if (!was) {
          memory.tick(outputs);
          if (outputs[reads ? 'm_axis_tvalid' : 'done'] === 1n && (!reads || inputs['m_axis_tready'] === 1n)) {
            moved++;
            taken = (taken + 1) % BEATS;
          }
        }
        was = reset;
        if (reset) memory.forget();
        if (flush && outputs['busy'] === 0n && random.nextInt(3) > 0) flush = false;
        else if (random.nextInt(250) === 0) flush = true;
        // A frame begins anew, here and in the source.
        if (flush || reset) {
          taken = place = 0;
          beat.forget();
        }
        const bus = Object.entries(memory.drive()).filter(([name]) =>
          (reads ? /^m_axi_(ar|r)/ : /^m_axi_(aw|w|b)/).test(name),
        );
        inputs = {
          ...{
            ...Object.fromEntries(bus),
            ...command.drive(random.nextInt(4) > 0),
            flush: bit(flush),
            cache: 3n,
            prot: 0n,
          },
          ...(reads
            ? { m_axis_tready: bit(random.nextInt(4) > 0), last: bit(taken === BEATS - 1) }
            : beat.drive(random.nextInt(4) > 0)),
        };
        return inputs;
      },
    });
    expect(memory.violations).toEqual([]);
    expect(moved).toBeGreaterThan(reads ? 60 : 10);
  },
);
