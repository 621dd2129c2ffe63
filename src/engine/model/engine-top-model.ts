/** Cycle model of the whole engine: registers, guards of the streams, and the core between them. */
import { renamed } from '../../blocks/axi/renamed-ports.js';
import type { Engine } from '../config.js';
import { ControlModel, type ControlOrders } from './control.js';
import { EngineModel } from './engine-model.js';
import { type GuardBeat, InputGuardModel, type InputGuardOrders, ResultGuardModel } from './guards.js';
import type { PortModel, Ports } from './port-model.js';

const bit = (value: boolean): bigint => (value ? 1n : 0n);

/** What everything shows in a cycle. */
interface Look {
  readonly orders: ControlOrders;
  readonly weights: GuardBeat | undefined;
  readonly pixels: GuardBeat | undefined;
  /** Inputs of the core, and its outputs. */
  readonly inputs: Ports;
  readonly core: Ports;
}

/** Faults by rows without kernel rows are not modelled: no program has any. */
export class EngineTopModel implements PortModel {
  readonly #core: EngineModel;
  readonly #control: ControlModel;
  #weights = new InputGuardModel();
  #pixels = new InputGuardModel();
  #results = new ResultGuardModel();
  #now: Look | undefined;

  /** @param build what register BUILD reads as */
  constructor(
    readonly engine: Engine,
    build = 0,
  ) {
    this.#core = new EngineModel(engine);
    this.#control = new ControlModel(engine.parameters, build);
  }

  settle(inputs: Ports): Ports {
    this.#look();
    const { beat } = this.#results;
    return {
      ...renamed(this.#control.settle(renamed(inputs, 's_axi_ctrl_', 's_axi_')), 's_axi_', 's_axi_ctrl_'),
      irq: bit(this.#control.interrupt),
      ...{ s_axis_w_tready: bit(this.#weights.ready), s_axis_x_tready: bit(this.#pixels.ready) },
      m_axis_y_tvalid: bit(beat !== undefined),
      ...(beat === undefined ? {} : { m_axis_y_tdata: beat.data, m_axis_y_tlast: bit(beat.last) }),
    };
  }

  tick(inputs: Ports): void {
    const look = this.#look();
    const { orders, core } = look;
    const entering = (name: string): GuardBeat | undefined =>
      inputs[`${name}_tvalid`] === 1n
        ? { data: inputs[`${name}_tdata`] ?? 0n, last: inputs[`${name}_tlast`] === 1n }
        : undefined;
    const weightsMoved = look.weights !== undefined && core['s_axis_w_tready'] === 1n;
    const pixelsMoved = look.pixels !== undefined && core['s_axis_x_tready'] === 1n;
    const [leaving, taken] = [this.#results.beat, inputs['m_axis_y_tready'] === 1n];
    const accesses = renamed(inputs, 's_axi_ctrl_', 's_axi_');
    this.#control.settle(accesses);
    this.#control.tick(accesses, {
      ...{ core, weightsMoved, pixelsMoved },
      ...{ resultsMoved: leaving !== undefined && taken, resultsWait: leaving !== undefined && !taken },
      ...{ resultsOpen: this.#results.midway },
      ...{ weightsDropped: this.#weights.dropping, pixelsDropped: this.#pixels.dropping },
    });
    const sent: GuardBeat | undefined =
      core['m_axis_y_tvalid'] === 1n
        ? { data: core['m_axis_y_tdata'] ?? 0n, last: core['m_axis_y_tlast'] === 1n }
        : undefined;
    this.#results.tick(sent, leaving !== undefined && taken, orders.reset);
    this.#weights.tick(entering('s_axis_w'), weightsMoved, ordersOf(orders, orders.weightPackets));
    this.#pixels.tick(entering('s_axis_x'), pixelsMoved, ordersOf(orders, orders.pixelPackets));
    if (orders.reset) this.#core.reset(look.inputs);
    else this.#core.tick(look.inputs);
    this.#now = undefined;
  }

  reset(): void {
    // The reset of the core is a register: the core follows a cycle later.
    const { orders, inputs } = this.#look();
    if (orders.reset) this.#core.reset(inputs);
    else this.#core.tick(inputs);
    this.#control.reset();
    this.#weights = new InputGuardModel();
    this.#pixels = new InputGuardModel();
    this.#results = new ResultGuardModel();
    this.#now = undefined;
  }

  #look(): Look {
    if (this.#now !== undefined) return this.#now;
    const { orders } = this.#control;
    const weights = this.#weights.offer(ordersOf(orders, orders.weightPackets));
    const pixels = this.#pixels.offer(ordersOf(orders, orders.pixelPackets));
    const inputs: Ports = {
      enable: bit(orders.enable),
      ...wires('s_axis_w', weights),
      ...wires('s_axis_x', pixels),
      m_axis_y_tready: bit(this.#results.ready(orders.reset)),
    };
    return (this.#now = { orders, weights, pixels, inputs, core: this.#core.settle(inputs) });
  }
}

const ordersOf = ({ pass, flush, restart }: ControlOrders, limit: number): InputGuardOrders => ({
  ...{ pass, flush, restart, limit },
});

const wires = (name: string, beat: GuardBeat | undefined): Ports => ({
  [`${name}_tvalid`]: bit(beat !== undefined),
  ...(beat === undefined ? {} : { [`${name}_tdata`]: beat.data, [`${name}_tlast`]: bit(beat.last) }),
});
