# create_system for Zynq UltraScale+: processing system, one AXI DMA for each pair of streams, registers at HPM0.
proc create_system {} {
  global clock_mhz memory_ports memory_port_bits control_port

  set ps [create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:zynq_ultra_ps_e:*] ps]
  apply_bd_automation -rule xilinx.com:bd_rule:zynq_ultra_ps_e -config {apply_board_preset "1"} $ps
  set_property CONFIG.PSU__OVERRIDE__BASIC_CLOCK 0 $ps
  set_property -dict [list CONFIG.PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ $clock_mhz \
    CONFIG.PSU__USE__M_AXI_GP0 1 CONFIG.PSU__USE__M_AXI_GP1 0 CONFIG.PSU__USE__M_AXI_GP2 0 CONFIG.PSU__USE__IRQ0 1] $ps
  # S_AXI_GP0 and GP1 are the coherent ports; HP0_FPD .. HP3_FPD are GP2 .. GP5.
  foreach port $memory_ports {
    set index [expr {[string range $port end-4 end-4] + 2}]
    set_property -dict [list CONFIG.PSU__USE__S_AXI_GP$index 1 CONFIG.PSU__SAXIGP${index}__DATA_WIDTH $memory_port_bits] $ps
  }
  # The divider gives the nearest clock: the true one is told, and timing is met for it.
  puts "PL clock: asked for $clock_mhz MHz, set to [get_property CONFIG.PSU__CRL_APB__PL0_REF_CTRL__ACT_FREQMHZ $ps] MHz"

  set ports {}
  foreach port $memory_ports { lappend ports ps/$port }
  connect_system ps/pl_clk0 ps/pl_resetn0 ps/pl_ps_irq0 ps/$control_port $ports
}
source [file join [file dirname [file normalize [info script]]] system_common.tcl]
