# Modes, corners and views for Genus and for Innovus in the Common UI (timing conditions, -qrc_tech).
# Read by read_mmmc, after common.tcl.
create_constraint_mode -name functional -sdc_files [list $sdc]
dict for {rc values} [tech rc] {
  create_rc_corner -name rc_$rc -qrc_tech [dict get $values qrc] -temperature [dict get $values temperature]
}
dict for {corner values} [tech corners] {
  create_library_set -name libraries_$corner -timing [libraries_of $corner]
  create_timing_condition -name condition_$corner -library_sets [list libraries_$corner]
  create_delay_corner -name delay_$corner -timing_condition condition_$corner -rc_corner rc_[dict get $values rc]
  create_analysis_view -name view_$corner -constraint_mode functional -delay_corner delay_$corner
}
set setup_views {}
set hold_views {}
foreach corner [corners_for setup] { lappend setup_views view_$corner }
foreach corner [corners_for hold] { lappend hold_views view_$corner }
set_analysis_view -setup $setup_views -hold $hold_views
