import { axiLitePorts } from '../../blocks/axi/axi-lite-ports.js';
import { renamed } from '../../blocks/axi/renamed-ports.js';
import { type AnySig, bool, bundle, defineModule, nat, natParam, output, sink, source, uint } from '../../hdl/index.js';
import type { EngineParameters } from '../config.js';
import { engineRegisters } from '../registers.js';
import { EngineControl } from './control.js';
import { type EngineModules, EngineCore, engineCore, engineParams } from './engine.js';
import { EngineInputGuard, EngineResultGuard } from './guards.js';
import { coreStream, type EngineCoreModule, heldCore, shownSizes, topRequirements } from './held-core.js';

/**
 * The whole engine around a core: registers on AXI4-Lite, three streams, an interrupt. The core has a reset of its own, so that
 * a frame can be given up in its middle.
 */
function makeEngine(core: EngineCoreModule) {
  return defineModule({
    name: core.name.replace('_core', ''),
    doc: `the engine: registers on AXI4-Lite, weights and pixels in, results out, an interrupt

After an error, or in the middle of a frame, COMMAND.RESET restarts the core. What of m_axis_y is on offer stays
until it is taken, and a packet that is under way ends with a beat of zeros and tlast. Beats that arrive while
the reset is held are dropped, and behind it the rest of a packet that has begun. No combinational path from any
input to any output.`,
    params: {
      ...engineParams,
      WB: core.params.WB,
      BUILD: natParam({ default: 0, max: 2 ** 31 - 1, doc: 'hash of the build' }),
    },
    requires: (p) => topRequirements(core, p),
    ports: ({ WP, XP, YP }) => ({
      ...renamed(axiLitePorts(nat(engineRegisters.addressBits)), 's_axi_', 's_axi_ctrl_'),
      s_axis_w: sink(bundle({ tdata: uint(WP), tlast: bool() })),
      s_axis_x: sink(bundle({ tdata: uint(XP), tlast: bool() })),
      m_axis_y: source(bundle({ tdata: uint(YP), tlast: bool() })),
      irq: output(bool(), 'interrupt'),
    }),
    body(b, io, p) {
      const { BUILD, ...sizes } = p;
      const [weights, pixels] = [coreStream(b, 'weights', p.WP), coreStream(b, 'pixels', p.XP)];
      const results = coreStream(b, 'results', p.YP);
      const c = b.wires({
        ...{ resetn: bool(), enable: bool(), pass: bool(), flush: bool(), restart: bool() },
        ...{ pixelPackets: uint(16), weightPackets: uint(16) },
      });
      const common = { pass: c.pass, flush: c.flush, restart: c.restart };
      const w = b.instance(
        'weight_guard',
        EngineInputGuard,
        { W: p.WP },
        { s_axis: io.s_axis_w, m_axis: weights, ...common, limit: c.weightPackets },
      );
      const x = b.instance(
        'pixel_guard',
        EngineInputGuard,
        { W: p.XP },
        { s_axis: io.s_axis_x, m_axis: pixels, ...common, limit: c.pixelPackets },
      );
      const y = b.instance(
        'result_guard',
        EngineResultGuard,
        { W: p.YP },
        { s_axis: results, m_axis: io.m_axis_y, close: c.resetn.not() },
      );
      const { resetn, enable } = c;
      const told = heldCore(b, core, sizes, { resetn, enable, weights, pixels, results });
      const bus = Object.fromEntries(
        Object.keys(axiLitePorts(nat(engineRegisters.addressBits))).map((name) => [
          name,
          (io as unknown as Readonly<Record<string, AnySig>>)[`s_axi_ctrl${name.slice('s_axi'.length)}`],
        ]),
      );
      b.instance('control', EngineControl, { ...shownSizes(core, sizes), BUILD }, {
        ...bus,
        ...told,
        ...{ irq: io.irq, pass: c.pass, flush: c.flush, restart: c.restart, results_moved: io.m_axis_y.fire },
        ...{ pixel_packets: c.pixelPackets, weight_packets: c.weightPackets },
        results_wait: io.m_axis_y.valid.and(io.m_axis_y.ready.not()),
        ...{ results_open: y.midway, weights_dropped: w.dropping, pixels_dropped: x.dropping },
      } as never);
    },
  });
}

/** By whether there are private windows. */
export const EngineTop = { dense: makeEngine(EngineCore.dense), dw: makeEngine(EngineCore.dw) } as const;

/** The whole engine by its options, with modules of one's own in it; see `engineCore`. */
export function engineTop(engine: Pick<EngineParameters, 'DW' | 'PACK' | 'GATE' | 'WB'>, modules: EngineModules = {}) {
  const core = engineCore(engine, modules);
  if (core === EngineCore.dw) return EngineTop.dw;
  return core === EngineCore.dense ? EngineTop.dense : makeEngine(core);
}
