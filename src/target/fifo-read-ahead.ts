/**
 * What a `fifo` has around a memory that shows a word a cycle after its address: the oldest beat is read in the cycle in which the one
 * before leaves, and a beat that is the oldest as soon as it comes passes beside the memory. Cycles are those of the fifo of registers;
 * a word is never read in the cycle in which it is written.
 */
export const readAhead = `    localparam int PTR_W   = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam int LEVEL_W = $clog2(DEPTH + 1);

    logic [PTR_W-1:0]   head_q;    // next place to write
    logic [PTR_W-1:0]   tail_q;    // oldest beat
    logic [PTR_W-1:0]   tail_next; // that of the next cycle
    logic [LEVEL_W-1:0] level_q;
    logic               beside;    // the beat that comes is the oldest at once
    logic               beside_q;  // the oldest beat is beside_data_q
    logic [W-1:0]       beside_data_q;

    logic push;
    logic pop;
    assign push = s_axis_tvalid && s_axis_tready;
    assign pop  = m_axis_tvalid && m_axis_tready;

    logic             wr_en;
    logic [PTR_W-1:0] wr_addr;
    logic [W-1:0]     wr_data;
    logic             rd_en;
    logic [PTR_W-1:0] rd_addr;
    logic [W-1:0]     rd_data;
    always_comb begin
      tail_next = tail_q;
      if (pop) tail_next = tail_q == PTR_W'(DEPTH - 1) ? PTR_W'(0) : tail_q + PTR_W'(1);
    end
    assign beside  = push && (level_q == LEVEL_W'(0) || (level_q == LEVEL_W'(1) && pop));
    assign wr_en   = push && !beside;
    assign wr_addr = head_q;
    assign wr_data = s_axis_tdata;
    assign rd_en   = pop && level_q > LEVEL_W'(1);
    assign rd_addr = tail_next;

    assign s_axis_tready = level_q != LEVEL_W'(DEPTH);
    assign m_axis_tvalid = level_q != LEVEL_W'(0);
    assign m_axis_tdata  = beside_q ? beside_data_q : rd_data;
    assign level         = level_q;

    always_ff @(posedge aclk) begin
      if (!aresetn) begin
        head_q   <= '0;
        tail_q   <= '0;
        level_q  <= '0;
        beside_q <= 1'b0;
      end else begin
        if (push) head_q <= head_q == PTR_W'(DEPTH - 1) ? PTR_W'(0) : head_q + PTR_W'(1);
        tail_q <= tail_next;
        if (push && !pop) level_q <= level_q + LEVEL_W'(1);
        else if (pop && !push) level_q <= level_q - LEVEL_W'(1);
        if (beside) beside_q <= 1'b1;
        else if (pop) beside_q <= 1'b0;
      end
    end

    always_ff @(posedge aclk) begin
      if (beside) beside_data_q <= s_axis_tdata;
    end

`;
