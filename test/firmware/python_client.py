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
    def __init__(self, bench, window=0):
        self.bench = bench
        self.window = window

    def read(self, offset):
        return self.bench.ask(b"R", self.window, offset)

    def write(self, offset, value):
        self.bench.ask(b"W", self.window, offset, value)


class FakeChannel:
    """A channel of PYNQ's DMA without scatter-gather."""

    def __init__(self, mmio, offset):
        self.mmio = mmio
        self.offset = offset

    def start(self):
        self.mmio.write(self.offset, 1)

    def transfer(self, buffer, start, nbytes):
        address = buffer.device_address + start
        self.mmio.write(self.offset + 0x18, address & 0xFFFFFFFF)
        self.mmio.write(self.offset + 0x1C, address >> 32)
        self.mmio.write(self.offset + 0x28, nbytes)

    @property
    def idle(self):
        return bool(self.mmio.read(self.offset + 4) & 2)

    @property
    def error(self):
        return bool(self.mmio.read(self.offset + 4) & 0x770)

    def wait(self):
        while not self.idle:
            if self.error:
                raise RuntimeError("DMA error, status 0x%x" % self.mmio.read(self.offset + 4))


class FakeDma:
    def __init__(self, bench, window):
        self.mmio = FakeMmio(bench, window)
        self.sendchannel, self.recvchannel = FakeChannel(self.mmio, 0), FakeChannel(self.mmio, 0x30)


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
    streams = io["side"] == "stream"
    dmas = dict(dma=FakeDma(bench, 1), weights_dma=FakeDma(bench, 2)) if streams else {}
    accelerator = RegisterAccelerator(io, mmio, allocate, timeout=0.005, clock=clock, **dmas)
    for count in (1, samples.shape[0]):
        results = accelerator.predict(samples[:count])
        assert np.array_equal(results.reshape(count, -1), expected[:count]), (results, expected)
    counters = accelerator.counters(clear=True)
    assert counters["FRAMES"] == 1 + samples.shape[0], counters
    assert accelerator.counters()["FRAMES"] == 0

    def right(due=expected):
        found = accelerator.predict(samples).reshape(due.shape)
        assert np.array_equal(found, due), (found, due)

    def refused(call, channel, beat, response, code):
        bench.ask(b"F", ord(channel), beat, response)
        try:
            call()
            raise SystemExit("a refused beat is not noticed")
        except AcceleratorError as error:
            assert not streams and error.code == code + response - 2 and error.address >= BASE, error
        except RuntimeError as error:
            assert streams and "DMA error" in str(error), error
        bench.ask(b"F", ord(channel), 0, 0)

    for beat in (0, 1, 3, 97):
        for response in (2, 3):
            for channel, code in ((b"r", 9), (b"b", 11)):
                refused(lambda: accelerator.predict(samples), channel, beat % 4 if channel == b"b" else beat, response, code)
                right()
    changed = np.array(io["changed"]).reshape(expected.shape)
    old, new = (np.array(image, dtype=np.uint32) for image in io["images"])
    assert not np.array_equal(changed, expected)
    for image, due in ((new, changed), (old, expected), (new, changed)):
        accelerator.load_weights(image)
        right(due)
    for wrong in ([0x7FFFFFF0, 1, 5], [4, 2, 9]):
        try:
            accelerator.load_weights(wrong)
            raise SystemExit("a wrong image is not noticed")
        except AcceleratorError as error:
            assert (error.code, error.port) == (13, 1), error
        right(changed)
    if not streams:
        # Loaded by hand, with nobody waiting for it: the next call says so.
        wrong = allocate((12,), np.uint8)
        wrong[:] = np.array([4, 2, 9], dtype="<u4").view(np.uint8)
        wrong.flush()
        accelerator.write_address("WEIGHTS", wrong.device_address)
        mmio.write(accelerator.offset("WEIGHTS_BYTES"), wrong.size)
        accelerator.write("COMMAND", LOAD=1)
        accelerator.wait(lambda: accelerator.get("ISR", "ERROR"), "an error between frames is no event")
        try:
            accelerator.predict(samples)
            raise SystemExit("an error between frames is not noticed")
        except AcceleratorError as error:
            assert (error.code, error.port) == (13, 1), error
        right(changed)
    for beat in (0, 5, old.size - 1):
        refused(lambda: accelerator.load_weights(old), b"r", beat, 2, 9)
        right(changed)
    accelerator.load_weights(old)
    right()
    print("python", counters)


main()
