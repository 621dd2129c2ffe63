// {{module}} - {{title}} on the {{board}}, samples in and results out over a serial line
//
// {{baud}} baud, 8 data bits, no parity, a stop bit; {{clocks}} cycles of the board's {{mhz}} MHz a bit. Bytes of a beat go
// lowest first: {{inBytes}} a beat of samples, {{outBytes}} a beat of results. A break on rx makes everything begin anew.
//
// The file that runs it from a computer is fpga/{{folder}}/host.py.
`default_nettype none
module {{module}} (
  input  wire clock,
  input  wire rx,
  output wire tx{{resetPort}}{{lostPort}}
);

  // Flops hold 0 behind configuration, and block RAM may not be read at once: reset stays for some 128 cycles.{{resetDoc}}
  reg [7:0] age = 8'd0;
  reg       aresetn = 1'b0;
{{button}}
  always @(posedge clock) begin
    aresetn <= age[7];
    {{ageStep}}
  end

  wire core_resetn;
  wire unused_last;
  wire lost;

  wire s_axis_tvalid;
  wire s_axis_tready;
  wire {{inRange}} s_axis_tdata;
  wire m_axis_tvalid;
  wire m_axis_tready;
  wire {{outRange}} m_axis_tdata;

  serial_bridge #(.CLOCKS({{clocks}}), .IN({{inBytes}}), .OUT({{outBytes}})) u_bridge (
    .aclk          (clock),
    .aresetn       (aresetn),
    .rx            (rx),
    .tx            (tx),
    .m_axis_tvalid (s_axis_tvalid),
    .m_axis_tready (s_axis_tready),
    .m_axis_tdata  (s_axis_tdata),
    .s_axis_tvalid (m_axis_tvalid),
    .s_axis_tready (m_axis_tready),
    .s_axis_tdata  (m_axis_tdata),
    .core_resetn   (core_resetn),
    .lost          (lost)
  );

  // Samples are counted, so that no tlast is needed.
  {{top}} u_accelerator (
    .aclk          (clock),
    .aresetn       (core_resetn),
    .s_axis_tvalid (s_axis_tvalid),
    .s_axis_tready (s_axis_tready),
    .s_axis_tdata  (s_axis_tdata),
    .s_axis_tlast  (1'b0),
{{tied}}    .m_axis_tvalid (m_axis_tvalid),
    .m_axis_tready (m_axis_tready),
    .m_axis_tdata  (m_axis_tdata),
    .m_axis_tlast  (unused_last)
  );
{{lostAssign}}
endmodule
`default_nettype wire
