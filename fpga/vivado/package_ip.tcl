# Packs the accelerator as an IP for IP integrator, with its registers.
#
#   vivado -mode batch -nojournal -notrace -source fpga/vivado/package_ip.tcl [-tclargs out=DIR]
#
# Leaves the IP in DIR (ip beside this file): add DIR to ip_repo_paths.
set here [file dirname [file normalize [info script]]]
source [file join $here settings.tcl]
source [file join $here common.tcl]
set rtl [file normalize [file join $here .. .. rtl]]
set out [file normalize [argument out [file join $here ip]]]

create_project -force ${name}_package [file join $out project] -part $part
add_files -norecurse [concat [in_rtl $rtl_files] [in_rtl $image_files]]
set_property top $top [current_fileset]
update_compile_order -fileset sources_1

ipx::package_project -root_dir $out -vendor $ip_vendor -library $ip_library -taxonomy /UserIP -import_files -force
set core [ipx::current_core]
set_property name $name $core
set_property version $ip_version $core
set_property display_name $title $core
set_property description $title $core
set_property auto_family_support_level level_2 $core
set_property core_revision $ip_revision $core

# The attributes of the top make packaging infer the buses; what an older release left out is added here.
foreach {port kind} {aclk xilinx.com:signal:clock_rtl:1.0 aresetn xilinx.com:signal:reset_rtl:1.0} {
  if {[llength [ipx::get_bus_interfaces -quiet $port -of_objects $core]] == 0} {
    ipx::infer_bus_interface $port $kind $core
  }
}
foreach bus [concat $streams_in $streams_out $controls $masters] {
  ipx::associate_bus_interfaces -busif [lindex $bus 0] -clock aclk $core
}
ipx::associate_bus_interfaces -clock aclk -reset aresetn $core
set_property ipi_drc {ignore_freq_hz true} $core

# Registers, so that the .hwh names them (PYNQ's register_map).
foreach bus $controls {
  set prefix [lindex $bus 0]
  if {[llength [ipx::get_memory_maps -quiet $prefix -of_objects $core]] == 0} { ipx::add_memory_map $prefix $core }
  set map [ipx::get_memory_maps $prefix -of_objects $core]
  set_property slave_memory_map_ref $prefix [ipx::get_bus_interfaces $prefix -of_objects $core]
  if {[llength [ipx::get_address_blocks -quiet reg0 -of_objects $map]] == 0} { ipx::add_address_block reg0 $map }
  set block [ipx::get_address_blocks reg0 -of_objects $map]
  set_property range [expr {1 << [lindex $bus 1]}] $block
  foreach register $registers {
    lassign $register register_name offset description fields
    ipx::add_register $register_name $block
    set each [ipx::get_registers $register_name -of_objects $block]
    set_property address_offset $offset $each
    set_property size 32 $each
    set_property description $description $each
    foreach field $fields {
      lassign $field field_name low bits access
      ipx::add_field $field_name $each
      set bitfield [ipx::get_fields $field_name -of_objects $each]
      set_property bit_offset $low $bitfield
      set_property bit_width $bits $bitfield
      set_property access $access $bitfield
    }
  }
}
# An aperture that packaging guessed would hide the memory of the board from a master.
foreach bus $masters {
  ipx::remove_segment -quiet [lindex $bus 0]:APERTURE_0 [ipx::get_address_spaces [lindex $bus 0] -of_objects $core]
}

ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity $core
ipx::save_core $core
close_project
puts "RESULT {\"ip\": \"$ip_vendor:$ip_library:$name:$ip_version\"}"
exit 0
