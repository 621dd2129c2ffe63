# digits, 4 layers on ZCU104: the values that the scripts beside this file read
set name                digits
set title               "digits, 4 layers"
set top                 digits_top
set rtl_files           {fifo.sv digits.sv digits_top.v}
set image_files         {dense_0_weights.mem}
set clock_mhz           150
set ip_vendor           heddle.dev
set ip_library          accelerators
set ip_version          1.0
set ip_revision         1
set streams_in          {{s_axis 64} {dense_3_weights 128}}
set streams_out         {{m_axis 64}}
set controls            {{s_axi 12}}
set masters             {}
set interrupts          {}
set scatter_gather      0
set registers           {}
set probes              {}
set probe_depth         4096
set part                xczu7ev-ffvc1156-2-e
set board_part          xilinx.com:zcu104:part0:*
set board_connections   {}
set system              ps8
set control_port        M_AXI_HPM0_FPD
set control_base        0xA0000000
set memory_ports        {S_AXI_HP0_FPD S_AXI_HP1_FPD S_AXI_HP2_FPD S_AXI_HP3_FPD}
set memory_port_bits    128
set memory_address_bits 40
set board_clock_mhz     0
set pins_xdc            ""
