// weight_cast - records of float32 numbers to records of words for weight_loader; records of words
// go through
//
// A record is of numbers where bits 1:0 of its address are 1. Then follow: how many numbers; the
// format; how many numbers a word of the store has, 1 .. 65535; the numbers. The format is that of
// float_cast_format in bits 14:0, and STRIDE in bits 19:16: words of 32 bits from one word of the
// store to the next are 2^STRIDE. Codes stand side by side, the first one in the lowest bits, and a
// word of the store begins anew.
// Every 32 bits become a record of one word, tlast with the last one of the image. A record that is
// cut off, has no numbers or a format that is none ends in an address with bits 1:0 = 3, which the
// loader refuses; the rest up to tlast goes through and is dropped there. cancel forgets what is
// under way.
// A number takes one cycle, 32 bits of codes three more. Cuts nothing: m_axis_tready, s_axis and
// cancel reach all outputs.
`default_nettype none
module weight_cast (
  input  logic        aclk,
  input  logic        aresetn,

  input  logic        s_axis_tvalid,  // image
  output logic        s_axis_tready,
  input  logic [31:0] s_axis_tdata,
  input  logic        s_axis_tlast,

  output logic        m_axis_tvalid,  // image without float32
  input  logic        m_axis_tready,
  output logic [31:0] m_axis_tdata,
  output logic        m_axis_tlast,

  input  logic        cancel          // forgets what is under way
);

  typedef enum logic [3:0] {
    ADDRESS = 4'd0,
    COUNT = 4'd1,
    FIXED = 4'd2,
    NUMBERS = 4'd3,
    FORMAT = 4'd4,
    FIELDS = 4'd5,
    CAST = 4'd6,
    REFUSE = 4'd7,
    DROP = 4'd8
  } state_t;

  state_t      state_q;
  logic [31:0] left_q;    // words or numbers of the record to come
  logic        ended_q;   // the word was the last of the image
  logic        cut_q;     // the image ended in the middle of the numbers
  logic [14:0] format_q;
  logic [3:0]  stride_q;
  logic [15:0] fields_q;  // numbers of a word of the store
  logic [29:0] addr_q;    // where the next 32 bits go
  logic [15:0] place_q;   // number of the next code in its word of the store
  logic [1:0]  inside_q;  // numbers in the cast
  logic [63:0] codes_q;   // codes side by side
  logic [5:0]  fill_q;    // bits of them
  logic        closes_q;  // a word of the store is complete
  logic [1:0]  beat_q;    // address, count, word

  logic casts;
  assign casts = state_q == CAST;

  // numbers go into the cast, codes come out of it; where nobody waits for them they are dropped
  logic        numbers_tvalid;
  logic        numbers_tready;
  logic [31:0] numbers_tdata;
  logic [14:0] numbers_tuser;
  logic        code_tvalid;
  logic        code_tready;
  logic [31:0] code_tdata;
  logic        more;  // numbers are to come
  assign more           = casts && left_q != 32'd0 && !cancel;
  assign numbers_tvalid = more && s_axis_tvalid;
  assign numbers_tdata  = s_axis_tdata;
  assign numbers_tuser  = format_q;

  float_cast_format_half_even #(.W(32)) u_cast (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(numbers_tvalid),
    .s_axis_tready(numbers_tready),
    .s_axis_tdata (numbers_tdata),
    .s_axis_tuser (numbers_tuser),
    .m_axis_tvalid(code_tvalid),
    .m_axis_tready(code_tready),
    .m_axis_tdata (code_tdata)
  );

  logic full;  // 32 bits or more
  logic emits;
  logic entered;
  logic code_leaves;
  assign full        = fill_q[5];
  assign emits       = casts && (full || closes_q);
  assign entered     = numbers_tvalid && numbers_tready;
  assign code_leaves = code_tvalid && code_tready;

  assign code_tready = !emits;

  always_ff @(posedge aclk) begin
    if (!aresetn) inside_q <= '0;
    else if (entered && !code_leaves) inside_q <= inside_q + 2'd1;
    else if (code_leaves && !entered) inside_q <= inside_q - 2'd1;
  end

  // records of words go through; of the others only what is packed leaves
  logic is_numbers;
  logic through;
  logic header;  // taken, and not passed on
  logic taken;
  logic refuses;
  logic gone;    // all numbers are packed
  logic done;    // the last 32 bits of a word of the store
  logic leaves;
  assign is_numbers = s_axis_tdata[1:0] == 2'd1;
  assign through    = ((state_q == ADDRESS && !is_numbers) || state_q == COUNT || state_q == FIXED
      || state_q == DROP)
      && !cancel;
  assign header     = ((state_q == ADDRESS && is_numbers) || state_q == NUMBERS || state_q == FORMAT
      || state_q == FIELDS)
      && !cancel;
  assign taken      = s_axis_tvalid && s_axis_tready;
  assign refuses    = state_q == REFUSE && !cancel;
  assign gone       = left_q == 32'd0 && inside_q == 2'd0;
  assign done       = closes_q && fill_q <= 6'd32;
  assign leaves     = m_axis_tvalid && m_axis_tready && emits;

  assign s_axis_tready = header || (through && m_axis_tready) || (more && numbers_tready);
  assign m_axis_tvalid = (through && s_axis_tvalid) || (emits && !cancel) || refuses;
  assign m_axis_tdata  = through ? s_axis_tdata : emits
      ? (beat_q == 2'd0 ? {addr_q, 2'd0} : beat_q == 2'd1 ? 32'd1 : codes_q[31:0]) : ~32'd0;
  assign m_axis_tlast  = through ? s_axis_tlast : emits
      ? done && gone && ended_q && !cut_q && beat_q == 2'd2 : ended_q;

  // codes side by side
  logic [4:0]  bits;  // of a code, less one
  logic [31:0] top;
  logic [31:0] own;   // the code alone
  logic        last_field;
  logic        last_code;
  logic        complete;
  logic        packs;
  logic        word_leaves;
  logic [29:0] gap;
  assign bits        = format_q[12:8];
  assign top         = 32'd1 << bits;
  assign own         = code_tdata & (top | (top - 32'd1));
  assign last_field  = place_q + 16'd1 == fields_q;
  assign last_code   = left_q == 32'd0 && inside_q == 2'd1;
  assign complete    = last_field || last_code;
  assign packs       = casts && code_leaves;
  assign word_leaves = leaves && beat_q == 2'd2;
  assign gap         = (30'd1 << stride_q) - 30'd1;

  // codes pile up and leave; headers; cancel comes last
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      codes_q  <= '0;
      fill_q   <= '0;
      closes_q <= 1'b0;
      beat_q   <= '0;
      state_q  <= ADDRESS;
    end else begin
      if (packs) begin
        codes_q  <= codes_q | (64'(own) << fill_q[4:0]);
        fill_q   <= fill_q + 6'(bits) + 6'd1;
        closes_q <= complete;
      end else if (word_leaves) begin
        codes_q <= codes_q >> 32;
        fill_q  <= full ? fill_q - 6'd32 : 6'd0;
        if (done) closes_q <= 1'b0;
      end
      if (leaves) beat_q <= beat_q == 2'd2 ? 2'd0 : beat_q + 2'd1;
      case (state_q)
        ADDRESS: begin
          if (taken) begin
            if (s_axis_tlast) begin
              if (is_numbers) state_q <= REFUSE;
            end else if (is_numbers) begin
              state_q <= NUMBERS;
            end else begin
              state_q <= COUNT;
            end
          end
        end
        COUNT: begin
          if (taken) begin
            if (s_axis_tlast) state_q <= ADDRESS;
            else state_q <= FIXED;
          end
        end
        FIXED: if (taken && (s_axis_tlast || left_q == 32'd1)) state_q <= ADDRESS;
        NUMBERS: begin
          if (taken) begin
            if (s_axis_tdata == 32'd0 || s_axis_tlast) state_q <= REFUSE;
            else state_q <= FORMAT;
          end
        end
        FORMAT: begin
          if (taken) begin
            if (s_axis_tdata[14:13] == 2'd3 || s_axis_tlast) state_q <= REFUSE;
            else state_q <= FIELDS;
          end
        end
        FIELDS: begin
          if (taken) begin
            if (s_axis_tdata[15:0] == 16'd0 || (|s_axis_tdata[31:16]) || s_axis_tlast) begin
              state_q <= REFUSE;
            end else begin
              state_q <= CAST;
            end
          end
        end
        CAST: begin
          if (word_leaves && done && gone) begin
            if (cut_q) state_q <= REFUSE;
            else state_q <= ADDRESS;
          end
        end
        REFUSE: begin
          if (m_axis_tvalid && m_axis_tready) begin
            if (ended_q) state_q <= ADDRESS;
            else state_q <= DROP;
          end
        end
        DROP: if (taken && s_axis_tlast) state_q <= ADDRESS;
        default: ;
      endcase
      if (cancel) begin
        state_q  <= ADDRESS;
        codes_q  <= '0;
        fill_q   <= '0;
        beat_q   <= '0;
        closes_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (packs) place_q <= complete ? 16'd0 : place_q + 16'd1;
    else if (word_leaves) addr_q <= (addr_q | (done ? gap : 30'd0)) + 30'd1;
    if (taken) ended_q <= s_axis_tlast;
    case (state_q)
      ADDRESS: if (taken) addr_q <= s_axis_tdata[31:2];
      COUNT: if (taken) left_q <= s_axis_tdata;
      FIXED: if (taken) left_q <= left_q - 32'd1;
      NUMBERS: if (taken) left_q <= s_axis_tdata;
      FORMAT: begin
        if (taken) begin
          format_q <= s_axis_tdata[14:0];
          stride_q <= s_axis_tdata[19:16];
        end
      end
      FIELDS: begin
        if (taken) begin
          fields_q <= s_axis_tdata[15:0];
          place_q  <= '0;
          cut_q    <= 1'b0;
        end
      end
      CAST: begin
        if (entered) begin
          left_q <= s_axis_tlast ? 32'd0 : left_q - 32'd1;
          cut_q  <= s_axis_tlast && left_q != 32'd1;
        end
      end
      default: ;
    endcase
  end

endmodule
`default_nettype wire
