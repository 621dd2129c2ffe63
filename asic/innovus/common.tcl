# Placement and routing with Innovus in the Common UI, from Genus' netlist to GDS.
#
#   innovus -nowin -common_ui -files asic/innovus/common.tcl
#
# Leaves GDS, netlists, DEF, parasitics and reports in asic/innovus/out_common. Ends with exit code 1 where
# a path is too slow or too fast, all files written.
set here [file dirname [file normalize [info script]]]
source [file join [file dirname $here] common.tcl]
set sdc [need_file [file join $asic genus out $name.sdc] asic/genus/synth.tcl]
set netlist [need_file [file join $asic genus out $name.v] asic/genus/synth.tcl]
set out [file join $here out_common]
file mkdir $out
set power [tech power net]
set ground [tech ground net]

set_multi_cpu_usage -local_cpu 8
set_db design_process_node [tech process_nm]
read_mmmc [file join $asic mmmc_common.tcl]
read_physical -lef [lef_files]
read_netlist $netlist -top $top
set_db init_power_nets $power
set_db init_ground_nets $ground
init_design

foreach pin [tech power pins] { connect_global_net $power -type pg_pin -pin_base_name $pin -all }
foreach pin [tech ground pins] { connect_global_net $ground -type pg_pin -pin_base_name $pin -all }
connect_global_net $power -type tie_hi -all
connect_global_net $ground -type tie_lo -all

set margin [tech floorplan margin_um]
create_floorplan -core_density_size [list [tech floorplan aspect_ratio] [tech floorplan utilization] $margin $margin $margin $margin]
if {[llength [tech_or {} memories]] > 0} {
  create_place_halo -all_macros -halo_deltas [lrepeat 4 [tech floorplan halo_um]]
  plan_design
}
if {[dict exists $technology cells endcap]} {
  set_db add_endcaps_left_edge [tech cells endcap left]
  set_db add_endcaps_right_edge [tech cells endcap right]
  add_endcaps
}
if {[dict exists $technology cells well_tap]} {
  add_well_taps -cell [tech cells well_tap cell] -cell_interval [tech cells well_tap distance_um]
}
add_rings -nets [list $power $ground] -type core_rings -follow core \
  -layer [list top [tech ring horizontal] bottom [tech ring horizontal] left [tech ring vertical] right [tech ring vertical]] \
  -width [tech ring width_um] -spacing [tech ring spacing_um] -offset [tech ring spacing_um]
add_stripes -nets [list $power $ground] -layer [tech stripes layer] -direction vertical \
  -width [tech stripes width_um] -spacing [tech stripes spacing_um] -set_to_set_distance [tech stripes pitch_um]
route_special -nets [list $power $ground] -connect {core_pin block_pin floating_stripe}

set ports [get_db ports .name]
edit_pin -pin $ports -side top -layer [tech pins layer] -spread_type center -spacing [tech pins spacing_um] -unit micron -fix_overlap 1

place_opt_design -report_dir $out -report_prefix place
time_design -pre_cts -report_dir $out -report_prefix place

set_db cts_buffer_cells [tech cells clock_buffers]
set_db cts_inverter_cells [tech cells clock_inverters]
if {[llength [clock_gate_cells]] > 0} { set_db cts_clock_gating_cells [clock_gate_cells] }
# Without a file the specification takes effect at once.
create_clock_tree_spec
ccopt_design -report_dir $out -report_prefix cts
set_interactive_constraint_modes [all_constraint_modes -active]
set_propagated_clock [all_clocks]
opt_design -post_cts -hold -report_dir $out -report_prefix cts_hold
time_design -post_cts -report_dir $out -report_prefix cts
time_design -post_cts -hold -report_dir $out -report_prefix cts

set_db route_design_with_timing_driven true
set_db route_design_with_si_driven true
route_design

set_db timing_analysis_type ocv
set_db timing_analysis_cppr both
opt_design -post_route -setup -hold -report_dir $out -report_prefix route
add_fillers -base_cells [tech cells fillers] -prefix FILLER
time_design -post_route -report_dir $out -report_prefix final
time_design -post_route -hold -report_dir $out -report_prefix final
# The verdict reads these.
report_timing -late -max_paths 20 > [file join $out setup.rpt]
report_timing -early -max_paths 20 > [file join $out hold.rpt]
check_drc -out_file [file join $out drc.rpt]
check_connectivity -out_file [file join $out connectivity.rpt]
check_process_antenna -out_file [file join $out antenna.rpt]
report_area > [file join $out area.rpt]
report_power -out_file [file join $out power.rpt]

write_stream [file join $out $name.gds] -mode ALL -format stream -map_file [tech gds map] -merge [gds_files] -unit [tech gds units]
write_netlist [file join $out $name.v]
write_netlist [file join $out ${name}_lvs.v] -include_pg_ports -exclude_leaf_cells
write_def [file join $out $name.def] -routing
foreach rc [dict keys [tech rc]] { write_parasitics -spef_file [file join $out ${name}_$rc.spef] -rc_corner rc_$rc }
write_sdf [file join $out $name.sdf]
write_lef_abstract [file join $out $name.lef]
write_db [file join $out $name.db]
finish [violated_paths [file join $out setup.rpt] [file join $out hold.rpt]]
