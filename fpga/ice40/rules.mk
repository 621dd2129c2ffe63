# Open tools: Yosys, nextpnr-ice40, icestorm (Debian: yosys nextpnr-ice40 fpga-icestorm fpga-icestorm-chipdb).
#
#   make -C fpga/ice40              out/NAME.bin, and timing by nextpnr and icetime; an error where timing is not met
#   make -C fpga/ice40 simulate     the board's top against vectors/, over its serial line
#   make -C fpga/ice40 resimulate   the same with a netlist of the bits that are in out/NAME.bin
#   make -C fpga/ice40 program      into the flash of the board
#   make -C fpga/ice40 check PORT=/dev/ttyUSB1    the board itself against vectors/
#
# SIM=verilator or icarus; SAMPLES for the simulations (2; 0: all)
SIM     ?= verilator
SAMPLES ?= 2
SEED    ?= 1
# -dsp puts products into DSPs; the UP5K has 8 of them, other parts have none.
SYNTH   ?=
PORT    ?= /dev/ttyUSB1
# The simulation models of the cells come with Yosys.
CELLS   ?= $(dir $(shell command -v yosys))../share/yosys/ice40/cells_sim.v

.PHONY: all timing simulate resimulate program check clean
.DELETE_ON_ERROR:
all: out/$(NAME).bin timing

# The contents of ROMs are read from the folder rtl.
out/$(NAME).json: $(RTL) $(IMAGES) $(BOARD_RTL)
	mkdir -p out
	cd ../../rtl && yosys -q -l ../fpga/ice40/out/yosys.log -p "read_verilog -sv $(patsubst ../../rtl/%,%,$(RTL)) $(addprefix ../fpga/ice40/,$(BOARD_RTL)); synth_ice40 $(SYNTH) -top $(TOP) -json ../fpga/ice40/$@; tee -q -o ../fpga/ice40/out/cells.json stat -json"

out/$(NAME).asc: out/$(NAME).json $(BOARD).pcf
	nextpnr-ice40 -q -l out/nextpnr.log --$(DEVICE) --package $(PACKAGE) --freq $(MHZ) --seed $(SEED) --pcf $(BOARD).pcf --json $< --asc $@ --report out/nextpnr.json

# Its verdict on the clock goes to the standard output only; the report stays where timing is not met.
timing: out/$(NAME).asc
	icetime -d $(DEVICE) -P $(PACKAGE) -p $(BOARD).pcf -c $(MHZ) -mt $< > out/icetime.rpt

out/$(NAME).bin: out/$(NAME).asc
	icepack $< $@

# Back from the bits to a netlist: what is simulated is what the chip would do. icebox_vlog declares ports in the head and
# again below, which is only right with a head of names.
out/$(NAME)_routed.v: out/$(NAME).bin
	iceunpack $< out/unpacked.asc
	icebox_vlog -s -n $(TOP) -p $(BOARD).pcf out/unpacked.asc > out/icebox.v
	awk '/^module /{head = $$0; gsub(/input |output /, "", head); print head; sub(/^[^(]*[(]/, ""); sub(/[)].*/, ""); gsub(/, */, ";\n"); print $$0 ";"; next} {print}' out/icebox.v > $@

simulate:
	$(MAKE) run DUT="$(patsubst ../../rtl/%,%,$(RTL)) $(addprefix ../fpga/ice40/,$(BOARD_RTL))" WORK=out/sim_rtl

resimulate: out/$(NAME)_routed.v
	$(MAKE) run DUT="../fpga/ice40/$< $(CELLS)" WORK=out/sim_routed

.PHONY: run
run:
	mkdir -p $(WORK)
ifeq ($(SIM),icarus)
	cd ../../rtl && iverilog -g2012 -DNO_ICE40_DEFAULT_ASSIGNMENTS -s serial_bench -o ../fpga/ice40/$(WORK)/bench.vvp $(DUT) ../fpga/ice40/serial_bench.sv
	cd ../../rtl && vvp -N ../fpga/ice40/$(WORK)/bench.vvp +samples=$(SAMPLES)
else
	cd ../../rtl && verilator --binary --timing -Wno-fatal -Wno-lint -Wno-style -DNO_ICE40_DEFAULT_ASSIGNMENTS --top-module serial_bench -Mdir ../fpga/ice40/$(WORK) $(DUT) ../fpga/ice40/serial_bench.sv
	cd ../../rtl && ../fpga/ice40/$(WORK)/Vserial_bench +samples=$(SAMPLES)
endif

program: out/$(NAME).bin
	iceprog $<

check:
	python3 host.py $(PORT) --baud $(BAUD) --in-bytes $(IN) --out-bytes $(OUT) --vectors ../../vectors

clean:
	rm -rf out
