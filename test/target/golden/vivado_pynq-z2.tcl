# digits, 4 layers on PYNQ-Z2: the values that the scripts beside this file read
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
set part                xc7z020clg400-1
set board_part          tul.com.tw:pynq-z2:part0:*
set board_connections   {}
set system              ps7
set control_port        M_AXI_GP0
set control_base        0x40000000
set memory_ports        {S_AXI_HP0 S_AXI_HP1 S_AXI_HP2 S_AXI_HP3}
set memory_port_bits    64
set memory_address_bits 32
set board_clock_mhz     125
set pins_xdc            ""
