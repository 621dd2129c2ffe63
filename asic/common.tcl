# What the ASIC scripts share. settings.tcl beside this file names the design, tech.tcl the technology: it is made of the
# tech.json that was given to build, and no other file holds a path of a PDK.
set asic [file dirname [file normalize [info script]]]
source [file join $asic settings.tcl]
source [file join $asic tech.tcl]
set rtl [file normalize [file join $asic .. $rtl_folder]]
set sdc [file normalize [file join $asic .. constraints $name.sdc]]

proc fail {message} {
  puts stderr "ERROR: $message"
  exit 1
}

# A result of an earlier script.
proc need_file {path script} {
  if {![file exists $path]} { fail "$path is not there: run $script first" }
  return $path
}

proc in_rtl {names} {
  global rtl
  set paths {}
  foreach name $names { lappend paths [file join $rtl $name] }
  return $paths
}

# A value of the technology; stops where tech.json left it out.
proc tech {args} {
  global technology
  if {![dict exists $technology {*}$args]} { fail "tech.json says nothing about [join $args .], which this step needs" }
  return [dict get $technology {*}$args]
}

proc tech_or {default args} {
  global technology
  if {![dict exists $technology {*}$args]} { return $default }
  return [dict get $technology {*}$args]
}

# Corners that are used for an analysis (setup or hold).
proc corners_for {analysis} {
  set found {}
  dict for {corner values} [tech corners] {
    if {$analysis in [dict get $values use]} { lappend found $corner }
  }
  if {[llength $found] == 0} { fail "tech.json has no corner whose use contains $analysis" }
  return $found
}

# Liberty files of a corner: cells, and the memories at the same corner. A memory that lacks the corner is an error: a
# memory of another corner would hide its delays.
proc libraries_of {corner} {
  set files [tech corners $corner libraries]
  foreach memory [tech_or {} memories] {
    if {![dict exists $memory libraries $corner]} {
      fail "memory [dict get $memory module] has no library for corner $corner"
    }
    lappend files [dict get $memory libraries $corner]
  }
  return $files
}

# Abstracts: the technology first, then cells, then memories.
proc lef_files {} {
  set files [concat [list [tech lef technology]] [tech lef cells]]
  foreach memory [tech_or {} memories] { lappend files [dict get $memory lef] }
  return $files
}

proc gds_files {} {
  set files [tech gds cells]
  foreach memory [tech_or {} memories] { lappend files [dict get $memory gds] }
  return $files
}

# Cells that gate a clock, that of the text's own gates among them.
proc clock_gate_cells {} {
  set cells [tech_or {} cells clock_gates]
  if {[own_clock_gate] ni [concat {{}} $cells]} { lappend cells [own_clock_gate] }
  return $cells
}

# The cell that stands in the module clock_gate.
proc own_clock_gate {} { return [tech_or {} cells clock_gate cell] }

# Paths of a report of Genus or Innovus that are too slow: the first of each report, in words. Both begin a path with its
# number and its verdict; the slack stands behind them (Genus, Common UI) or in a line of its own (legacy UI).
proc violated_paths {args} {
  set found {}
  foreach report $args {
    set channel [open $report]
    set text [read $channel]
    close $channel
    if {![regexp -line {^ *Path \d+: +(MET|VIOLATED)} $text]} { fail "$report has no path: the clock did not reach the design" }
    if {![regexp -indices -line {^ *Path \d+: +VIOLATED} $text at]} { continue }
    set path [string range $text [lindex $at 0 0] end]
    # Up to where the next one begins.
    regexp {^(.*?)\n *Path \d+:} $path -> path
    set values {}
    foreach pattern {
      {(?:\(|Slack Time +)(-[\d.]+(?: [pn]s)?)}
      {(?:Startpoint|Beginpoint): +(?:\([RF]\) +)?(\S+)}
      {Endpoint: +(?:\([RF]\) +)?(\S+)}
    } {
      if {![regexp $pattern $path -> value]} { set value ? }
      lappend values $value
    }
    lappend found "[file tail $report]: slack [lindex $values 0] from [lindex $values 1] to [lindex $values 2]"
  }
  return $found
}

# The last words of a script: everything is written by now. Violated paths end it with exit code 1, unless settings.tcl
# says that negative slack is no error.
proc finish {violated} {
  global negative_slack_is_error
  set word [expr {$negative_slack_is_error ? "ERROR" : "WARNING"}]
  foreach path $violated { puts stderr "$word: timing is not met: $path" }
  exit [expr {$negative_slack_is_error && [llength $violated] > 0}]
}
