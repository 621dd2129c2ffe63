# Procedures that the Vivado scripts beside this file share. Vivado 2020.2 and newer.

# One value that was given as `-tclargs NAME=VALUE`, or its default.
proc argument {name default} {
  global argv
  if {![info exists argv]} { return $default }
  foreach each $argv {
    if {[string match "$name=*" $each]} { return [string range $each [string length "$name="] end] }
  }
  return $default
}

# Stops the run: what went wrong, and what to do about it.
proc fail {message} {
  puts stderr "ERROR: $message"
  exit 1
}

# The version of a catalogue entry differs from release to release, so it is looked up, never written. The first pattern
# that has an entry counts: some IPs were replaced in newer releases.
proc newest_ip {args} {
  foreach pattern $args {
    set entries [get_ipdefs -quiet -all $pattern]
    if {[llength $entries] > 0} { return [lindex [lsort -dictionary [get_property VLNV $entries]] end] }
  }
  fail "no IP matches $args: this Vivado lacks it, or ip_repo_paths is wrong"
}

# Absolute paths of files of the folder rtl.
proc in_rtl {names} {
  global rtl
  set paths {}
  foreach name $names { lappend paths [file join $rtl $name] }
  return $paths
}

# A launched run that did not reach its end is an error of ours too.
proc finish_run {run} {
  wait_on_run $run
  if {[get_property PROGRESS [get_runs $run]] ne "100%"} {
    fail "$run ended with [get_property STATUS [get_runs $run]]; see runme.log in its folder"
  }
}

# Reports of a routed design that every flow wants.
proc write_reports {out} {
  report_utilization -file [file join $out utilization.rpt]
  report_utilization -hierarchical -hierarchical_depth 6 -file [file join $out utilization_hierarchical.rpt]
  report_timing_summary -delay_type min_max -report_unconstrained -max_paths 20 -input_pins -file [file join $out timing.rpt]
  report_power -file [file join $out power.rpt]
  report_methodology -file [file join $out methodology.rpt]
  report_drc -file [file join $out drc.rpt]
  report_cdc -file [file join $out cdc.rpt]
}

# The worst path of an analysis, -setup or -hold.
proc worst_path {analysis} {
  set path [get_timing_paths -quiet $analysis -max_paths 1 -nworst 1]
  if {[llength $path] == 0} { fail "no timing path is constrained: the clock did not reach the design" }
  return $path
}

# Worst slacks and the clock that this result reaches, as one line of JSON for other programs. Returns whether both are
# met. The period is that of the worst path: the clock of a processor may be only near to what was asked for.
proc print_result {} {
  set setup [worst_path -setup]
  set period [get_property REQUIREMENT $setup]
  set wns [get_property SLACK $setup]
  set whs [get_property SLACK [worst_path -hold]]
  set fmax [expr {1000.0 / ($period - $wns)}]
  puts [format {RESULT {"period_ns": %.3f, "wns_ns": %.3f, "whs_ns": %.3f, "fmax_mhz": %.1f}} $period $wns $whs $fmax]
  return [expr {$wns >= 0.0 && $whs >= 0.0}]
}
