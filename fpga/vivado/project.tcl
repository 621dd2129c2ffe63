# The whole system for the board: processing system, DMA and accelerator, to bitstream, .hwh and .xsa.
#
#   vivado -mode batch -nojournal -notrace -source fpga/vivado/package_ip.tcl
#   vivado -mode batch -nojournal -notrace -source fpga/vivado/project.tcl [-tclargs out=DIR jobs=4 board_repo=DIR]
#
# Leaves NAME.bit, NAME.hwh, NAME.xsa and reports in DIR (project beside this file). Where timing is not met the
# platform is called NAME_bad_timing.xsa and the exit code is 1.
set here [file dirname [file normalize [info script]]]
source [file join $here settings.tcl]
source [file join $here common.tcl]
source [file join $here system_$system.tcl]
set out [file normalize [argument out [file join $here project]]]
set jobs [argument jobs 4]
set board_repo [argument board_repo ""]
file mkdir $out

# Must stand in front of create_project.
if {$board_repo ne ""} { set_param board.repoPaths [list [file normalize $board_repo]] }

set board_file ""
if {$board_part ne ""} {
  set board_file [lindex [get_board_parts -quiet -latest_file_version $board_part] end]
  if {$board_file eq "" && $system ne "none"} {
    fail "no board file matches $board_part: install it (xhub::refresh_catalog, then xhub::install of the board) or give board_repo=DIR"
  }
}

create_project -force $name [file join $out vivado] -part $part
if {$board_file ne ""} { set_property board_part $board_file [current_project] }
if {[llength $board_connections] > 0} { set_property board_connections $board_connections [current_project] }
set_property ip_repo_paths [list [file join $here ip]] [current_project]
update_ip_catalog -rebuild

create_bd_design system
create_bd_cell -type ip -vlnv [newest_ip "$ip_vendor:$ip_library:$name:*"] accelerator
create_system
validate_bd_design
save_bd_design

set design [get_files system.bd]
set_property SYNTH_CHECKPOINT_MODE Hierarchical $design
generate_target all $design
add_files -norecurse [make_wrapper -files $design -top]
set_property top system_wrapper [current_fileset]
update_compile_order -fileset sources_1
if {$pins_xdc ne ""} { add_files -fileset constrs_1 -norecurse [file join $here .. .. constraints $pins_xdc] }

set_property strategy Flow_PerfOptimized_high [get_runs synth_1]
set_property STEPS.SYNTH_DESIGN.ARGS.RETIMING true [get_runs synth_1]
set_property strategy Performance_ExtraTimingOpt [get_runs impl_1]
set_property STEPS.POST_ROUTE_PHYS_OPT_DESIGN.IS_ENABLED true [get_runs impl_1]

launch_runs synth_1 -jobs $jobs
finish_run synth_1

# Probes go in behind synthesis and in front of opt_design.
if {[llength $probes] > 0} {
  set debug_xdc [file join $out debug.xdc]
  close [open $debug_xdc w]
  add_files -fileset constrs_1 -norecurse $debug_xdc
  set_property target_constrs_file $debug_xdc [current_fileset -constrset]
  open_run synth_1
  source [file join $here ila.tcl]
  insert_ila $probes $probe_depth
  save_constraints -force
  close_design
}

launch_runs impl_1 -to_step write_bitstream -jobs $jobs
finish_run impl_1

open_run impl_1
write_reports $out
set met [print_result]

set suffix [expr {$met ? "" : "_bad_timing"}]
set platform [file join $out $name$suffix.xsa]
write_hw_platform -fixed -force -include_bit -file $platform
validate_hw_platform $platform
file copy -force [file join $out vivado $name.runs impl_1 system_wrapper.bit] [file join $out $name.bit]
if {[llength $probes] > 0} { write_debug_probes -force [file join $out $name.ltx] }
# Releases up to 2020.1 keep generated files under .srcs, newer ones under .gen.
set handoffs [glob -nocomplain -directory [file join $out vivado] $name.{gen,srcs}/sources_1/bd/system/hw_handoff/system.hwh]
if {[llength $handoffs] == 0} { fail "no system.hwh below [file join $out vivado]" }
file copy -force [lindex $handoffs 0] [file join $out $name.hwh]

if {!$met} { exit 1 }
exit 0
