# What the systems have in common: clock and reset, DMAs for the streams, memory and control interconnect, interrupts
# and addresses. Everything runs on one clock. Interfaces and pins are named cell/pin.

# A DMA of the vendor for an input stream, an output stream or both ("" where there is none).
# Its length register gets 26 bits: the default of 14 ends every transfer at 16 KiB. With scatter_gather it takes its
# transfers from descriptors in memory: a packet may be made of several. Its addresses reach all of the memory: that of
# UltraScale+ does not end at 32 bits. Its memory side is as wide as the stream (32 bits at least), so that samples and
# results of any number of beats may stand one behind the other; the interconnect widens. Up to 64 bits it takes any byte
# address, with wider streams those that are multiples of a beat.
proc create_dma {cell input output} {
  global memory_address_bits scatter_gather
  foreach {prefix bits} [concat $input $output] {
    if {$bits ni {8 16 32 64 128 256 512 1024}} {
      fail "$prefix has $bits bits, a DMA 8, 16, 32 .. 1024: build again with such a --port-bits, or connect the IP by hand"
    }
  }
  set dma [create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:axi_dma:*] $cell]
  set_property -dict [list CONFIG.c_include_sg $scatter_gather CONFIG.c_sg_length_width 26 \
    CONFIG.c_addr_width $memory_address_bits \
    CONFIG.c_include_mm2s [expr {$input ne ""}] CONFIG.c_include_s2mm [expr {$output ne ""}]] $dma
  if {$scatter_gather} { set_property CONFIG.c_sg_include_stscntrl_strm 0 $dma }
  if {$input ne ""} {
    lassign $input prefix bits
    set_property -dict [list CONFIG.c_m_axi_mm2s_data_width [expr {max($bits, 32)}] \
      CONFIG.c_m_axis_mm2s_tdata_width $bits CONFIG.c_include_mm2s_dre [expr {$bits <= 64}] CONFIG.c_mm2s_burst_size 64] $dma
    connect_bd_intf_net [get_bd_intf_pins $cell/M_AXIS_MM2S] [get_bd_intf_pins accelerator/$prefix]
  }
  if {$output ne ""} {
    lassign $output prefix bits
    set_property -dict [list CONFIG.c_m_axi_s2mm_data_width [expr {max($bits, 32)}] \
      CONFIG.c_include_s2mm_dre [expr {$bits <= 64}] CONFIG.c_s2mm_burst_size 64] $dma
    connect_bd_intf_net [get_bd_intf_pins accelerator/$prefix] [get_bd_intf_pins $cell/S_AXIS_S2MM]
  }
}

# The memory ports that get a master: no processor port is switched on for nothing.
proc used_memory_ports {} {
  global memory_ports streams_in streams_out masters scatter_gather
  set count [expr {[llength $streams_in] + [llength $streams_out] + [llength $masters]}]
  if {$scatter_gather} { incr count [expr {max([llength $streams_in], [llength $streams_out])}] }
  return [lrange $memory_ports 0 $count-1]
}

# A smartconnect of so many sides, on the one clock.
proc create_interconnect {cell inputs outputs} {
  set interconnect [create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:smartconnect:*] $cell]
  set_property -dict [list CONFIG.NUM_SI $inputs CONFIG.NUM_MI $outputs CONFIG.NUM_CLKS 1] $interconnect
}

# Connects pins of the type (clk or rst) that nobody drives yet.
proc connect_open_pins {source type} {
  foreach pin [get_bd_pins -quiet -hierarchical -filter "TYPE == $type && DIR == I"] {
    # The reset block's other inputs have their defaults; one of them is active high.
    if {[string match "/resets/*" $pin] && $type eq "rst"} { continue }
    # Clock and reset of block RAM come with the interface of its controller; that reset is active high too.
    if {[string match "/ram_blocks/*" $pin]} { continue }
    if {[llength [get_bd_nets -quiet -of_objects $pin]] == 0} { connect_bd_net [get_bd_pins $source] $pin }
  }
}

# clock: pin that drives it. reset: pin or port, active low. interrupt: pin of the processor, "" without one. control:
# interface that reaches registers. memory_interfaces: interfaces of the memory; the masters are dealt out over them.
# memory: where a board without a processor has its memory and how much, {offset range}; the control interface then
# reaches it as well.
proc connect_system {clock reset interrupt control memory_interfaces {memory {}}} {
  global streams_in streams_out controls masters control_base interrupts scatter_gather

  create_bd_cell -type ip -vlnv [newest_ip xilinx.com:ip:proc_sys_reset:*] resets
  connect_bd_net [get_bd_pins $clock] [get_bd_pins resets/slowest_sync_clk]
  # Not every source says that it is active low.
  set_property CONFIG.C_EXT_RESET_HIGH 0 [get_bd_cells resets]
  connect_bd_net $reset [get_bd_pins resets/ext_reset_in]

  # Input i and output i share a DMA.
  set slaves {}       ;# interfaces with registers
  set readers {}      ;# interfaces that read and write the memory
  set irqs {}
  set count [expr {max([llength $streams_in], [llength $streams_out])}]
  for {set i 0} {$i < $count} {incr i} {
    set input [lindex $streams_in $i]
    set output [lindex $streams_out $i]
    create_dma dma_$i $input $output
    lappend slaves dma_$i/S_AXI_LITE
    if {$input ne ""} { lappend readers dma_$i/M_AXI_MM2S; lappend irqs dma_$i/mm2s_introut }
    if {$output ne ""} { lappend readers dma_$i/M_AXI_S2MM; lappend irqs dma_$i/s2mm_introut }
    if {$scatter_gather} { lappend readers dma_$i/M_AXI_SG }
  }
  foreach bus $controls { lappend slaves accelerator/[lindex $bus 0] }
  foreach bus $masters { lappend readers accelerator/[lindex $bus 0] }
  foreach pin $interrupts { lappend irqs accelerator/$pin }

  set debug [expr {[llength $memory] > 0}]
  create_interconnect control 1 [expr {[llength $slaves] + $debug}]
  connect_bd_intf_net [get_bd_intf_pins $control] [get_bd_intf_pins control/S00_AXI]
  set i 0
  foreach slave $slaves {
    connect_bd_intf_net [get_bd_intf_pins [format control/M%02d_AXI $i]] [get_bd_intf_pins $slave]
    incr i
  }
  if {$debug} { lappend readers [format control/M%02d_AXI $i] }

  set ports [llength $memory_interfaces]
  for {set p 0} {$p < $ports} {incr p} {
    set mine {}
    for {set m $p} {$m < [llength $readers]} {incr m $ports} { lappend mine [lindex $readers $m] }
    if {[llength $mine] == 0} { continue }
    create_interconnect memory_$p [llength $mine] 1
    set i 0
    foreach reader $mine {
      connect_bd_intf_net [get_bd_intf_pins $reader] [get_bd_intf_pins [format memory_$p/S%02d_AXI $i]]
      incr i
    }
    connect_bd_intf_net [get_bd_intf_pins memory_$p/M00_AXI] [get_bd_intf_pins [lindex $memory_interfaces $p]]
  }

  connect_open_pins $clock clk
  connect_open_pins resets/peripheral_aresetn rst

  if {$interrupt ne "" && [llength $irqs] > 0} {
    # From 2025 on concatenation is no IP but text that is put in line, a type of cell of its own.
    set vlnv [newest_ip xilinx.com:inline_hdl:ilconcat:* xilinx.com:ip:xlconcat:*]
    set type [expr {[string match *:inline_hdl:* $vlnv] ? "inline_hdl" : "ip"}]
    set concat [create_bd_cell -type $type -vlnv $vlnv irqs]
    set_property CONFIG.NUM_PORTS [llength $irqs] $concat
    set i 0
    foreach pin $irqs {
      connect_bd_net [get_bd_pins $pin] [get_bd_pins irqs/In$i]
      incr i
    }
    connect_bd_net [get_bd_pins irqs/dout] [get_bd_pins $interrupt]
  }

  # Registers stand 64 KiB apart from the base of the control port; the memory is where the board has it.
  set offset $control_base
  foreach slave $slaves {
    assign_bd_address -offset [format 0x%08X $offset] -range 64K [get_bd_addr_segs -of_objects [get_bd_intf_pins $slave]]
    incr offset 0x10000
  }
  if {$debug} {
    lassign $memory offset range
    foreach interface $memory_interfaces {
      assign_bd_address -offset $offset -range $range [get_bd_addr_segs -of_objects [get_bd_intf_pins $interface]]
    }
  }
  assign_bd_address
}
