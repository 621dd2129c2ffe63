# Synthesis, placement and routing of the accelerator alone: utilization, timing and power without a board.
#
#   vivado -mode batch -nojournal -notrace -source fpga/vivado/ooc.tcl [-tclargs out=DIR threads=8]
#
# Leaves synth.dcp, routed.dcp and reports in DIR (ooc beside this file); the last line is RESULT and JSON.
# Exit code 1 where setup or hold is not met. There are no I/O buffers in this mode, hence no bitstream.
set here [file dirname [file normalize [info script]]]
source [file join $here settings.tcl]
source [file join $here common.tcl]
set rtl [file normalize [file join $here .. .. rtl]]
set out [file normalize [argument out [file join $here ooc]]]
file mkdir $out

set_param general.maxThreads [argument threads 8]
create_project -in_memory -part $part
foreach path [in_rtl $rtl_files] {
  if {[file extension $path] eq ".sv"} { read_verilog -sv $path } else { read_verilog $path }
}
foreach path [in_rtl $image_files] { read_mem $path }
read_xdc -mode out_of_context [file join $here .. .. constraints ooc.xdc]

synth_design -top $top -part $part -mode out_of_context -flatten_hierarchy rebuilt -verilog_define SYNTHESIS=1
write_checkpoint -force [file join $out synth.dcp]
report_utilization -hierarchical -hierarchical_depth 6 -file [file join $out synth_utilization.rpt]

opt_design
place_design -directive Explore
phys_opt_design
route_design -directive Explore
if {[get_property SLACK [worst_path -setup]] < 0.0} { phys_opt_design }
write_checkpoint -force [file join $out routed.dcp]

write_reports $out
report_ram_utilization -file [file join $out ram.rpt]
report_design_analysis -congestion -file [file join $out congestion.rpt]
check_timing -file [file join $out check_timing.rpt]

if {![print_result]} { exit 1 }
exit 0
