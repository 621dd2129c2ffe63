/** Cycle models of `frame_reader` and `frame_writer`: a master, and a gearbox where beats of the stream have another width. */
import { AxiReadMasterModel, AxiWriteMasterModel, type MasterSizes } from '../blocks/axi/axi-master.model.js';
import { GearboxModel } from '../blocks/stream/gearbox.model.js';
import type { PortModel, Ports } from '../engine/model/port-model.js';

const idle: Ports = { s_axis_tvalid: 0n, m_axis_tready: 0n };
/** Ports of the bus, of commands and of what went wrong. */
const kept = (outputs: Ports): Ports =>
  Object.fromEntries(Object.entries(outputs).filter(([name]) => /^(m_axi_|s_cmd|busy|error|done)/.test(name)));

abstract class Geared {
  protected abstract readonly master: AxiReadMasterModel | AxiWriteMasterModel;
  protected readonly gearbox: GearboxModel | undefined;
  /** Not given up in the cycle before. */
  protected live = false;

  constructor(from: number, to: number | undefined) {
    this.gearbox = to === undefined ? undefined : new GearboxModel({ UNIT: 8, IN: from, OUT: to });
  }

  protected get open(): bigint {
    return this.live ? 1n : 0n;
  }

  /** What master and gearbox see of each other in this cycle. */
  protected abstract now(inputs: Ports): { readonly gears: Ports; readonly masterInputs: Ports };

  tick(inputs: Ports): void {
    const { gears, masterInputs } = this.now(inputs);
    this.master.tick(masterInputs);
    if (this.live) this.gearbox?.tick(gears);
    else this.gearbox?.reset();
    this.live = inputs['flush'] !== 1n;
  }

  reset(): void {
    this.master.reset();
    this.gearbox?.reset();
    this.live = false;
  }
}

/** `OUT`: bytes of a beat of the stream, where it has a gearbox. */
export class FrameReaderModel extends Geared implements PortModel {
  protected readonly master: AxiReadMasterModel;

  constructor(sizes: MasterSizes & { readonly OUT?: number }) {
    super(sizes.BYTES, sizes.OUT);
    this.master = new AxiReadMasterModel(sizes);
  }

  protected now(inputs: Ports) {
    const master = this.master.settle(inputs);
    const gears: Ports = {
      ...{ s_axis_tvalid: master['m_axis_tvalid']! & this.open, s_axis_tdata: master['m_axis_tdata'] ?? 0n },
      ...{ s_axis_tlast: master['m_axis_tlast'] ?? 0n, s_axis_tuser: 0n, drop: inputs['last'] ?? 0n },
      m_axis_tready: (inputs['m_axis_tready'] ?? 0n) & this.open,
    };
    const gear = this.gearbox?.settle(gears);
    const ready = gear === undefined ? (inputs['m_axis_tready'] ?? 0n) : gear['s_axis_tready']! & this.open;
    return { master, gears, gear, masterInputs: { ...inputs, m_axis_tready: ready } };
  }

  settle(inputs: Ports): Ports {
    const { master, gear } = this.now(inputs);
    const valid = gear === undefined ? master['m_axis_tvalid']! : gear['m_axis_tvalid']! & this.open;
    const data = (gear ?? master)['m_axis_tdata'];
    return { ...kept(master), m_axis_tvalid: valid, ...(valid === 1n ? { m_axis_tdata: data! } : {}) };
  }
}

/** `IN`: bytes of a beat of the stream, where it has a gearbox. */
export class FrameWriterModel extends Geared implements PortModel {
  protected readonly master: AxiWriteMasterModel;

  constructor(sizes: MasterSizes & { readonly IN?: number }) {
    super(sizes.IN ?? sizes.BYTES, sizes.IN === undefined ? undefined : sizes.BYTES);
    this.master = new AxiWriteMasterModel(sizes);
  }

  protected now(inputs: Ports) {
    const master = this.master.settle({ ...inputs, ...idle });
    const gears: Ports = {
      ...{ s_axis_tvalid: (inputs['s_axis_tvalid'] ?? 0n) & this.open, s_axis_tdata: inputs['s_axis_tdata'] ?? 0n },
      ...{ s_axis_tlast: inputs['s_axis_tlast'] ?? 0n, s_axis_tuser: 0n, drop: 0n },
      m_axis_tready: master['s_axis_tready']! & this.open,
    };
    const gear = this.gearbox?.settle(gears);
    const packed: Ports =
      gear === undefined
        ? {}
        : { s_axis_tvalid: gear['m_axis_tvalid']! & this.open, s_axis_tdata: gear['m_axis_tdata'] ?? 0n };
    return { master, gears, gear, masterInputs: { ...inputs, ...packed } };
  }

  settle(inputs: Ports): Ports {
    const { master, gear } = this.now(inputs);
    const ready = gear === undefined ? master['s_axis_tready']! : gear['s_axis_tready']! & this.open;
    return { ...kept(master), s_axis_tready: ready };
  }
}
