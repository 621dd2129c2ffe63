# 150 MHz; times in ns. All registers reset synchronously: on a chip aresetn comes from a synchroniser of aclk.
create_clock -name aclk -period 6.666 [get_ports aclk]
create_clock -name outside -period 6.666
set inputs [get_ports {
  aresetn
  s_axis_tdata[*]
  s_axis_tvalid
}]
set outputs [get_ports {
  s_axis_tready
  m_axis_tdata[*]
}]
set_input_delay -max 2.666 -clock outside $inputs
set_input_delay -min 0.333 -clock outside $inputs
set_output_delay -max 2.666 -clock outside $outputs
set_output_delay -min -0.333 -clock outside $outputs
set_clock_uncertainty -setup 0.100 [all_clocks]
set_clock_uncertainty -hold 0.050 [all_clocks]
set_driving_cell -lib_cell BUFX4 -pin Y $inputs
set_load 0.02 $outputs
set_max_transition 0.250 [current_design]
set_max_fanout 32 [current_design]
