/** The five channels of an AXI4-Lite subordinate as ports of a module, and as streams inside of it. */
import {
  bool,
  type Bool,
  input,
  type NatExpr,
  output,
  type Payload,
  type Sig,
  type Stream,
  uint,
} from '../../hdl/index.js';

/** Ports `s_axi_*` with byte addresses of `addressWidth` bits and 32 bits of data. */
export const axiLitePorts = (addressWidth: NatExpr) => ({
  s_axi_awvalid: input(bool()),
  s_axi_awready: output(bool()),
  s_axi_awaddr: input(uint(addressWidth)),
  s_axi_awprot: input(uint(3)),
  s_axi_wvalid: input(bool()),
  s_axi_wready: output(bool()),
  s_axi_wdata: input(uint(32)),
  s_axi_wstrb: input(uint(4)),
  s_axi_bvalid: output(bool()),
  s_axi_bready: input(bool()),
  s_axi_bresp: output(uint(2)),
  s_axi_arvalid: input(bool()),
  s_axi_arready: output(bool()),
  s_axi_araddr: input(uint(addressWidth)),
  s_axi_arprot: input(uint(3)),
  s_axi_rvalid: output(bool()),
  s_axi_rready: input(bool()),
  s_axi_rdata: output(uint(32)),
  s_axi_rresp: output(uint(2)),
});

/** Signals that are there already, taken as a stream. */
export function asStream<P extends Payload>(
  name: string,
  payload: P,
  valid: Sig<Bool>,
  ready: Sig<Bool>,
  data: Stream<P>['data'],
): Stream<P> {
  return { name, payload, valid, ready, fire: valid.and(ready), data };
}
