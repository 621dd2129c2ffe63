# create_system for Zynq-7000: processing system 7, one AXI DMA for each pair of streams, registers at the general port.
proc create_system {} {
  global clock_mhz memory_port_bits control_port

  set ps [create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:processing_system7:*] ps]
  apply_bd_automation -rule xilinx.com:bd_rule:processing_system7 \
    -config {make_external "FIXED_IO, DDR" apply_board_preset "1" Master "Disable" Slave "Disable"} $ps
  # A port that presets switch on and nobody connects would be an error.
  set_property -dict [list CONFIG.PCW_USE_M_AXI_GP0 0 CONFIG.PCW_USE_M_AXI_GP1 0] $ps
  set_property -dict [list CONFIG.PCW_FPGA0_PERIPHERAL_FREQMHZ $clock_mhz \
    CONFIG.PCW_USE_$control_port 1 CONFIG.PCW_USE_FABRIC_INTERRUPT 1 CONFIG.PCW_IRQ_F2P_INTR 1] $ps
  set ports {}
  foreach port [used_memory_ports] {
    lappend ports ps/$port
    set_property -dict [list CONFIG.PCW_USE_$port 1 CONFIG.PCW_${port}_DATA_WIDTH $memory_port_bits] $ps
  }
  # The divider gives the nearest clock: the true one is told, and timing is met for it.
  puts "PL clock: asked for $clock_mhz MHz, set to [get_property CONFIG.PCW_ACT_FPGA0_PERIPHERAL_FREQMHZ $ps] MHz"

  connect_system ps/FCLK_CLK0 [get_bd_pins ps/FCLK_RESET0_N] ps/IRQ_F2P ps/$control_port $ports
}
source [file join [file dirname [file normalize [info script]]] system_common.tcl]
