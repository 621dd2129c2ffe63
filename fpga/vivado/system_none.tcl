# create_system for boards without a processor: a JTAG master instead of one, 64 KiB of block RAM at 0xC0000000 instead of
# DRAM. Enough to load inputs, run and read results from Vivado's hardware manager (create_hw_axi_txn).
proc create_system {} {
  global clock_mhz board_clock_mhz

  create_bd_port -dir I -type clk -freq_hz [expr {round($board_clock_mhz * 1000000)}] board_clock
  create_bd_port -dir I -type rst board_resetn
  set_property CONFIG.POLARITY ACTIVE_LOW [get_bd_ports board_resetn]

  set clocks [create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:clk_wiz:*] clocks]
  set_property -dict [list CONFIG.PRIM_IN_FREQ $board_clock_mhz CONFIG.CLKOUT1_REQUESTED_OUT_FREQ $clock_mhz \
    CONFIG.RESET_TYPE ACTIVE_LOW CONFIG.RESET_PORT resetn] $clocks
  connect_bd_net [get_bd_ports board_clock] [get_bd_pins clocks/clk_in1]
  connect_bd_net [get_bd_ports board_resetn] [get_bd_pins clocks/resetn]

  create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:jtag_axi:*] jtag
  set ram [create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:axi_bram_ctrl:*] ram]
  set_property -dict [list CONFIG.SINGLE_PORT_BRAM 1 CONFIG.DATA_WIDTH 64] $ram
  create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:blk_mem_gen:*] ram_blocks
  connect_bd_intf_net [get_bd_intf_pins ram/BRAM_PORTA] [get_bd_intf_pins ram_blocks/BRAM_PORTA]

  connect_system clocks/clk_out1 [get_bd_ports board_resetn] "" jtag/M_AXI [list ram/S_AXI] {0xC0000000 64K}
  # In reset until the clock is stable.
  connect_bd_net [get_bd_pins clocks/locked] [get_bd_pins resets/dcm_locked]
}
source [file join [file dirname [file normalize [info script]]] system_common.tcl]
