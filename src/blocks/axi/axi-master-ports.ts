/** The channels of an AXI4 manager as ports of a module: reads (AR, R) and writes (AW, W, B), in order and without IDs. */
import { bool, input, type NatExpr, output, uint } from '../../hdl/index.js';

/** Widths of an AXI4 port. */
export interface AxiWidths {
  /** Bits of a byte address. */
  readonly ADDR_W: NatExpr;
  /** Bytes of a beat. */
  readonly BYTES: NatExpr;
}

/** Ports `m_axi_ar*` and `m_axi_r*`. Locks, QoS, regions and IDs are left out: all are 0 where a bus has them. */
export const axiReadPorts = ({ ADDR_W, BYTES }: AxiWidths) => ({
  m_axi_arvalid: output(bool()),
  m_axi_arready: input(bool()),
  m_axi_araddr: output(uint(ADDR_W)),
  m_axi_arlen: output(uint(8), 'beats of the burst - 1'),
  m_axi_arsize: output(uint(3), 'whole beats'),
  m_axi_arburst: output(uint(2), 'INCR'),
  m_axi_arcache: output(uint(4)),
  m_axi_arprot: output(uint(3)),
  m_axi_rvalid: input(bool()),
  m_axi_rready: output(bool()),
  m_axi_rdata: input(uint(BYTES.times(8))),
  m_axi_rresp: input(uint(2)),
  m_axi_rlast: input(bool()),
});

/** Ports `m_axi_aw*`, `m_axi_w*` and `m_axi_b*`. */
export const axiWritePorts = ({ ADDR_W, BYTES }: AxiWidths) => ({
  m_axi_awvalid: output(bool()),
  m_axi_awready: input(bool()),
  m_axi_awaddr: output(uint(ADDR_W)),
  m_axi_awlen: output(uint(8), 'beats of the burst - 1'),
  m_axi_awsize: output(uint(3), 'whole beats'),
  m_axi_awburst: output(uint(2), 'INCR'),
  m_axi_awcache: output(uint(4)),
  m_axi_awprot: output(uint(3)),
  m_axi_wvalid: output(bool()),
  m_axi_wready: input(bool()),
  m_axi_wdata: output(uint(BYTES.times(8))),
  m_axi_wstrb: output(uint(BYTES)),
  m_axi_wlast: output(bool()),
  m_axi_bvalid: input(bool()),
  m_axi_bready: output(bool()),
  m_axi_bresp: input(uint(2)),
});

/** The burst type INCR. */
export const INCR = 1;
