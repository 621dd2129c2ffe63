/** The register slice of the style guide as hand-written text, and its cycle model. */
import type { Channel, CycleModel } from '../../src/simulator/cycle-model.js';
import { channel } from '../../src/simulator/cycle-model.js';
import type { PortInfo } from '../../src/simulator/simulation.js';
import { type BoundModel, bindStream } from '../../src/cosim/channel-model.js';
import { type StreamSpec, axisStream, streamPorts } from '../../src/cosim/streams.js';
import type { VerilatorSpec } from '../../src/cosim/verilator-build.js';

export const registerSlice = `
\`default_nettype none
module register_slice #(
  parameter int W = 8
) (
  input  logic         aclk,
  input  logic         aresetn,
  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,
  input  logic         s_axis_tlast,
  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata,
  output logic         m_axis_tlast
);
  logic       out_valid_q;
  logic [W:0] out_q;
  logic       hold_valid_q;
  logic [W:0] hold_q;
  logic accept;
  logic advance;
  assign accept  = s_axis_tvalid && s_axis_tready;
  assign advance = m_axis_tready || !out_valid_q;
  assign s_axis_tready = !hold_valid_q;
  assign m_axis_tvalid = out_valid_q;
  assign {m_axis_tlast, m_axis_tdata} = out_q;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      out_valid_q  <= 1'b0;
      hold_valid_q <= 1'b0;
    end else if (advance) begin
      out_valid_q  <= accept || hold_valid_q;
      hold_valid_q <= 1'b0;
    end else if (accept) begin
      hold_valid_q <= 1'b1;
    end
  end
  always_ff @(posedge aclk) begin
    if (advance) out_q <= hold_valid_q ? hold_q : {s_axis_tlast, s_axis_tdata};
    if (accept && !advance) hold_q <= {s_axis_tlast, s_axis_tdata};
  end
endmodule
\`default_nettype wire
`;

export const resetPort: PortInfo = { name: 'aresetn', dir: 'input', width: 1, signed: false };

export function sliceStreams(width: number): [StreamSpec, StreamSpec] {
  return [axisStream('s_axis', 'sink', width), axisStream('m_axis', 'source', width)];
}

export function sliceSpec(width: number, text = registerSlice): VerilatorSpec {
  return {
    files: [{ name: 'register_slice.sv', text }],
    top: 'register_slice',
    ports: [resetPort, ...sliceStreams(width).flatMap(streamPorts)],
    clocks: ['aclk'],
    params: { W: width },
  };
}

interface SliceBeat {
  readonly data: bigint;
  readonly last: boolean;
}

/** Two-entry queue with both directions registered. */
class SliceModel implements CycleModel {
  readonly #queue: SliceBeat[] = [];
  constructor(
    readonly input: Channel<SliceBeat>,
    readonly output: Channel<SliceBeat>,
  ) {}
  settle(): void {
    this.input.ready = this.#queue.length < 2;
    const head = this.#queue[0];
    this.output.valid = head !== undefined;
    if (head !== undefined) this.output.data = head;
  }
  tick(): void {
    const accept = this.input.valid && this.input.ready;
    if (this.output.valid && this.output.ready) this.#queue.shift();
    if (accept) this.#queue.push(this.input.data);
  }
  reset(): void {
    this.#queue.length = 0;
  }
}

export function sliceModel(width: number): BoundModel {
  const [sink, source] = sliceStreams(width);
  const model = new SliceModel(channel({ data: 0n, last: false }), channel({ data: 0n, last: false }));
  const pack = ({ data, last }: SliceBeat): Record<string, bigint> => ({ tdata: data, tlast: last ? 1n : 0n });
  const unpack = (fields: Readonly<Record<string, bigint>>): SliceBeat => ({
    data: fields['tdata'] ?? 0n,
    last: fields['tlast'] === 1n,
  });
  return {
    model,
    streams: [bindStream(sink, model.input, pack, unpack), bindStream(source, model.output, pack, unpack)],
  };
}
