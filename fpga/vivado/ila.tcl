# insert_ila NETS DEPTH: an integrated logic analyser on nets of the synthesized design, one probe each. Nets are seen from
# the accelerator: its ports, or paths below it (inst/u_core/...), which synthesis keeps where they carry mark_debug.
proc insert_ila {nets depth} {
  create_debug_core u_ila_0 ila
  set_property C_DATA_DEPTH $depth [get_debug_cores u_ila_0]
  set_property C_TRIGIN_EN false [get_debug_cores u_ila_0]
  set_property C_TRIGOUT_EN false [get_debug_cores u_ila_0]
  set clock [get_nets -hierarchical -filter {NAME =~ */accelerator/aclk}]
  if {[llength $clock] == 0} { fail "the accelerator's clock was not found: nothing to sample with" }
  set_property port_width 1 [get_debug_ports u_ila_0/clk]
  connect_debug_port u_ila_0/clk [lindex $clock 0]
  set i 0
  foreach name $nets {
    # With the cell in front: a net has a name in every level that it crosses.
    set net */accelerator/$name
    set bits [lsort -dictionary [get_nets -hierarchical -filter "NAME =~ $net || NAME =~ $net\\\[*\\\]"]]
    if {[llength $bits] == 0} { fail "the accelerator has no net $name: neither a port nor marked with mark_debug" }
    if {$i > 0} { create_debug_port u_ila_0 probe }
    set_property port_width [llength $bits] [get_debug_ports u_ila_0/probe$i]
    connect_debug_port u_ila_0/probe$i $bits
    incr i
  }
}
