"""The Python driver against a Verilated accelerator: SOCKET SEED FOLDER. The fakes of PYNQ speak the socket's requests."""
import json
import os
import socket
import struct
import sys

import numpy as np

BASE = 0x1000000000


class Bench:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)

    def take(self, count):
        data = b""
        while len(data) < count:
            some = self.socket.recv(count - len(data))
            if not some:
                raise EOFError("the simulation has ended")
            data += some
        return data

    def ask(self, command, small=0, word=0, address=0, data=b""):
        self.socket.sendall(struct.pack("<cBHIQ", command, small, 0, word, address) + data)
        return struct.unpack("<I", self.take(4))[0]


class FakeMmio:
    def __init__(self, bench):
        self.bench = bench
        self.accesses = 0

    def read(self, offset):
        self.accesses += 1
        return self.bench.ask(b"R", 0, offset)

    def write(self, offset, value):
        self.accesses += 1
        self.bench.ask(b"W", 0, offset, value)


class FakeBuffer(np.ndarray):
    """Reaches the memory of the simulation only by flush, and is read from there only by invalidate."""

    def flush(self):
        self.bench.ask(b"M", 0, self.size, self.device_address, self.tobytes())

    def invalidate(self):
        self.bench.ask(b"G", 0, self.size, self.device_address)
        self[:] = np.frombuffer(self.bench.take(self.size), dtype=np.uint8)


def allocator(bench):
    free = [BASE]

    def allocate(shape, dtype):
        buffer = np.full(shape, 0x5A, dtype=dtype).view(FakeBuffer)
        if free[0] + buffer.size > BASE + 0x40000:
            free[0] = BASE
        buffer.bench, buffer.device_address = bench, free[0]
        free[0] += (buffer.size + 63) // 64 * 64
        return buffer

    return allocate


def main():
    path, folder = sys.argv[1], sys.argv[3]
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "fpga", "python"))
    from soc_driver import AcceleratorError, RegisterAccelerator

    with open(os.path.join(folder, "io.json")) as file:
        io = json.load(file)
    samples = np.array(io["samples"]).reshape((-1,) + tuple(io["ports"]["input"]["shape"]))
    expected = np.array(io["expected"]).reshape(samples.shape[0], -1)
    bench = Bench(path)
    mmio, allocate = FakeMmio(bench), allocator(bench)
    time = [0.0]

    def clock():
        time[0] = bench.ask(b"T") / 1e6
        return time[0]

    try:
        RegisterAccelerator(dict(io, build=io["build"] + 1), mmio, allocate)
        raise SystemExit("another build is not noticed")
    except RuntimeError as error:
        assert "different builds" in str(error), error
    accelerator = RegisterAccelerator(io, mmio, allocate, timeout=0.005, clock=clock)
    for count in (1, samples.shape[0]):
        results = accelerator.predict(samples[:count])
        assert np.array_equal(results.reshape(count, -1), expected[:count]), (results, expected)
    counters = accelerator.counters(clear=True)
    assert counters["FRAMES"] == 1 + samples.shape[0], counters
    assert accelerator.counters()["FRAMES"] == 0
    for channel, code in ((b"r", 9), (b"b", 11)):
        bench.ask(b"F", ord(channel), 1, 2)
        try:
            accelerator.predict(samples)
            raise SystemExit("a refused beat is not noticed")
        except AcceleratorError as error:
            assert error.code == code and error.address >= BASE, error
        bench.ask(b"F", ord(channel), 0, 0)
        assert np.array_equal(accelerator.predict(samples).reshape(expected.shape), expected)
    print("python", counters)


main()
