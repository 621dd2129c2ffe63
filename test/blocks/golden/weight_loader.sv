// weight_loader - a stream of weights to the stores of LAYERS layers, and their commit for one and
// the same frame
//
// The stream is records of 32-bit words: byte address of a store, a multiple of 4, number of words,
// words; tlast with the last one.
// Every word is an access of its own. Behind the last word hold keeps the next frame from
// beginning; as soon as no frame is half in, all layers are told to swap their banks with frame
// number `frame`, hold falls, and the loader waits until all have. So every frame is computed with
// the old or with the new weights, in all layers.
// failed is high for a cycle where an address is none, an access is refused, a record is cut off;
// the rest up to tlast is dropped, and nothing of it counts. cancel gives up what has not been
// committed. A word takes 4 cycles.
//
// LAYERS     layers with a store, 1 to 256
// WINDOW_W   bits of a word address in the window of a store, 3 to 22
`default_nettype none
module weight_loader #(
  parameter int LAYERS   = 2,
  parameter int WINDOW_W = 10
) (
  input  logic                                                aclk,
  input  logic                                                aresetn,

  input  logic                                                s_axis_tvalid,
  output logic                                                s_axis_tready,
  input  logic [31:0]                                         s_axis_tdata,
  input  logic                                                s_axis_tlast,

  output logic                                                m_req_tvalid,
  input  logic                                                m_req_tready,
  output logic                                                m_req_write,
  output logic [WINDOW_W+(LAYERS>1 ? $clog2(LAYERS) : 1)-1:0] m_req_addr,
  output logic [31:0]                                         m_req_data,
  output logic [3:0]                                          m_req_strobe,

  input  logic                                                s_rsp_tvalid,
  output logic                                                s_rsp_tready,
  input  logic                                                s_rsp_write,
  input  logic [31:0]                                         s_rsp_data,
  input  logic                                                s_rsp_error,

  input  logic                                                boundary,  // no frame is half in
  // number of the next frame since reset
  input  logic [31:0]                                         frame,
  // gives up what has not been committed
  input  logic                                                cancel,
  output logic                                                hold,      // no frame may begin
  // an image is being read, or not all layers have it
  output logic                                                pending,
  output logic                                                finished,  // all layers have it
  output logic                                                failed     // the image is wrong
);

  localparam int LAYER_W = LAYERS > 1 ? $clog2(LAYERS) : 1;
  localparam int A_W     = WINDOW_W + LAYER_W;  // bits of a word address

`ifndef SYNTHESIS
  initial begin
    if (LAYERS > 256) $fatal(1, "weight_loader: LAYERS must be at most 256");
    if (WINDOW_W < 3) $fatal(1, "weight_loader: WINDOW_W must be at least 3");
    if (WINDOW_W > 22) $fatal(1, "weight_loader: WINDOW_W must be at most 22");
    if (32 < WINDOW_W + (LAYERS > 1 ? $clog2(LAYERS) : 1) + 2)
      $fatal(1, "weight_loader: a byte address has 32 bits");
  end
`endif

  typedef enum logic [3:0] {
    ADDRESS = 4'd0,
    COUNT = 4'd1,
    DATA = 4'd2,
    ANSWER = 4'd3,
    WAIT = 4'd4,
    WRITE = 4'd5,
    WRITTEN = 4'd6,
    POLL = 4'd7,
    POLLED = 4'd8,
    DROP = 4'd9
  } state_t;

  state_t             state_q;
  logic [A_W-1:0]     addr_q;
  logic [31:0]        left_q;   // words of the record to come
  logic               open_q;   // an image has begun and not come to its end
  logic               ended_q;  // the word was the last of the image
  logic [LAYER_W-1:0] layer_q;
  logic               arms_q;   // AT is written, CONTROL is next
  logic [31:0]        frame_q;
  logic               failed_q;
  logic               finished_q;

  logic reads;
  logic data;
  logic commits;
  logic polls;
  logic unused_response;  // not every bit matters
  logic beyond;           // no store has this address
  logic taken;
  logic last_layer;
  logic fails;
  assign reads           = state_q == ADDRESS || state_q == COUNT || state_q == DROP;
  assign data            = state_q == DATA && !cancel;
  assign commits         = state_q == WRITE;
  assign polls           = state_q == POLL;
  assign unused_response = s_rsp_write;
  assign beyond          = s_axis_tdata != 32'({s_axis_tdata[2 +: A_W], 2'd0});
  assign taken           = s_axis_tvalid && s_axis_tready;
  assign last_layer      = layer_q == LAYER_W'(LAYERS - 1);
  assign fails           = ((taken
      && ((state_q == ADDRESS && (beyond || s_axis_tlast))
          || (state_q == COUNT && (s_axis_tdata == 32'd0 || s_axis_tlast))))
      || (state_q == ANSWER && s_rsp_tvalid && (s_rsp_error || (ended_q && left_q != 32'd1)))
      || (state_q == WRITTEN && s_rsp_tvalid && s_rsp_error))
      && !cancel;

  assign m_req_tvalid  = (data && s_axis_tvalid) || commits || polls;
  assign s_axis_tready = (!cancel && reads) || (data && m_req_tready);
  assign m_req_write   = !polls;
  assign m_req_addr    = data ? addr_q : polls ? {layer_q, WINDOW_W'(1)} : arms_q
      ? {layer_q, WINDOW_W'(0)} : {layer_q, WINDOW_W'(3)};
  assign m_req_data    = data ? s_axis_tdata : arms_q ? 32'd3 : frame_q;
  assign m_req_strobe  = 4'd15;
  assign s_rsp_tready  = 1'b1;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      failed_q   <= 1'b0;
      finished_q <= 1'b0;
      open_q     <= 1'b0;
      state_q    <= ADDRESS;
    end else begin
      failed_q   <= fails;
      finished_q <= 1'b0;
      case (state_q)
        ADDRESS: begin
          if (cancel) begin
            open_q <= 1'b0;
          end else if (taken) begin
            open_q <= 1'b1;
            if (fails) state_q <= DROP;
            else state_q <= COUNT;
          end
        end
        COUNT: begin
          if (cancel) begin
            state_q <= ADDRESS;
            open_q  <= 1'b0;
          end else if (taken) begin
            if (fails) state_q <= DROP;
            else state_q <= DATA;
          end
        end
        DATA: begin
          if (cancel) begin
            state_q <= ADDRESS;
            open_q  <= 1'b0;
          end else if (taken) begin
            state_q <= ANSWER;
          end
        end
        ANSWER: begin
          if (s_rsp_tvalid) begin
            if (cancel) begin
              state_q <= ADDRESS;
              open_q  <= 1'b0;
            end else if (fails) begin
              state_q <= DROP;
            end else if (ended_q) begin
              state_q <= WAIT;
            end else if (left_q != 32'd1) begin
              state_q <= DATA;
            end else begin
              state_q <= ADDRESS;
            end
          end
        end
        WAIT: begin
          if (cancel) begin
            state_q <= ADDRESS;
            open_q  <= 1'b0;
          end else if (boundary) begin
            state_q <= WRITE;
          end
        end
        WRITE: if (m_req_tready) state_q <= WRITTEN;
        WRITTEN: begin
          if (s_rsp_tvalid) begin
            if (!arms_q) state_q <= WRITE;
            else if (last_layer) state_q <= POLL;
            else state_q <= WRITE;
          end
        end
        POLL: if (m_req_tready) state_q <= POLLED;
        POLLED: begin
          if (s_rsp_tvalid) begin
            if (s_rsp_data[0]) begin
              state_q <= POLL;
            end else begin
              finished_q <= last_layer;
              if (last_layer) begin
                state_q <= ADDRESS;
                open_q  <= 1'b0;
              end else begin
                state_q <= POLL;
              end
            end
          end
        end
        DROP: begin
          if (ended_q || cancel || (taken && s_axis_tlast)) begin
            state_q <= ADDRESS;
            open_q  <= 1'b0;
          end
        end
        default: ;
      endcase
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (taken) ended_q <= s_axis_tlast;
    case (state_q)
      ADDRESS: if (!cancel && taken) addr_q <= s_axis_tdata[2 +: A_W];
      COUNT: if (!cancel && taken) left_q <= s_axis_tdata;
      ANSWER: begin
        if (s_rsp_tvalid) begin
          addr_q <= addr_q + A_W'(1);
          left_q <= left_q - 32'd1;
        end
      end
      WAIT: begin
        layer_q <= '0;
        arms_q  <= 1'b0;
        frame_q <= frame;
      end
      WRITTEN: begin
        if (s_rsp_tvalid) begin
          arms_q <= !arms_q;
          if (arms_q) layer_q <= last_layer ? LAYER_W'(0) : layer_q + LAYER_W'(1);
        end
      end
      POLLED: if (s_rsp_tvalid) if (!s_rsp_data[0]) layer_q <= layer_q + LAYER_W'(1);
      default: ;
    endcase
  end

  logic unused_read;  // not every bit matters
  assign unused_read = |s_rsp_data[31:1];

  assign hold     = state_q == WAIT || commits || state_q == WRITTEN;
  assign pending  = open_q;
  assign finished = finished_q;
  assign failed   = failed_q;

endmodule
`default_nettype wire
