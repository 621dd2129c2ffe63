# digits, 4 layers: the values that the scripts beside this file read
set name                    digits
set top                     digits_top
set rtl_folder              rtl
set rtl_files               {fifo.sv digits.sv digits_top.v}
set clock_gating            true
set activity                ""
set activity_instance       ""
set negative_slack_is_error true
