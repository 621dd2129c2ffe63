/** The engine with its data in memory: lists of transfers say where weights, pixels and results lie. */
import { axiLitePorts } from '../blocks/axi/axi-lite-ports.js';
import { axiReadPorts, axiWritePorts } from '../blocks/axi/index.js';
import type { Design } from '../circuit/index.js';
import type { Engine } from '../engine/config.js';
import { makeEngineControl } from '../engine/rtl/control.js';
import { engineCore, engineParams, engineValues } from '../engine/rtl/engine.js';
import { coreStream, heldCore, shownSizes, topRequirements } from '../engine/rtl/held-core.js';
import { EngineResultGuard } from '../engine/rtl/guards.js';
import {
  type AnySig,
  bool,
  buildDesign,
  type Builder,
  defineModule,
  nat,
  type NatExpr,
  natParam,
  output,
  type Ports,
  type Sig,
  type UInt,
  uint,
} from '../hdl/index.js';
import { ADDRESS_BITS } from './dataflow-sides.js';
import { errorPorts } from './dataflow-registers.js';
import { engineMappedRegisters } from './engine-registers.js';
import { ListReader } from './list-reader.js';
import { ListWriter } from './list-writer.js';
import { answerCode } from './memory-answer.js';
import { memoryErrorCodes } from './memory-registers.js';
import { renamed } from '../blocks/axi/renamed-ports.js';

const EngineMappedControl = makeEngineControl(engineMappedRegisters);
const streamPorts = ['WP', 'XP', 'YP'] as const;

/** The circuit of the top for an engine; the widths of its ports are fixed, its other parameters have the engine's values. */
export function engineMapped(engine: Engine): Design {
  return buildDesign(engineMappedModule(engine));
}

export function engineMappedModule(engine: Engine) {
  const core = engineCore(engine);
  const values: Readonly<Record<string, number>> = engineValues(engine);
  const widths = { WP: nat(engine.WP), XP: nat(engine.XP), YP: nat(engine.YP) };
  const params = Object.fromEntries(
    Object.entries({ ...engineParams, WB: core.params.WB })
      .filter(([name]) => !(streamPorts as readonly string[]).includes(name))
      .map(([name, spec]) => [name, { ...spec, default: values[name] ?? spec.default }]),
  );
  const bus = (bits: number) => ({ ADDR_W: nat(ADDRESS_BITS), BYTES: nat(bits / 8) });
  const ports: Ports<'main'> = {
    ...renamed(axiLitePorts(nat(engineMappedRegisters.addressBits)), 's_axi', 's_axi_ctrl'),
    irq: output(bool(), 'interrupt'),
    ...renamed(axiReadPorts(bus(engine.WP)), 'm_axi', 'm_axi_wgt'),
    ...renamed(axiReadPorts(bus(engine.XP)), 'm_axi', 'm_axi_ifm'),
    ...renamed({ ...axiReadPorts(bus(engine.YP)), ...axiWritePorts(bus(engine.YP)) }, 'm_axi', 'm_axi_ofm'),
  };
  return defineModule({
    name: 'engine_mapped',
    doc: `the engine with its data in memory: registers on AXI4-Lite, three AXI4 managers, an interrupt

START runs the three lists at LIST_W, LIST_X and LIST_Y of BUFFER, which say where the packets of weights, pixels
and results lie; a frame is done when all results are in memory. After an error, or in the middle of a frame,
COMMAND.RESET restarts the core; every burst is ended, and what of it is left carries no data.`,
    params: {
      ...params,
      BUILD: natParam({ default: 0, max: 2 ** 31 - 1, doc: 'hash of the build' }),
    },
    requires: (soft) => topRequirements(core, { ...soft, ...widths }),
    ports: () => ports,
    body(b, io, soft) {
      const { BUILD, ...rest } = soft as unknown as Readonly<Record<string, NatExpr>>;
      const sizes: Readonly<Record<string, NatExpr>> = { ...rest, ...widths };
      const all = io as unknown as Readonly<Record<string, AnySig>>;
      const prefixed = (from: string, to: string) =>
        Object.fromEntries(
          Object.entries(all).flatMap(([name, value]) =>
            name.startsWith(`${from}_`) ? [[`${to}${name.slice(from.length)}`, value]] : [],
          ),
        );
      const stream = (name: string, bits: number) => coreStream(b, name, nat(bits));
      const [weights, pixels] = [stream('weights', engine.WP), stream('pixels', engine.XP)];
      const [results, leaving] = [stream('results', engine.YP), stream('leaving', engine.YP)];
      const stored = b.stream('stored', uint(engine.YP));
      const c = b.wires({
        ...{
          resetn: bool(),
          enable: bool(),
          pass: bool(),
          flush: bool(),
          restart: bool(),
          start: bool(),
          quit: bool(),
        },
        ...{ pixelPackets: uint(16), weightPackets: uint(16), buffer: uint(64) },
        ...{ listW: uint(32), listX: uint(32), listY: uint(32) },
        ...{ readCache: uint(4), writeCache: uint(4), prot: uint(3), arrived: uint(16), written: bool() },
      });
      b.unused('guards', b.let('noGuards', c.flush.or(c.restart)));
      b.unused('packets', c.pixelPackets.or(c.weightPackets));
      b.unused('bufferTop', c.buffer.bits(ADDRESS_BITS, 64 - ADDRESS_BITS));
      const buffer = b.let('bufferAt', c.buffer.bits(0, ADDRESS_BITS));
      const wires = (name: string) =>
        b.wires({
          ...{ [`${name}Busy`]: bool(), [`${name}Bad`]: bool() },
          ...{ [`${name}Error`]: uint(2), [`${name}At`]: uint(ADDRESS_BITS) },
        } as Record<string, ReturnType<typeof bool>>) as unknown as Readonly<Record<string, Sig<UInt>>>;
      const common = { flush: c.quit, prot: c.prot, start: c.start, buffer };
      const reader = (name: string, prefix: string, bits: number, list: AnySig, to: typeof weights) => {
        const w = wires(name);
        const gated = stream(`${name}_read`, bits);
        b.instance(name, ListReader, { ADDR_W: ADDRESS_BITS, WORDS: bits / 32 }, {
          ...prefixed(prefix, 'm_axi'),
          ...{ ...common, cache: c.readCache, first: list, arrived: c.arrived, m_axis: gated, busy: w[`${name}Busy`] },
          ...{ error: w[`${name}Error`], error_addr: w[`${name}At`], bad: w[`${name}Bad`] },
        } as never);
        b.assign(to.valid, gated.valid.and(c.pass));
        b.assign(gated.ready, to.ready.and(c.pass));
        b.assign(to.data.tdata, gated.data.tdata);
        b.assign(to.data.tlast, gated.data.tlast);
        return w;
      };
      const w = reader('weight_list', 'm_axi_wgt', engine.WP, c.listW, weights);
      const x = reader('pixel_list', 'm_axi_ifm', engine.XP, c.listX, pixels);
      const y = b.instance(
        'result_guard',
        EngineResultGuard,
        { W: engine.YP },
        { s_axis: results, m_axis: leaving, close: c.resetn.not() },
      );
      b.comment('results of a frame that was given up are dropped');
      b.assign(stored.valid, leaving.valid.and(c.quit.not()));
      b.assign(leaving.ready, stored.ready.or(c.quit));
      b.assign(stored.data, leaving.data.tdata);
      b.unused('last', leaving.data.tlast);
      const v = wires('result_list');
      const r = b.wires({ readError: uint(2), readAt: uint(ADDRESS_BITS) });
      b.instance('result_list', ListWriter, { ADDR_W: ADDRESS_BITS, WORDS: engine.YP / 32 }, {
        ...prefixed('m_axi_ofm', 'm_axi'),
        ...{ ...common, read_cache: c.readCache, write_cache: c.writeCache, first: c.listY, s_axis: stored },
        ...{ arrived: c.arrived, idle: c.written, busy: v['result_listBusy'], bad: v['result_listBad'] },
        ...{ read_error: r.readError, read_error_addr: r.readAt },
        ...{ write_error: v['result_listError'], write_error_addr: v['result_listAt'] },
      } as never);
      const { resetn, enable } = c;
      const told = heldCore(b, core, sizes, { resetn, enable, weights, pixels, results });
      const error = firstError(b, [
        { name: 'weights', ...sourceOf(w, 'weight_list'), bad: w['weight_listBad']!, port: errorPorts.weights },
        { name: 'pixels', ...sourceOf(x, 'pixel_list'), bad: x['pixel_listBad']!, port: errorPorts.input },
        { name: 'entries', response: r.readError, at: r.readAt, bad: v['result_listBad']!, port: errorPorts.results },
        { name: 'results', ...sourceOf(v, 'result_list'), writes: true, port: errorPorts.results },
      ]);
      const busy = (side: Readonly<Record<string, Sig<UInt>>>, name: string) =>
        side[`${name}Busy`] as unknown as Sig<ReturnType<typeof bool>>;
      b.instance('control', EngineMappedControl, { ...shownSizes(core, sizes), BUILD: BUILD! }, {
        ...prefixed('s_axi_ctrl', 's_axi'),
        ...told,
        ...{ irq: all['irq'], pass: c.pass, flush: c.flush, results_moved: stored.fire },
        ...{ restart: c.restart, pixel_packets: c.pixelPackets, weight_packets: c.weightPackets },
        results_wait: stored.valid.and(stored.ready.not()),
        ...{ results_open: y.midway, weights_dropped: b.constant(bool(), 0), pixels_dropped: b.constant(bool(), 0) },
        ...{ memory_code: error.code, memory_port: error.port, memory_address: error.at },
        bus_busy: busy(w, 'weight_list').or(busy(x, 'pixel_list')).or(busy(v, 'result_list')),
        ...{ written: c.written, start: c.start, quit: c.quit, buffer: c.buffer },
        ...{ list_w: c.listW, list_x: c.listX, list_y: c.listY },
        ...{ read_cache: c.readCache, write_cache: c.writeCache, memory_prot: c.prot },
      } as never);
    },
  });
}

interface ErrorSource {
  /** In names of the text. */
  readonly name: string;
  readonly response: Sig<UInt>;
  readonly at: Sig<UInt>;
  /** A list is wrong. */
  readonly bad?: AnySig;
  readonly writes?: boolean;
  readonly port: number;
}

const sourceOf = (side: Readonly<Record<string, Sig<UInt>>>, name: string): Pick<ErrorSource, 'response' | 'at'> => ({
  ...{ response: side[`${name}Error`]!, at: side[`${name}At`]! },
});

/** Code, port and address of the first of several sources that has an error. */
function firstError(b: Builder, sources: readonly ErrorSource[]) {
  const code = (value: number): Sig<UInt> => b.constant(uint(4), value);
  b.comment('the first error of the memory side, 0 while all is well');
  const named = sources.map(({ name, response, at, bad, writes = false, port }) => {
    const failed = response.ne(0);
    const wrong = bad === undefined ? failed : failed.or(bad as Sig<ReturnType<typeof bool>>);
    const answer = answerCode(b, response, writes);
    return {
      ...{ at, port, fails: b.let(`${name}_fail`, wrong) },
      code: b.let(`${name}_code`, bad === undefined ? answer : failed.mux(answer, code(memoryErrorCodes.list))),
    };
  });
  const first = (none: Sig<UInt>, value: (source: (typeof named)[number]) => Sig<UInt>): Sig<UInt> =>
    named.toReversed().reduce((rest, source) => source.fails.mux(value(source), rest), none);
  return {
    code: b.let(
      'memory_code',
      first(code(0), (source) => source.code),
    ),
    port: b.let(
      'memory_port',
      first(b.constant(uint(2), 0), ({ port }) => b.constant(uint(2), port)),
    ),
    at: b.let(
      'memory_at',
      first(b.constant(uint(64), 0), ({ at }) => at.extend(64)),
    ),
  };
}
