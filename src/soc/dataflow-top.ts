/** The `dataflow` accelerator as a part of a chip: registers around the core, samples and results as streams or in memory. */
import { numberedError } from '../base/diagnostics.js';
import { accessRequest, accessResponse } from '../blocks/axi/access-port.js';
import { axiLitePorts } from '../blocks/axi/axi-lite-ports.js';
import { axiReadPorts, axiWritePorts } from '../blocks/axi/index.js';
import type { Design } from '../circuit/index.js';
import type { Chain } from '../dataflow/chain.js';
import { chainModule } from '../dataflow/generate.js';
import { styledDesign } from '../dataflow/styles.js';
import { addressMap } from '../dataflow/weights/address-map.js';
import { framedBeat } from '../dataflow/weights/top-side.js';
import {
  type AnySig,
  bool,
  buildDesign,
  type Builder,
  defineModule,
  nat,
  natGe,
  natParam,
  output,
  type Ports,
  requirement,
  sink,
  source,
  uint,
} from '../hdl/index.js';
import { makeDataflowControl } from './dataflow-control.js';
import type { DataflowSide } from './dataflow-registers.js';
import {
  ADDRESS_BITS,
  connectMemory,
  connectStreams,
  connectWeights,
  frameBytes,
  masterBytes,
  type Sides,
  sideFlags,
  type StoreAccess,
} from './dataflow-sides.js';
import { FrameGate } from './frame-gate.js';
import { renamed } from '../blocks/axi/renamed-ports.js';

export { frameBytes, masterBytes } from './dataflow-sides.js';

/** Name of the top of a chain. */
export const dataflowTopName = ({ name }: Pick<Chain, 'name'>, memory: DataflowSide['memory']): string =>
  `${name}_${memory}`;

/** The side of a chain: its weights decide whether they can be changed, and only then there is something to cast. */
export function dataflowSide(chain: Chain, memory: DataflowSide['memory'], floats = false): DataflowSide {
  const programmable = addressMap(chain) !== undefined;
  return { memory, programmable, ...(floats && programmable ? { floats } : {}) };
}

/**
 * The circuit of a top; with `floats` weight images may have float32 numbers. Throws H2601 where weights come through ports of
 * their own.
 */
export function dataflowTop(chain: Chain, memory: DataflowSide['memory'], floats = false): Design {
  const [external] = chain.weightPorts ?? [];
  if (external !== undefined)
    throw numberedError('H2601', `${external.stage}: its weights come through the port ${external.stream}`, {
      fix: 'give the layer other weights in the folding file: rom, stream or programmable',
    });
  const design = buildDesign(dataflowTopModule(chain, dataflowSide(chain, memory, floats)));
  const core = design.modules[design.top]?.items.find((item) => item.item === 'instance' && item.name === 'core');
  return styledDesign(design, chain, core?.item === 'instance' ? core.module : design.top);
}

function dataflowTopModule(chain: Chain, side: DataflowSide) {
  const { memory } = side;
  const mapped = memory === 'mapped';
  const Core = chainModule(chain, 'access');
  const Control = makeDataflowControl(side);
  const [inBytes, outBytes] = [chain.input.bits / 8, chain.output.bits / 8];
  const [readBytes, writeBytes] = [masterBytes(chain.input.bits), masterBytes(chain.output.bits)];
  const widths = (BYTES: number) => ({ ADDR_W: nat(ADDRESS_BITS), BYTES: nat(BYTES) });
  const ports: Ports<'main'> = {
    ...renamed(axiLitePorts(nat(12)), 's_axi', 's_axi_ctrl'),
    irq: output(bool(), 'interrupt'),
    ...(mapped
      ? {
          ...renamed(axiReadPorts(widths(readBytes)), 'm_axi', 'm_axi_ifm'),
          ...renamed(axiWritePorts(widths(writeBytes)), 'm_axi', 'm_axi_ofm'),
          ...(side.programmable ? renamed(axiReadPorts(widths(4)), 'm_axi', 'm_axi_wgt') : {}),
        }
      : {
          s_axis: sink(framedBeat(chain.input.bits), 'samples; tlast with the last beat of a transfer'),
          m_axis: source(framedBeat(chain.output.bits), 'results, tlast on the last beat of each'),
          ...(side.programmable ? { s_axis_wgt: sink(framedBeat(32), 'weight images, tlast on the last word') } : {}),
        }),
  };
  return defineModule({
    name: dataflowTopName(chain, memory),
    doc: topDoc(side),
    params: { BUILD: natParam({ default: 0, max: 2 ** 31 - 1, doc: 'hash of the build' }) },
    requires: ({ BUILD }) => [requirement(natGe(2 ** 31 - 1, BUILD), 'limit of BUILD')],
    ports: () => ports,
    body(b: Builder, io, { BUILD }) {
      const all = io as unknown as Sides['all'];
      const prefixed = (from: string, to: string) =>
        Object.fromEntries(
          Object.entries(all).flatMap(([name, value]) =>
            name.startsWith(`${from}_`) ? [[`${to}${name.slice(from.length)}`, value]] : [],
          ),
        );
      const flags = Object.fromEntries(sideFlags.map((name) => [name, bool()]));
      const c = b.wires({
        ...(flags as Record<(typeof sideFlags)[number], ReturnType<typeof bool>>),
        ...{ entered: uint(32), frames: uint(32) },
      });
      const samples = b.stream('samples', uint(chain.input.bits), 'from outside');
      const gated = b.stream('gated', framedBeat(chain.input.bits), 'into the core');
      const beats = b.stream('beats', uint(chain.input.bits));
      const results = b.stream('results', framedBeat(chain.output.bits), 'out of the core');
      const kept = b.stream('kept', framedBeat(chain.output.bits), 'results that are wanted');
      b.comment('samples begin where the frame and the weights let them');
      b.instance(
        'gate',
        FrameGate,
        { W: chain.input.bits, BEATS: chain.input.beats },
        {
          ...{ s_axis: samples, m_axis: beats, open: c.open.and(c.hold.not()), fill: c.quit },
          ...{ begins: c.begins, last: c.last, midway: c.midway },
        },
      );
      b.assign(gated.valid, beats.valid);
      b.assign(beats.ready, gated.ready);
      b.assign(gated.data.tdata, beats.data);
      b.assign(gated.data.tlast, c.last);
      b.assign(c.inputWaits, gated.ready.and(gated.valid.not()));
      const access = side.programmable
        ? {
            s_req: b.stream('store_req', accessRequest(nat(addressMap(chain)!.addressBits - 2))),
            m_rsp: b.stream('store_rsp', accessResponse()),
          }
        : {};
      b.instance('core', Core, {}, { s_axis: gated, m_axis: results, ...access });
      b.comment('results of a frame that was given up are dropped');
      b.assign(kept.valid, results.valid.and(c.quit.not()));
      b.assign(results.ready, kept.ready.or(c.quit));
      b.assign(kept.data.tdata, results.data.tdata);
      b.assign(kept.data.tlast, results.data.tlast);

      const control: Record<string, AnySig> = {};
      const sides: Sides = { b, c, all, prefixed, control };
      const paths = { samples, kept, inBytes, outBytes, readBytes, writeBytes, chain };
      const memory = mapped ? connectMemory(sides, paths, side.programmable) : undefined;
      if (memory === undefined) connectStreams(sides, samples, kept, chain);
      if (side.programmable)
        connectWeights(sides, chain, access as unknown as StoreAccess, memory, side.floats === true);
      else {
        for (const name of ['hold', 'pending'] as const) b.assign(c[name], 0);
        b.unused('entered', c.entered);
      }
      b.instance('control', Control, { BUILD, SAMPLE: frameBytes(chain.input), RESULT: frameBytes(chain.output) }, {
        ...prefixed('s_axi_ctrl', 's_axi'),
        ...{ irq: all['irq'], start: c.start, open: c.open, quit: c.quit, flush: c.flush, frames: c.frames },
        ...{
          entered: c.entered,
          begins: c.begins,
          leaves: results.fire.and(results.data.tlast),
          completes: c.completes,
        },
        ...{ input_open: c.midway, results_open: c.resultsOpen, bus_busy: c.busy, weights_pending: c.pending },
        ...{ input_moved: beats.fire, input_waits: c.inputWaits },
        ...{ results_moved: kept.fire, results_wait: kept.valid.and(kept.ready.not()), ...control },
      } as never);
    },
  });
}

const topDoc = (side: DataflowSide): string => `a dataflow accelerator with registers on AXI4-Lite, its data ${
  side.memory === 'mapped' ? 'in memory' : 'as streams'
}

START computes FRAMES samples. ${
  side.memory === 'mapped'
    ? 'They are read from INPUT and written to OUTPUT, one behind the other.'
    : 'Beats that come before wait at s_axis.'
} After an error, or in the middle of a frame,
COMMAND.RESET gives up what is under way: the sample that is half in is filled up, its results are dropped, and
every burst is ended.${
  side.programmable
    ? '\nA weight image is written beside the weights in use, and counts from one sample on in all layers.'
    : ''
}${side.floats === true ? '\nImages may have float32 numbers, which are cast here.' : ''}`;
