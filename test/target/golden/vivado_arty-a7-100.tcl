# digits, 4 layers on Arty A7-100T: the values that the scripts beside this file read
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
set part                xc7a100tcsg324-1
set board_part          digilentinc.com:arty-a7-100:part0:*
set board_connections   {}
set system              none
set control_port        ""
set control_base        0x00010000
set memory_ports        {}
set memory_port_bits    64
set memory_address_bits 32
set board_clock_mhz     100
set pins_xdc            arty-a7-100.xdc
