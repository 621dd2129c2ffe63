# create_system for Zynq-7000: processing system 7, one AXI DMA for each pair of streams, registers at the general port.
proc create_system {} {
  global clock_mhz memory_ports control_port

  set ps [create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:processing_system7:*] ps]
  apply_bd_automation -rule xilinx.com:bd_rule:processing_system7 \
    -config {make_external "FIXED_IO, DDR" apply_board_preset "1" Master "Disable" Slave "Disable"} $ps
  set_property -dict [list CONFIG.PCW_FPGA0_PERIPHERAL_FREQMHZ $clock_mhz \
    CONFIG.PCW_USE_M_AXI_GP0 1 CONFIG.PCW_USE_FABRIC_INTERRUPT 1 CONFIG.PCW_IRQ_F2P_INTR 1] $ps
  foreach port $memory_ports { set_property CONFIG.PCW_USE_$port 1 $ps }

  set ports {}
  foreach port $memory_ports { lappend ports ps/$port }
  connect_system ps/FCLK_CLK0 ps/FCLK_RESET0_N ps/IRQ_F2P ps/$control_port $ports
}
source [file join [file dirname [file normalize [info script]]] system_common.tcl]
