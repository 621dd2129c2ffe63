# Open tools: Yosys, nextpnr-ecp5, prjtrellis, openFPGALoader (OSS CAD Suite of YosysHQ; Debian 12 has no nextpnr-ecp5).
#
#   make -C fpga/ecp5              out/NAME.bit, and timing by nextpnr; an error where timing is not met
#   make -C fpga/ecp5 simulate     the board's top against vectors/, over its serial line
#   make -C fpga/ecp5 program      into the board, until power goes
#   make -C fpga/ecp5 check PORT=/dev/ttyUSB0    the board itself against vectors/
#
# SIM=verilator or icarus; SAMPLES for the simulation (2; 0: all)
SIM     ?= verilator
SAMPLES ?= 2
SEED    ?= 1
PORT    ?= /dev/ttyUSB0

.PHONY: all simulate program check clean
.DELETE_ON_ERROR:
all: out/$(NAME).bit

# The contents of ROMs are read from the folder rtl.
out/$(NAME).json: $(RTL) $(IMAGES) $(BOARD_RTL)
	mkdir -p out
	cd ../../rtl && yosys -q -l ../fpga/ecp5/out/yosys.log -p "read_verilog -sv $(patsubst ../../rtl/%,%,$(RTL)) $(addprefix ../fpga/ecp5/,$(BOARD_RTL)); synth_ecp5 -top $(TOP) -json ../fpga/ecp5/$@; tee -q -o ../fpga/ecp5/out/cells.json stat -json"

out/$(NAME).config: out/$(NAME).json $(BOARD).lpf
	nextpnr-ecp5 -q -l out/nextpnr.log --$(DEVICE) --package $(PACKAGE) --freq $(MHZ) --seed $(SEED) --lpf $(BOARD).lpf --json $< --textcfg $@ --report out/nextpnr.json

out/$(NAME).bit: out/$(NAME).config
	ecppack --compress $< --bit $@

simulate:
	mkdir -p out/sim_rtl
ifeq ($(SIM),icarus)
	cd ../../rtl && iverilog -g2012 -s serial_bench -o ../fpga/ecp5/out/sim_rtl/bench.vvp $(patsubst ../../rtl/%,%,$(RTL)) $(addprefix ../fpga/ecp5/,$(BOARD_RTL)) ../fpga/ecp5/serial_bench.sv
	cd ../../rtl && vvp -N ../fpga/ecp5/out/sim_rtl/bench.vvp +samples=$(SAMPLES)
else
	cd ../../rtl && verilator --binary --timing -Wno-fatal -Wno-lint -Wno-style --top-module serial_bench -Mdir ../fpga/ecp5/out/sim_rtl $(patsubst ../../rtl/%,%,$(RTL)) $(addprefix ../fpga/ecp5/,$(BOARD_RTL)) ../fpga/ecp5/serial_bench.sv
	cd ../../rtl && ../fpga/ecp5/out/sim_rtl/Vserial_bench +samples=$(SAMPLES)
endif

program: out/$(NAME).bit
	openFPGALoader -b $(BOARD) $<

check:
	python3 host.py $(PORT) --baud $(BAUD) --in-bytes $(IN) --out-bytes $(OUT) --vectors ../../vectors

clean:
	rm -rf out
