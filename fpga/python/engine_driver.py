"""Drives an engine that has its data in memory from Python. Python 3.8, numpy.

One buffer holds everything: weights and descriptors (memory.bin), tensors, lists of transfers (lists.bin). It is filled once;
a frame is the input at its place, START, and the output from its place. Where the elements of input and output lie is in
input_places.npy and output_places.npy: the first bit of each, counted from the begin of the input or the output.
"""
import os
import time

import numpy as np

from soc_driver import RegisterAccelerator


class EngineAccelerator(RegisterAccelerator):
    """`folder` has io.json and the files of the engine; `timeout` in seconds is that of a frame."""

    def __init__(self, io, mmio, allocate, folder=".", timeout=10.0, clock=time.perf_counter):
        super().__init__(io, mmio, allocate, None, timeout, clock)

        def load(name):
            return np.load(os.path.join(folder, name))

        self.input_places, self.output_places = load("input_places.npy"), load("output_places.npy")
        layout = io["buffer"]
        self.buffer = allocate(shape=(layout["bytes"],), dtype=np.uint8)
        self.buffer[:] = 0
        for name, at in (("memory.bin", 0), ("lists.bin", layout["lists"])):
            data = np.fromfile(os.path.join(folder, name), dtype=np.uint8)
            self.buffer[at : at + data.size] = data
        self.buffer.flush()
        self.write_address("BUFFER", self.buffer.device_address)
        for name in ("LIST_W", "LIST_X", "LIST_Y"):
            self.mmio.write(self.offset(name), layout[name])

    def bytes_of(self, port):
        return port["bytes"]

    def pack(self, codes):
        """Codes [n, elements] to the input as it lies in memory, [n, bytes]."""
        width = self.input["element_bits"]
        bits = np.zeros((codes.shape[0], 8 * self.input["bytes"]), dtype=np.uint8)
        bits[:, self.input_places[:, None] + np.arange(width)] = (codes[:, :, None] >> np.arange(width)) & 1
        return np.packbits(bits, axis=1, bitorder="little")

    def unpack(self, data):
        """Outputs as they lie in memory to codes; a code may be in several parts, the lowest bits in the first."""
        bits = np.unpackbits(data, axis=1, bitorder="little")
        width, codes = self.output["element_bits"], 0
        for bit in range(self.output["code_bits"]):
            taken = bits[:, self.output_places[bit // width] + bit % width].astype(np.int64)
            sign = self.output["signed"] and bit + 1 == self.output["code_bits"]
            codes = codes + taken * (-(1 << bit) if sign else 1 << bit)
        return codes

    def run(self, packed):
        inputs, outputs = (slice(port["at"], port["at"] + port["bytes"]) for port in (self.input, self.output))
        results = np.zeros((packed.shape[0], self.output["bytes"]), dtype=np.uint8)
        spent = dict.fromkeys(("copy_input_data_to_device", "run", "copy_output_data_from_device"), 0.0)
        for number, sample in enumerate(packed):
            begin = time.perf_counter()
            self.buffer[inputs] = sample
            self.buffer.flush()
            copied = time.perf_counter()
            self.write("CTRL", START=1)
            self.finish()
            ran = time.perf_counter()
            self.buffer.invalidate()
            results[number] = self.buffer[outputs]
            for name, seconds in zip(spent, (copied - begin, ran - copied, time.perf_counter() - ran)):
                spent[name] += seconds
        self.seconds = spent
        return results
