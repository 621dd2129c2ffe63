# create_system for Zynq UltraScale+: processing system, one AXI DMA for each pair of streams, registers at HPM0.
proc create_system {} {
  global clock_mhz memory_port_bits control_port

  set ps [create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:zynq_ultra_ps_e:*] ps]
  apply_bd_automation -rule xilinx.com:bd_rule:zynq_ultra_ps_e -config {apply_board_preset "1"} $ps
  set_property CONFIG.PSU__OVERRIDE__BASIC_CLOCK 0 $ps
  # The configuration counts ports in its own way. One that presets switch on and nobody connects would be an error.
  set masters {M_AXI_HPM0_FPD M_AXI_HPM1_FPD M_AXI_HPM0_LPD}
  set slaves {S_AXI_HPC0_FPD S_AXI_HPC1_FPD S_AXI_HP0_FPD S_AXI_HP1_FPD S_AXI_HP2_FPD S_AXI_HP3_FPD}
  for {set i 0} {$i < [llength $masters]} {incr i} {
    set_property CONFIG.PSU__USE__M_AXI_GP$i [expr {[lindex $masters $i] eq $control_port}] $ps
  }
  set_property -dict [list CONFIG.PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ $clock_mhz CONFIG.PSU__USE__IRQ0 1] $ps
  set ports {}
  foreach port [used_memory_ports] {
    lappend ports ps/$port
    set index [lsearch -exact $slaves $port]
    if {$index < 0} { fail "Zynq UltraScale+ has no $port for the memory, only $slaves" }
    set_property -dict [list CONFIG.PSU__USE__S_AXI_GP$index 1 CONFIG.PSU__SAXIGP${index}__DATA_WIDTH $memory_port_bits] $ps
  }
  # The divider gives the nearest clock: the true one is told, and timing is met for it.
  puts "PL clock: asked for $clock_mhz MHz, set to [get_property CONFIG.PSU__CRL_APB__PL0_REF_CTRL__ACT_FREQMHZ $ps] MHz"

  connect_system ps/pl_clk0 [get_bd_pins ps/pl_resetn0] ps/pl_ps_irq0 ps/$control_port $ports
}
source [file join [file dirname [file normalize [info script]]] system_common.tcl]
