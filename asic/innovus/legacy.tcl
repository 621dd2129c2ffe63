# Placement and routing with Innovus in the legacy UI, from Genus' netlist to GDS.
#
#   innovus -nowin -files asic/innovus/legacy.tcl
#
# Leaves GDS, netlists, DEF, parasitics and reports in asic/innovus/out_legacy. Ends with exit code 1 where
# a path is too slow or too fast, all files written.
set here [file dirname [file normalize [info script]]]
source [file join [file dirname $here] common.tcl]
set sdc [need_file [file join $asic genus out $name.sdc] asic/genus/synth.tcl]
set netlist [need_file [file join $asic genus out $name.v] asic/genus/synth.tcl]
set out [file join $here out_legacy]
file mkdir $out
set power [tech power net]
set ground [tech ground net]

setMultiCpuUsage -localCpu 8
setDesignMode -process [tech process_nm]
set init_verilog $netlist
set init_design_settop 1
set init_top_cell $top
set init_lef_file [lef_files]
set init_mmmc_file [file join $asic mmmc_legacy.tcl]
set init_pwr_net $power
set init_gnd_net $ground
init_design

foreach pin [tech power pins] { globalNetConnect $power -type pgpin -pin $pin -inst * -override }
foreach pin [tech ground pins] { globalNetConnect $ground -type pgpin -pin $pin -inst * -override }
globalNetConnect $power -type tiehi -inst * -override
globalNetConnect $ground -type tielo -inst * -override

set margin [tech floorplan margin_um]
floorPlan -r [tech floorplan aspect_ratio] [tech floorplan utilization] $margin $margin $margin $margin
if {[llength [tech_or {} memories]] > 0} {
  addHaloToBlock {*}[lrepeat 4 [tech floorplan halo_um]] -allMacro
  place_design -concurrent_macros
  refine_macro_place
}
if {[dict exists $technology cells endcap]} {
  setEndCapMode -leftEdge [tech cells endcap left] -rightEdge [tech cells endcap right]
  addEndCap
}
if {[dict exists $technology cells well_tap]} {
  addWellTap -cell [tech cells well_tap cell] -cellInterval [tech cells well_tap distance_um]
}
addRing -nets [list $power $ground] -type core_rings -follow core \
  -layer [list top [tech ring horizontal] bottom [tech ring horizontal] left [tech ring vertical] right [tech ring vertical]] \
  -width [tech ring width_um] -spacing [tech ring spacing_um] -offset [tech ring spacing_um]
addStripe -nets [list $power $ground] -layer [tech stripes layer] -direction vertical \
  -width [tech stripes width_um] -spacing [tech stripes spacing_um] -set_to_set_distance [tech stripes pitch_um]
sroute -nets [list $power $ground] -connect {corePin blockPin floatingStripe}

set ports [dbGet top.terms.name]
editPin -pin $ports -side Top -layer [tech pins layer] -spreadType center -spacing [tech pins spacing_um] -unit MICRON -fixOverlap 1
legalizePin
checkPinAssignment

place_opt_design -out_dir $out -prefix place
timeDesign -preCTS -outDir $out -prefix place

set_ccopt_property buffer_cells [tech cells clock_buffers]
set_ccopt_property inverter_cells [tech cells clock_inverters]
if {[llength [clock_gate_cells]] > 0} { set_ccopt_property clock_gating_cells [clock_gate_cells] }
# Without a file the specification takes effect at once.
create_ccopt_clock_tree_spec
ccopt_design -outDir $out -prefix cts
set_interactive_constraint_modes [all_constraint_modes -active]
set_propagated_clock [all_clocks]
optDesign -postCTS -hold -outDir $out -prefix cts_hold
timeDesign -postCTS -outDir $out -prefix cts
timeDesign -postCTS -hold -outDir $out -prefix cts

setNanoRouteMode -routeWithTimingDriven true -routeWithSiDriven true
routeDesign

setAnalysisMode -analysisType onChipVariation -cppr both
optDesign -postRoute -setup -hold -outDir $out -prefix route
addFiller -cell [tech cells fillers] -prefix FILLER
timeDesign -postRoute -outDir $out -prefix final
timeDesign -postRoute -hold -outDir $out -prefix final
# The verdict reads these.
report_timing -late -max_paths 20 > [file join $out setup.rpt]
report_timing -early -max_paths 20 > [file join $out hold.rpt]
verify_drc -report [file join $out drc.rpt]
verifyConnectivity -report [file join $out connectivity.rpt]
verifyProcessAntenna -report [file join $out antenna.rpt]
report_area > [file join $out area.rpt]
report_power -outfile [file join $out power.rpt]

streamOut [file join $out $name.gds] -mode ALL -mapFile [tech gds map] -merge [gds_files] -units [tech gds units]
saveNetlist [file join $out $name.v]
saveNetlist [file join $out ${name}_lvs.v] -includePowerGround -excludeLeafCell
defOut -routing [file join $out $name.def]
foreach rc [dict keys [tech rc]] { rcOut -spef [file join $out ${name}_$rc.spef] -rc_corner rc_$rc }
write_sdf [file join $out $name.sdf]
write_lef_abstract [file join $out $name.lef]
saveDesign [file join $out $name.enc]
finish [violated_paths [file join $out setup.rpt] [file join $out hold.rpt]]
