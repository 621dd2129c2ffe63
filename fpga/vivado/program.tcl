# Loads the bitstream over JTAG. On a Zynq the processor gives the clock: it must have booted, with this clock set.
#
#   vivado -mode batch -nojournal -notrace -source fpga/vivado/program.tcl [-tclargs bit=FILE]
set here [file dirname [file normalize [info script]]]
source [file join $here settings.tcl]
source [file join $here common.tcl]
set bit [file normalize [argument bit [file join $here project $name.bit]]]
if {![file exists $bit]} { fail "$bit is not there: run project.tcl first" }

open_hw_manager
connect_hw_server
open_hw_target
set wanted [lindex [split $part -] 0]
set device ""
foreach each [get_hw_devices] {
  set part_there [get_property PART $each]
  if {$part_there ne "" && [string match "$part_there*" $wanted]} { set device $each }
}
if {$device eq ""} { fail "no $wanted in the JTAG chain: [get_hw_devices]" }
current_hw_device $device
set_property PROGRAM.FILE $bit $device
program_hw_devices $device
close_hw_manager
exit 0
