// loader - waits for a request, counts COUNT beats, and reports
//
// W       width in bits, >= 1
// COUNT   beats of a request, 2 to 1000
`default_nettype none
module loader #(
  parameter int W     = 8,
  parameter int COUNT = 10
) (
  input  logic         aclk,
  input  logic         aresetn,
  input  logic         start,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,

  output logic         busy,
  output logic [1:0]   step,
  output logic [1:0]   low
);

  localparam int COUNT_W = $clog2(COUNT);  // counts the beats

`ifndef SYNTHESIS
  initial begin
    if (COUNT < 2) $fatal(1, "loader: COUNT must be at least 2");
    if (COUNT > 1000) $fatal(1, "loader: COUNT must be at most 1000");
  end
`endif

  typedef enum logic [1:0] { IDLE = 2'd0, LOAD = 2'd1, DONE = 2'd2 } state_t;

  state_t             state_q;
  logic [COUNT_W-1:0] count_q;  // beats so far

  logic [1:0] step_d;
  logic [1:0] low_d;
  logic       last;
  logic       unused_data;  // not every bit matters
  assign last        = count_q == COUNT_W'(COUNT - 1);
  assign unused_data = |s_axis_tdata;

  assign busy          = state_q != IDLE;
  assign step          = step_d;
  assign low           = low_d;
  assign s_axis_tready = state_q == LOAD;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      state_q <= IDLE;
    end else begin
      case (state_q)
        IDLE:    if (start) state_q <= LOAD;
        LOAD:    if (s_axis_tvalid && last) state_q <= DONE;
        DONE:    state_q <= IDLE;
        default: ;
      endcase
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    case (state_q)
      IDLE:    count_q <= '0;
      LOAD:    if (s_axis_tvalid) count_q <= count_q + COUNT_W'(1);
      default: ;
    endcase
  end

  logic count_low;
  logic low_sum;
  assign count_low = count_q[0];
  assign low_sum   = 1'((COUNT_W+1)'(count_q) + (COUNT_W+1)'(count_q));

  always_comb begin
    step_d = '0;
    low_d  = '0;
    case (state_q)
      LOAD: begin
        step_d = 2'd1;
        if (count_low) low_d = 2'(low_sum);
      end
      DONE: step_d = 2'd2;
      default: ;
    endcase
  end

endmodule
`default_nettype wire
