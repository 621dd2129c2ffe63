"""Drives an accelerator with registers from Python: samples in memory (mapped), or streams behind an AXI DMA. Python 3.8, numpy.

    from soc_driver import RegisterAccelerator
    accelerator = RegisterAccelerator(io, mmio, allocate)          # mapped
    accelerator = RegisterAccelerator(io, mmio, allocate, dma)     # stream
    results = accelerator.predict(samples)

`io` is io.json with "registers" (the table as registers/*.json has it), "build" and "side"; `mmio` has read(offset) and
write(offset, value) as PYNQ's MMIO; buffers of `allocate` have device_address, flush() and invalidate().
"""
import time

import numpy as np

from driver import Accelerator, buffers

VERSION_MAJOR = 1
STATE_FAILED = 3


class AcceleratorError(RuntimeError):
    """The accelerator stopped; code, port, place and address are those of its registers. It has been reset."""

    def __init__(self, text, code=0, port=0, place=0, address=0):
        super().__init__(text)
        self.code = code
        self.port = port
        self.place = place
        self.address = address


class RegisterAccelerator(Accelerator):
    """`timeout` in seconds counts for every call."""

    def __init__(self, io, mmio, allocate, dma=None, timeout=1.0, clock=time.perf_counter):
        super().__init__(io, mmio, allocate, dma)
        self.timeout = timeout
        self.clock = clock
        self.table = {register["name"]: register for register in io["registers"]["registers"]}
        self.check()
        self.reset()
        self.write("IER", DONE=1, ERROR=1)

    def offset(self, name):
        return self.table[name]["offset"]

    def field(self, register, name):
        return next(each for each in self.table[register]["fields"] if each["name"] == name)

    def get(self, register, name):
        """The value of a field, read now."""
        place = self.field(register, name)
        return (self.mmio.read(self.offset(register)) >> place["low"]) & ((1 << place["width"]) - 1)

    def write(self, register, **values):
        """Writes a register: these fields, zeros in the others."""
        word = 0
        for name, value in values.items():
            word |= value << self.field(register, name)["low"]
        self.mmio.write(self.offset(register), word)

    def write_address(self, name, address):
        self.mmio.write(self.offset(name + "_LO"), address & 0xFFFFFFFF)
        self.mmio.write(self.offset(name + "_HI"), address >> 32)

    def check(self):
        """Raises where the hardware is not what io.json was written for."""
        identity = self.field("ID", "ID")["reset"]
        found = self.mmio.read(self.offset("ID"))
        if found != identity:
            raise RuntimeError(
                "ID reads 0x%08x, not 0x%08x: another bitstream, another address, or PYNQ remembers an older .hwh"
                " (remove pynq/pl_server/_current_metadata.pkl and load again)" % (found, identity)
            )
        version = self.mmio.read(self.offset("VERSION"))
        if version >> 16 != VERSION_MAJOR:
            raise RuntimeError("the register map has version %d.%d" % (version >> 16, version & 0xFFFF))
        build = self.mmio.read(self.offset("BUILD"))
        if self.io["build"] not in (0, build):
            raise RuntimeError(
                "BUILD reads 0x%08x, io.json is of 0x%08x: bitstream and folder are of different builds"
                % (build, self.io["build"])
            )

    def reset(self):
        """Gives up what runs; afterwards the accelerator is idle."""
        self.write("COMMAND", RESET=1)
        self.write("COMMAND", RESET=0)
        self.wait(lambda: self.get("CTRL", "IDLE"), "the reset does not end: only a new bitstream helps")
        self.clear_events()

    def clear_events(self):
        """What happened; writing 1 toggles a bit, so only set ones are written."""
        events = self.mmio.read(self.offset("ISR")) & 7
        if events:
            self.mmio.write(self.offset("ISR"), events)
        return events

    def wait(self, ready, text):
        end = self.clock() + self.timeout
        while not ready():
            if self.clock() > end and not ready():
                raise TimeoutError(text)

    def fail(self):
        code, port = self.get("ERROR", "CODE"), self.get("ERROR", "PORT")
        place, address = self.mmio.read(self.offset("ERROR_PLACE")), 0
        if "ERROR_ADDR_LO" in self.table:
            address = self.mmio.read(self.offset("ERROR_ADDR_LO")) | self.mmio.read(self.offset("ERROR_ADDR_HI")) << 32
        names = [
            next((name for name, value in self.field("ERROR", field).get("values", {}).items() if value == number), str(number))
            for field, number in (("CODE", code), ("PORT", port))
        ]
        self.reset()
        text = "%s at %s, place %d, address 0x%x" % (names[0], names[1], place, address)
        raise AcceleratorError(text, code, port, place, address)

    def finish(self):
        """Waits for the end of what was started."""
        done, error = (1 << self.field("ISR", name)["low"] for name in ("DONE", "ERROR"))
        try:
            self.wait(lambda: self.mmio.read(self.offset("ISR")) & (done | error), "no end within %g s" % self.timeout)
        except TimeoutError:
            self.reset()
            raise
        if self.clear_events() & error:
            self.fail()

    def run(self, packed):
        count = packed.shape[0]
        result = self.bytes_of(self.output)
        self.write("FRAMES", COUNT=count)
        if self.io["side"] == "stream":
            self.write("CTRL", START=1)
            results = super().run(packed)
            self.finish()
            return results
        with buffers(self.allocate, packed.size, count * result) as (buffer_in, buffer_out):
            begin = time.perf_counter()
            buffer_in[:] = packed.reshape(-1)
            buffer_in.flush()
            # Dirty lines of the output must not be written back over the results.
            buffer_out.flush()
            copied = time.perf_counter()
            self.write_address("INPUT", buffer_in.device_address)
            self.write_address("OUTPUT", buffer_out.device_address)
            self.write("CTRL", START=1)
            self.finish()
            return self.collect(buffer_out, result, begin, copied, time.perf_counter())

    def load_weights(self, image):
        """A weight image, 32-bit words; it counts from the next sample on (mapped, weights that can be changed)."""
        if "WEIGHTS_BYTES" not in self.table:
            raise RuntimeError("the weights of this build are fixed")
        words = np.ascontiguousarray(image, dtype="<u4").view(np.uint8)
        with buffers(self.allocate, words.size) as (buffer,):
            buffer[:] = words
            buffer.flush()
            self.write_address("WEIGHTS", buffer.device_address)
            self.mmio.write(self.offset("WEIGHTS_BYTES"), words.size)
            self.write("COMMAND", LOAD=1)

            def loaded():
                if self.get("STATUS", "STATE") == STATE_FAILED:
                    self.clear_events()
                    self.fail()
                return not self.get("STATUS", "WEIGHTS_PENDING")

            self.wait(loaded, "the weights do not arrive within %g s" % self.timeout)

    def counters(self, clear=False):
        """Name to value, all of one moment; `clear` sets them to 0 behind it."""
        self.write("COMMAND", SNAPSHOT=1, CLEAR=int(clear))
        return {
            each["name"]: self.mmio.read(each["offset"]) | self.mmio.read(each["offset"] + 4) << 32
            for each in self.io["registers"]["counters"]
        }
