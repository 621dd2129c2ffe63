# Builds the bare-metal program around the accelerator with xsct, for releases of Vitis up to 2025.x.
#
#   xsct fpga/vitis/xsct_build.tcl [XSA]
#
# Leaves app.elf, fsbl.elf and (Zynq UltraScale+) pmufw.elf in fpga/vitis/out, where boot.bif finds them. From 2023.2 on
# vitis_build.py does the same; releases from 2026.1 have no xsct.
set here [file dirname [file normalize [info script]]]
source [file join $here settings.tcl]
set out [file join $here out]
set workspace [file join $here workspace]

proc fail {message} {
  puts stderr "ERROR: $message"
  exit 1
}

# The first file of a name below a folder.
proc find_below {folder name} {
  set here [file join $folder $name]
  if {[file isfile $here]} { return $here }
  foreach below [lsort [glob -nocomplain -types d -directory $folder *]] {
    set found [find_below $below $name]
    if {$found ne ""} { return $found }
  }
  return ""
}

proc take {folder name} {
  global out
  set found [find_below $folder $name]
  if {$found eq ""} { fail "no $name below $folder: see the messages above" }
  file copy -force $found [file join $out $name]
}

set xsa [file normalize [file join $here .. vivado project $name.xsa]]
if {[info exists argv] && [llength $argv] > 0} { set xsa [file normalize [lindex $argv 0]] }
if {![file exists $xsa]} { fail "$xsa is not there: run fpga/vivado/project.tcl first" }
set firmware [file normalize [file join $here .. .. firmware]]
if {![file isdirectory $firmware]} {
  fail "$firmware is not there: put the C sources of a program into it, main() among them"
}

# Other back ends of the firmware do not compile on the standalone BSP, so what is imported is a copy without them.
file delete -force $workspace $out
file mkdir $out
set sources [file join $out firmware]
file mkdir $sources
foreach path [lsort [glob -directory $firmware *.c *.h]] {
  set file_name [file tail $path]
  if {![string match heddle_linux.* $file_name] && ![string match heddle_cosim.* $file_name]} {
    file copy -force $path [file join $sources $file_name]
  }
}

setws $workspace
platform create -name platform -hw $xsa -proc $cpu -os standalone
platform generate
# The template of C was called "Empty Application" up to 2020.1.
if {[catch {app create -name app -platform platform -proc $cpu -os standalone -template {Empty Application(C)}}]} {
  app create -name app -platform platform -proc $cpu -os standalone -template {Empty Application}
}
importsources -name app -path $sources
app config -name app build-config release
app build -name app

take [file join $workspace app] app.elf
foreach boot_file $boot_files { take [file join $workspace platform export] $boot_file }
puts "RESULT {\"elf\": \"[file join $out app.elf]\"}"
exit 0
