# Synthesis with Design Compiler.
#
#   dc_shell -f asic/dc/synth.tcl
#
# Leaves the netlist, constraints, delays and reports in asic/dc/out. The slowest corner for setup is the target.
# Ends with exit code 1 where a path is too slow, all files written.
set here [file dirname [file normalize [info script]]]
source [file join [file dirname $here] common.tcl]
set out [file join $here out]
file mkdir $out

set corner [lindex [corners_for setup] 0]
set_app_var target_library [tech corners $corner databases]
set memory_databases {}
foreach memory [tech_or {} memories] { lappend memory_databases [dict get $memory databases $corner] }
set_app_var link_library [concat * [tech corners $corner databases] $memory_databases]
set_app_var search_path [concat [get_app_var search_path] [list $rtl]]
set_svf [file join $out $name.svf]
# Names of the text are followed to the netlist: activity comes under them.
if {$activity ne ""} { saif_map -start }
define_design_lib WORK -path [file join $out work]

if {![analyze -format sverilog -define SYNTHESIS [in_rtl $rtl_files]]} { fail "analyze failed" }
elaborate $top
current_design $top
if {![link]} { fail "link failed: a module or a library is missing" }
check_design > [file join $out check_design.rpt]
source $sdc
check_timing > [file join $out check_timing.rpt]
foreach cell [tech_or {} cells dont_use] { set_dont_use [get_lib_cells */$cell] }

if {$activity ne ""} {
  # Behind the link, in front of compiling: power counts when gates are chosen.
  read_saif -auto_map_names -input [file normalize [file join $asic .. $activity]] -instance_name $activity_instance
  report_saif -hier -missing > [file join $out saif.rpt]
}

# A net with two ports, or a constant at one, would leave an assign in the netlist, which placement tools do not take.
set_fix_multiple_port_nets -all -buffer_constants [get_designs *]
set gate [own_clock_gate]
if {$gate ne ""} {
  # Libraries often keep the clock gate from use. Those of the text stay as they are.
  remove_attribute [get_lib_cells */$gate] dont_use
  set own [get_cells -quiet -hierarchical -filter "ref_name == $gate"]
  if {[sizeof_collection $own] > 0} { set_preserve_clock_gate $own }
}
if {$clock_gating} {
  # The cell of the technology; one with a pin for scan tests has its control point in front of the latch.
  set logic [expr {$gate eq "" ? "integrated" : "integrated:$gate"}]
  set point [expr {$gate ne "" && ![dict exists $technology cells clock_gate tied] ? "none" : "before"}]
  set_clock_gating_style -sequential_cell latch -positive_edge_logic [list $logic] -control_point $point
  compile_ultra -gate_clock
} else {
  compile_ultra
}
change_names -rules verilog -hierarchy

report_qor > [file join $out qor.rpt]
report_area -hierarchy > [file join $out area.rpt]
report_timing -max_paths 20 -nworst 1 -input_pins -nets > [file join $out timing.rpt]
report_clock_gating > [file join $out clock_gating.rpt]
report_power -hierarchy > [file join $out power.rpt]
report_constraint -all_violators > [file join $out violators.rpt]

write_file -format verilog -hierarchy -output [file join $out $name.v]
write_file -format ddc -hierarchy -output [file join $out $name.ddc]
write_sdc [file join $out $name.sdc]
write_sdf [file join $out $name.sdf]

# The worst path of all clocks. One that no clock constrains has an infinite slack.
set paths [sort_collection [get_timing_paths -delay_type max -max_paths 1 -nworst 1] slack]
if {[sizeof_collection $paths] == 0 || [get_attribute [index_collection $paths 0] slack] > 1e6} {
  fail "no timing path is constrained: the clock did not reach the design"
}
set worst [index_collection $paths 0]
set slack [get_attribute $worst slack]
set ends {}
foreach end {startpoint endpoint} { lappend ends [get_object_name [get_attribute $worst $end]] }
finish [expr {$slack < 0 ? [list "slack $slack from [lindex $ends 0] to [lindex $ends 1]"] : {}}]
