"""Runs validate.py and throughput.py of a deploy folder against registers and memory of Python: FOLDER KNOWN [wrong].

KNOWN is JSON: bytes of a sample to bytes of its result, as they lie in memory. Checks what the driver does in front of START.
"""
import json
import os
import sys
import types

import numpy as np

folder, known_path = sys.argv[1], sys.argv[2]
wrong = "wrong" in sys.argv[3:]
sys.path.insert(0, folder)
with open(known_path) as file:
    known = json.load(file)
with open(os.path.join(folder, "io.json")) as file:
    io = json.load(file)
table = {register["name"]: register for register in io["registers"]["registers"]}
BASE = 0x5_0000_0000
memory = []  # buffers


class Buffer(np.ndarray):
    def flush(self):
        self.stored = np.array(self, dtype=np.uint8)

    def invalidate(self):
        self[:] = self.stored


def allocate(shape, dtype):
    made = np.full(shape, 0x5A, dtype=dtype).view(Buffer)
    made.device_address = BASE + 0x100000 * len(memory) + 0x40
    made.stored = np.array(made)
    memory.append(made)
    return made


def find(address):
    buffer = next(each for each in memory if each.device_address <= address < each.device_address + each.size)
    return buffer.stored, address - buffer.device_address


class Mmio:
    def __init__(self):
        self.words = {table["ID"]["offset"]: table["ID"]["fields"][0]["reset"], table["VERSION"]["offset"]: 1 << 16}
        self.words[table["BUILD"]["offset"]] = io["build"]

    def at(self, name):
        return self.words.get(table[name]["offset"], 0)

    def read(self, offset):
        if offset == table["CTRL"]["offset"]:
            return 4
        return self.words.get(offset, 0)

    def write(self, offset, value):
        if offset == table["ISR"]["offset"]:
            value ^= self.words.get(offset, 0)
        self.words[offset] = value
        if offset == table["CTRL"]["offset"] and value & 1:
            if io["side"] == "stream":
                self.left = self.at("FRAMES")
                return
            self.words[table["ISR"]["offset"]] = 1
            self.engine() if io["kind"] == "engine" else self.dataflow()

    def address(self, name):
        return self.at(name + "_LO") | self.at(name + "_HI") << 32

    def answer(self, source, at_source, size, target, at_target):
        data = bytes.fromhex(known[bytes(source[at_source : at_source + size]).hex()])
        target[at_target : at_target + len(data)] = np.frombuffer(data, np.uint8) ^ (1 if wrong else 0)
        return len(data)

    def dataflow(self):
        sample = len(next(iter(known))) // 2
        (source, begin), (target, to) = find(self.address("INPUT")), find(self.address("OUTPUT"))
        for number in range(self.at("FRAMES")):
            to += self.answer(source, begin + number * sample, sample, target, to)

    def engine(self):
        data, begin = find(self.address("BUFFER"))
        assert begin == 0 and data.size == io["buffer"]["bytes"]
        for name, at in (("memory.bin", 0), ("lists.bin", io["buffer"]["lists"])):
            due = np.fromfile(os.path.join(folder, name), np.uint8)
            assert np.array_equal(data[at : at + due.size], due), name
        for name in ("LIST_W", "LIST_X", "LIST_Y"):
            assert self.at(name) == io["buffer"][name], name
        ports = io["ports"]
        self.answer(data, ports["input"]["at"], ports["input"]["bytes"], data, ports["output"]["at"])


class Channel:
    """Both channels of a DMA: `mmio` is the accelerator behind them."""

    def __init__(self, mmio):
        self.mmio = mmio
        self.open = []
        self.idle, self.error = True, False

    def start(self):
        assert not self.open

    def transfer(self, buffer, start, nbytes):
        assert self.mmio.left > 0, "in front of START"
        self.open.append((buffer.stored, start, nbytes))

    def wait(self):
        pass


class Results(Channel):
    def wait(self):
        target, to, nbytes = self.open.pop(0)
        source, begin, sample = self.source.open.pop(0)
        assert sample == len(next(iter(known))) // 2
        assert self.mmio.answer(source, begin, sample, target, to) == nbytes
        self.mmio.left -= 1
        if self.mmio.left == 0:
            self.mmio.words[table["ISR"]["offset"]] = 1


class Dma:
    """Its own registers: a reset is over at once."""

    def __init__(self, mmio):
        self.mmio = types.SimpleNamespace(read=lambda offset: 0, write=lambda offset, value: None)
        self.sendchannel = Channel(mmio)
        self.recvchannel = Results(mmio)
        self.recvchannel.source = self.sendchannel


class Overlay:
    """PYNQ's: what the .hwh says is in the bitstream."""

    def __init__(self, bit):
        assert os.path.basename(bit) == io["name"] + ".bit"
        self.ip_dict = {"accelerator": {"phys_addr": 0x40000000, "addr_range": 0x10000}}
        if io["side"] == "stream":
            self.ip_dict["dma_0"] = {}
            self.dma_0 = Dma(mmio)


def window(address, length):
    assert (address, length) == (0x40000000, 0x10000)
    return mmio


mmio = Mmio()
pynq = types.ModuleType("pynq")
pynq.Overlay, pynq.MMIO, pynq.allocate = Overlay, window, allocate
pynq.Clocks = types.SimpleNamespace(fclk0_mhz=50.0)
sys.modules["pynq"] = pynq

import throughput
import validate
from driver import open_board

accelerator = open_board(folder)
assert pynq.Clocks.fclk0_mhz == io["clock_mhz"]
code = validate.main(accelerator)
if not wrong:
    throughput.main(3, accelerator)
sys.exit(code)
