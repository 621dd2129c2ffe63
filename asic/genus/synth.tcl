# Synthesis with Genus (Common UI, 19.1 and newer).
#
#   genus -no_gui -abort_on_error -files asic/genus/synth.tcl
#
# Leaves the netlist, constraints, delays and reports in asic/genus/out, and what Innovus reads. Ends with exit code 1
# where a path is too slow, all files written.
set here [file dirname [file normalize [info script]]]
source [file join [file dirname $here] common.tcl]
set out [file join $here out]
file mkdir $out

set_db max_cpus_per_server 8
set_db information_level 7
set_db hdl_error_on_blackbox true
set_db hdl_error_on_latch true
set_db hdl_track_filename_row_col true
# In front of elaborate, or registers are not gated by what they have in common.
set_db lp_insert_clock_gating $clock_gating
set_db lp_clock_gating_register_aware $clock_gating

read_mmmc [file join $asic mmmc_common.tcl]
read_physical -lef [lef_files]
set_db init_hdl_search_path [list $rtl]
read_hdl -language sv -define SYNTHESIS [in_rtl $rtl_files]
elaborate $top
init_design

check_design -all > [file join $out check_design.rpt]
check_timing_intent -verbose > [file join $out check_timing_intent.rpt]
report_timing -lint -verbose > [file join $out timing_lint.rpt]
foreach cell [tech_or {} cells dont_use] {
  set found [get_db base_cells $cell]
  if {[llength $found] == 0} { fail "dont_use of tech.json: no library has $cell" }
  set_db $found .dont_use true
}
set gate [own_clock_gate]
if {$gate ne ""} {
  # Libraries often keep the clock gate from use. Those of the text stay; those that synthesis adds are the same cell.
  set found [get_db base_cells $gate]
  if {[llength $found] == 0} { fail "clock_gate of tech.json: no library has $gate" }
  set_db $found .dont_use false
  set_db design:$top .lp_clock_gating_cell [vfind / -lib_cell $gate]
  foreach own [get_db insts -if ".base_cell.name == $gate"] { set_db $own .preserve size_ok }
}

# Activity of the text (SAIF) goes to ports and registers while they have their names; synthesis keeps it at them.
set recorded [file extension $activity]
if {$recorded eq ".saif"} {
  read_saif -instance $activity_instance [file normalize [file join $asic .. $activity]]
}

syn_generic
write_reports -directory $out -tag generic
syn_map
write_reports -directory $out -tag map
syn_opt
set_db use_tiehilo_for_const duplicate
add_tieoffs -high [tech cells tie_high cell] -low [tech cells tie_low cell] -max_fanout 8 -all
write_reports -directory $out -tag final

report_timing -max_paths 20 -nworst 1 > [file join $out timing.rpt]
report_timing -unconstrained > [file join $out timing_unconstrained.rpt]
report_area -depth 6 > [file join $out area.rpt]
report_gates > [file join $out gates.rpt]
report_qor > [file join $out qor.rpt]
report_clock_gating > [file join $out clock_gating.rpt]
if {$activity ne "" && $recorded ne ".saif"} {
  read_stimulus -file [file normalize [file join $asic .. $activity]] -dut_instance $activity_instance
}
report_power -by_hierarchy -levels 6 > [file join $out power.rpt]
report_messages > [file join $out messages.rpt]

write_hdl > [file join $out $name.v]
write_sdc -view view_[lindex [corners_for setup] 0] > [file join $out $name.sdc]
write_sdf -version 3.0 -edges check_edge > [file join $out $name.sdf]
write_db -common [file join $out $name.db]
finish [violated_paths [file join $out timing.rpt]]
