// The benchmark circuit by hand, in the style that Verilator compiles best: a generate loop of cell modules, plain
// registers with enables, one signal a column. Ports and behaviour are those of the module that the kit emits.
module hand_slice #(parameter W = 8) (
  input wire clk, input wire rst_n,
  input wire s_valid, output wire s_ready, input wire [W-1:0] s_data,
  output wire m_valid, input wire m_ready, output wire [W-1:0] m_data
);
  reg out_v, hold_v;
  reg [W-1:0] out, hold;
  assign s_ready = !hold_v;
  assign m_valid = out_v;
  assign m_data = out;
  always @(posedge clk)
    if (!rst_n) begin
      out_v <= 0;
      hold_v <= 0;
    end else if (m_ready || !out_v) begin
      hold_v <= 0;
      if (hold_v) begin
        out <= hold;
        out_v <= 1;
      end else begin
        out <= s_data;
        out_v <= s_valid;
      end
    end else if (s_valid && !hold_v) begin
      hold <= s_data;
      hold_v <= 1;
    end
endmodule

module hand_cell (
  input wire clk, input wire en_product, input wire en_sum, input wire first,
  input wire signed [7:0] a, input wire signed [7:0] b, output wire [31:0] sum
);
  reg signed [15:0] product;
  reg signed [31:0] acc;
  assign sum = acc;
  always @(posedge clk) begin
    if (en_product) product <= a * b;
    if (en_sum) acc <= first ? product : acc + product;
  end
endmodule

module hand_binary (
  input wire clk, input wire load, input wire [63:0] w_in, output wire [63:0] w_out,
  input wire en, input wire first, input wire [63:0] x, output wire [31:0] sum
);
  reg [63:0] w;
  reg [31:0] acc;
  wire [6:0] count = 7'($countones(~(x ^ w)));
  assign w_out = w;
  assign sum = acc;
  always @(posedge clk) begin
    if (load) w <= w_in;
    if (en) acc <= first ? {25'd0, count} : acc + {25'd0, count};
  end
endmodule

module mac_array #(parameter R = 8, parameter C = 24) (
  input wire aclk, input wire aresetn,
  input wire s_axis_tvalid, output wire s_axis_tready, input wire [R*8-1:0] s_axis_tdata,
  input wire w_axis_tvalid, output wire w_axis_tready, input wire [C*8-1:0] w_axis_tdata,
  output wire m_axis_tvalid, input wire m_axis_tready, output wire [R*32-1:0] m_axis_tdata,
  output wire m_axis_tlast, output wire [31:0] m_axis_tuser
);
  wire xv, xr, wv, wr;
  wire [R*8-1:0] xd;
  wire [C*8-1:0] wd;
  hand_slice #(R*8) slice_x (aclk, aresetn, s_axis_tvalid, s_axis_tready, s_axis_tdata, xv, xr, xd);
  hand_slice #(C*8) slice_w (aclk, aresetn, w_axis_tvalid, w_axis_tready, w_axis_tdata, wv, wr, wd);

  reg [C*8-1:0] weights [0:127];
  reg rbank, wbank;
  reg [1:0] full;
  reg [5:0] rrow, wrow;
  reg [2:0] rep;
  reg [3:0] swaps;
  reg last_off;
  wire en;
  assign xr = full[rbank] && en;
  assign wr = !full[wbank];
  wire fire = xv && xr;
  wire fill = wv && wr;
  wire last_row = rrow == 63;
  wire drained = fire && last_row && rep == 7;
  wire filled = fill && wrow == 63;
  reg v1, l1, f1, v2, l2, f2, done;
  reg [R*8-1:0] x;
  reg [C*8-1:0] w;
  always @(posedge aclk)
    if (!aresetn) begin
      rbank <= 0; wbank <= 0; full <= 0; rrow <= 0; wrow <= 0; rep <= 0; swaps <= 0; last_off <= 0;
      v1 <= 0; v2 <= 0; done <= 0;
    end else begin
      if (fire) begin
        rrow <= rrow + 1;
        if (last_row) rep <= rep + 1;
        if (drained) begin
          rbank <= ~rbank;
          swaps <= swaps + 1;
          last_off <= swaps[2:0] == 7;
        end
      end
      if (fill) begin
        weights[{wbank, wrow}] <= wd;
        wrow <= wrow + 1;
        if (wrow == 63) wbank <= ~wbank;
      end
      full[0] <= (full[0] && !(drained && !rbank)) || (filled && !wbank);
      full[1] <= (full[1] && !(drained && rbank)) || (filled && wbank);
      if (en) begin
        v1 <= fire; l1 <= last_row; f1 <= rrow == 0;
        v2 <= v1; l2 <= l1; f2 <= f1;
        done <= v2 && l2;
      end
    end
  always @(posedge aclk) if (fire) begin
    x <= xd;
    w <= weights[{rbank, rrow}];
  end

  wire [R*32-1:0] sums [0:C-1];
  wire [R*32-1:0] shifted [0:C];
  reg [7:0] left;
  wire ready, out_valid = left != 0;
  wire leave = out_valid && ready;
  wire can_load = left == 0 || (left == 1 && ready);
  wire load = done && can_load;
  assign en = !(done && !can_load);
  always @(posedge aclk)
    if (!aresetn) left <= 0;
    else if (load) left <= C;
    else if (leave) left <= left - 1;
  wire en_product = en && v1, en_sum = en && v2;
  assign shifted[C] = 0;
  genvar r, c;
  generate
    for (c = 0; c < C; c = c + 1) begin : column
      wire off = c == C - 1 && last_off;
      wire ep = en_product && !off, es = en_sum && !off;
      for (r = 0; r < R; r = r + 1) begin : row
        hand_cell u (aclk, ep, es, f2, x[r*8+:8], w[c*8+:8], sums[c][r*32+:32]);
      end
      reg [R*32-1:0] stage;
      assign shifted[c] = stage;
      always @(posedge aclk)
        if (load) stage <= sums[c];
        else if (leave) stage <= shifted[c+1];
    end
  endgenerate
  hand_slice #(R*32+1) slice_out (aclk, aresetn, out_valid, ready, {left == 1, shifted[0]},
    m_axis_tvalid, m_axis_tready, {m_axis_tlast, m_axis_tdata});

  wire [63:0] chain [0:16];
  wire [31:0] counts [0:15];
  reg [3:0] turn;
  reg [31:0] count;
  assign chain[0] = wd[63:0];
  assign m_axis_tuser = count;
  generate
    for (r = 0; r < 16; r = r + 1) begin : binary
      hand_binary u (aclk, fill, chain[r], chain[r+1], en_product, f1, x[63:0], counts[r]);
    end
  endgenerate
  always @(posedge aclk)
    if (!aresetn) begin
      turn <= 0;
      count <= 0;
    end else if (load) begin
      turn <= turn + 1;
      count <= counts[turn];
    end
endmodule
