"""Drives an accelerator with registers from Python: samples in memory (mapped), or streams behind an AXI DMA. Python 3.8, numpy.

    from soc_driver import RegisterAccelerator
    accelerator = RegisterAccelerator(io, mmio, allocate)          # mapped
    accelerator = RegisterAccelerator(io, mmio, allocate, dma)     # stream; weights_dma=... where weights can be changed
    results = accelerator.predict(samples)

`io` is io.json with "registers" (the table as registers/*.json has it), "build" and "side"; `mmio` has read(offset) and
write(offset, value) as PYNQ's MMIO; buffers of `allocate` have device_address, flush() and invalidate(); a DMA has mmio,
sendchannel and recvchannel, without scatter-gather.
"""
import time
from contextlib import contextmanager

import numpy as np

from driver import Accelerator, buffers

VERSION_MAJOR = 1
STATE_FAILED = 3
DMA_RESET = 4
# Of results that stay on offer there are two beats and the end of their packet.
RESULTS_ON_OFFER = 4
LOOKS = 100


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

    def __init__(self, io, mmio, allocate, dma=None, timeout=1.0, clock=time.perf_counter, weights_dma=None):
        super().__init__(io, mmio, allocate, dma)
        self.weights_dma = weights_dma
        self.dmas = [each for each in (dma, weights_dma) if each is not None]
        self.timeout = timeout
        self.clock = clock
        self.table = {register["name"]: register for register in io["registers"]["registers"]}
        self.check()
        self.reset(drains=False)
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

    def reset(self, drains=True):
        """Gives up what runs; afterwards the accelerator and its DMAs are idle."""
        self.write("COMMAND", RESET=1)
        self.reset_dmas()
        if self.dmas and drains:
            self.drain()
        self.write("COMMAND", RESET=0)
        self.wait(lambda: self.get("CTRL", "IDLE"), "the reset does not end: only a new bitstream helps")
        if drains:
            self.reset_dmas()
        self.clear_events()

    def reset_dmas(self):
        """Both channels of a DMA are reset together."""
        for dma in self.dmas:
            dma.mmio.write(0, DMA_RESET)
            self.wait(lambda: not dma.mmio.read(0) & DMA_RESET, "the reset of a DMA does not end")
            dma.sendchannel.start()
            if dma is self.dma:
                dma.recvchannel.start()

    def drain(self):
        """The reset is held: takes results that are on offer, and ends packets that the reset of a DMA has cut."""
        with buffers(self.allocate, self.bytes_of(self.input), self.bytes_of(self.output)) as (rest, results):
            for _ in range(RESULTS_ON_OFFER):
                self.dma.recvchannel.transfer(results, 0, results.size)
                if not any(self.dma.recvchannel.idle for _ in range(LOOKS)):
                    break
            for dma in self.dmas:
                bytes_to_drop = rest.size if dma is self.dma else 4
                dma.sendchannel.transfer(rest, 0, bytes_to_drop)
                self.wait(lambda: dma.sendchannel.idle, "the reset does not end: only a new bitstream helps")

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
            return self.run_streams(packed)
        with buffers(self.allocate, packed.size, count * result) as (buffer_in, buffer_out):
            begin, copied = self.fill(buffer_in, buffer_out, packed)
            self.write_address("INPUT", buffer_in.device_address)
            self.write_address("OUTPUT", buffer_out.device_address)
            self.write("CTRL", START=1)
            self.finish()
            return self.collect(buffer_out, result, begin, copied, time.perf_counter())

    def fill(self, buffer_in, buffer_out, packed):
        """Puts samples into memory; when that began and ended."""
        begin = time.perf_counter()
        buffer_in[:] = packed.reshape(-1)
        buffer_in.flush()
        # Dirty lines of the output must not be written back over the results.
        buffer_out.flush()
        return begin, time.perf_counter()

    def run_streams(self, packed):
        """One transfer for every sample and for every result: tlast ends a result, and with it a transfer."""
        count, sample = packed.shape
        result = self.bytes_of(self.output)
        if sample > self.io["dma_bytes"]:
            raise ValueError("a sample has %d bytes, a transfer %d at most" % (sample, self.io["dma_bytes"]))
        with buffers(self.allocate, packed.size, count * result) as (buffer_in, buffer_out):
            begin, copied = self.fill(buffer_in, buffer_out, packed)
            self.write("CTRL", START=1)
            with self.clean_streams():
                for number in range(count):
                    self.dma.recvchannel.transfer(buffer_out, number * result, result)
                    self.dma.sendchannel.transfer(buffer_in, number * sample, sample)
                    self.wait_channel(self.dma.sendchannel)
                    self.wait_channel(self.dma.recvchannel)
            self.finish()
            return self.collect(buffer_out, result, begin, copied, time.perf_counter())

    @contextmanager
    def clean_streams(self):
        """What a DMA or the time ends leaves no half packet behind."""
        try:
            yield
        except AcceleratorError:
            raise
        except (RuntimeError, TimeoutError):
            self.reset()
            raise

    def wait_channel(self, channel):
        """Until the transfer is over; an accelerator that has failed takes nothing, so that the DMA never ends."""

        def over():
            if self.get("STATUS", "STATE") == STATE_FAILED:
                self.fail()
            return channel.idle or channel.error

        self.wait(over, "no end within %g s" % self.timeout)
        # Raises where the DMA stopped with an error.
        channel.wait()

    def loaded(self):
        """True when no weight image is under way. Both from one word of STATUS: an error ends the image, too."""
        status = self.mmio.read(self.offset("STATUS"))
        state, pending = self.field("STATUS", "STATE"), self.field("STATUS", "WEIGHTS_PENDING")
        if (status >> state["low"]) & ((1 << state["width"]) - 1) == STATE_FAILED:
            self.fail()
        return not (status >> pending["low"]) & 1

    def load_weights(self, image):
        """A weight image, 32-bit words; it counts from the next sample on. Where it is wrong the old weights stay."""
        if "WEIGHTS_BYTES" not in self.table and self.weights_dma is None:
            raise RuntimeError("the weights of this build are fixed, or the DMA that moves them (weights_dma) was not given")
        words = np.ascontiguousarray(image, dtype="<u4").view(np.uint8)
        with buffers(self.allocate, words.size) as (buffer,):
            buffer[:] = words
            buffer.flush()
            if self.weights_dma is not None:
                with self.clean_streams():
                    self.weights_dma.sendchannel.transfer(buffer, 0, words.size)
                    self.wait_channel(self.weights_dma.sendchannel)
            else:
                self.write_address("WEIGHTS", buffer.device_address)
                self.mmio.write(self.offset("WEIGHTS_BYTES"), words.size)
                self.write("COMMAND", LOAD=1)
            self.wait(self.loaded, "the weights do not arrive within %g s" % self.timeout)

    def counters(self, clear=False):
        """Name to value, all of one moment; `clear` sets them to 0 behind it."""
        self.write("COMMAND", SNAPSHOT=1, CLEAR=int(clear))
        return {
            each["name"]: self.mmio.read(each["offset"]) | self.mmio.read(each["offset"] + 4) << 32
            for each in self.io["registers"]["counters"]
        }
