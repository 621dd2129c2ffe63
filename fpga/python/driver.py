"""Runs the accelerator from Python: PYNQ on the board, numpy, nothing else. Python 3.8.

    from driver import open_board
    accelerator = open_board(".")
    results = accelerator.predict(samples)     # codes as in input.npy, one sample a row

Samples and results are integers, the codes of the ports; io.json says how they become real values, and how they lie in the
beats of the streams. Nothing here knows a shape or a width of its own.
"""
import json
import os
import time
from contextlib import contextmanager

import numpy as np


@contextmanager
def buffers(allocate, *sizes):
    """Buffers of so many bytes; given back at the end, also where the next one is refused."""
    held = []
    try:
        for size in sizes:
            held.append(allocate(shape=(size,), dtype=np.uint8))
        yield held
    finally:
        for each in held:
            if hasattr(each, "freebuffer"):
                each.freebuffer()


def lanes_to_beats(codes, port):
    """Codes [n, elements] in the order of the stream to bytes [n, bytes a sample]; element 0 in the lowest bits."""
    count = codes.shape[0]
    lanes, width = port["elements_per_beat"], port["element_bits"]
    padded = np.zeros((count, port["beats"] * lanes), dtype=np.int64)
    padded[:, : port["elements"]] = codes
    bits = ((padded[:, :, None] >> np.arange(width)) & 1).astype(np.uint8)
    beats = np.zeros((count, port["beats"], port["bits"]), dtype=np.uint8)
    beats[:, :, : lanes * width] = bits.reshape(count, port["beats"], lanes * width)
    return np.packbits(beats.reshape(count, -1), axis=1, bitorder="little")


def beats_to_lanes(data, port):
    """The other way: bytes [n, bytes a result] to codes [n, elements]."""
    count = data.shape[0]
    lanes, width = port["elements_per_beat"], port["element_bits"]
    bits = np.unpackbits(data, axis=1, bitorder="little").reshape(count, port["beats"], port["bits"])
    bits = bits[:, :, : lanes * width].reshape(count, port["beats"] * lanes, width).astype(np.int64)
    weights = np.left_shift(np.int64(1), np.arange(width, dtype=np.int64))
    if port["signed"]:
        weights[-1] = -weights[-1]
    return (bits * weights).sum(axis=2)[:, : port["elements"]]


def to_stream(samples, port):
    """Samples [n, shape] in the layout of the model to [n, elements] in the order of the stream."""
    shape = tuple(port["shape"])
    values = np.asarray(samples).reshape((-1,) + shape)
    order = port.get("stream_order")
    if order is not None:
        values = values.transpose([0] + [axis + 1 for axis in order])
    return values.reshape(values.shape[0], -1)


def from_stream(codes, port):
    shape = tuple(port["shape"])
    order = port.get("stream_order")
    if order is None:
        return codes.reshape((-1,) + shape)
    values = codes.reshape((-1,) + tuple(shape[axis] for axis in order))
    return values.transpose([0] + [order.index(axis) + 1 for axis in range(len(shape))])


class Accelerator:
    """One stream in, one stream out, behind an AXI DMA.

    `dma` has sendchannel and recvchannel with transfer(buffer, start, nbytes) and wait(); `allocate(shape, dtype)` gives
    buffers with flush() and invalidate(): those of PYNQ, or others that do the same.
    """

    def __init__(self, io, mmio=None, allocate=None, dma=None):
        self.io = io
        self.mmio = mmio
        self.allocate = allocate
        self.dma = dma
        self.input = io["ports"]["input"]
        self.output = io["ports"]["output"]
        self.seconds = {}

    def bytes_of(self, port):
        return port["beats"] * port["bits"] // 8

    def pack(self, codes):
        """Codes [n, elements] in the order of the stream to the bytes that are moved, [n, bytes]."""
        return lanes_to_beats(codes, self.input)

    def unpack(self, data):
        return beats_to_lanes(data, self.output)

    def predict(self, samples):
        """Codes of the results, [n, shape of a result]. Leaves what took how long in `seconds`."""
        start = time.perf_counter()
        codes = to_stream(samples, self.input)
        folded = time.perf_counter()
        packed = self.pack(codes)
        ready = time.perf_counter()
        results = self.run(packed)
        done = time.perf_counter()
        codes = self.unpack(results)
        unpacked = time.perf_counter()
        values = from_stream(codes, self.output)
        self.seconds.update(
            fold_input=folded - start,
            pack_input=ready - folded,
            unpack_output=unpacked - done,
            unfold_output=time.perf_counter() - unpacked,
        )
        return values

    def run(self, packed):
        """Bytes of samples [n, bytes] to bytes of results [n, bytes]."""
        count = packed.shape[0]
        sample, result = self.bytes_of(self.input), self.bytes_of(self.output)
        limit = self.io["dma_bytes"]
        if count * sample > limit:
            raise ValueError(
                "%d samples are %d bytes, a transfer has %d at most: call predict with fewer" % (count, count * sample, limit)
            )
        with buffers(self.allocate, count * sample, count * result) as (buffer_in, buffer_out):
            begin = time.perf_counter()
            buffer_in[:] = packed.reshape(-1)
            buffer_in.flush()
            copied = time.perf_counter()
            # The way back is open before anything is sent. tlast ends every result, and with it a transfer.
            for number in range(count):
                self.dma.recvchannel.transfer(buffer_out, number * result, result)
                if number == 0:
                    self.dma.sendchannel.transfer(buffer_in, 0, count * sample)
                self.dma.recvchannel.wait()
            self.dma.sendchannel.wait()
            return self.collect(buffer_out, result, begin, copied, time.perf_counter())

    def collect(self, buffer, result, begin, copied, ran):
        """The results of a buffer [n, bytes of a result]; notes what took how long."""
        buffer.invalidate()
        results = np.array(buffer, dtype=np.uint8).reshape(-1, result)
        self.seconds = {
            "copy_input_data_to_device": copied - begin,
            "run": ran - copied,
            "copy_output_data_from_device": time.perf_counter() - ran,
        }
        return results


def open_board(folder="."):
    """Loads the bitstream beside this file with PYNQ and gives the accelerator in it."""
    from pynq import MMIO, Clocks, Overlay, allocate

    with open(os.path.join(folder, "io.json")) as file:
        io = json.load(file)
    bit = os.path.abspath(os.path.join(folder, io["name"] + ".bit"))
    for needed in (bit, bit[: -len(".bit")] + ".hwh"):
        if not os.path.exists(needed):
            raise FileNotFoundError("%s is not there: the .bit and the .hwh of one build belong side by side" % needed)
    overlay = Overlay(bit)
    names = ["dma_0"] if io["side"] == "stream" else []
    names += ["accelerator"] if "registers" in io else []
    # An IP with several interfaces for registers is called cell/interface there.
    cells = {name.split("/")[0]: each for name, each in overlay.ip_dict.items()}
    for name in names:
        if name not in cells:
            raise RuntimeError(
                "this overlay has no %s: the .hwh is of another design, or PYNQ remembers an older one"
                " (remove pynq/pl_server/_current_metadata.pkl and load again)" % name
            )
    # Loading leaves the clock as it was; the nearest one that there is counts.
    Clocks.fclk0_mhz = io["clock_mhz"]
    io["fclk_mhz"] = float(Clocks.fclk0_mhz)
    dma = overlay.dma_0 if io["side"] == "stream" else None
    if "registers" not in io:
        return Accelerator(io, allocate=allocate, dma=dma)
    mmio = MMIO(cells["accelerator"]["phys_addr"], cells["accelerator"]["addr_range"])
    if io["kind"] == "engine":
        from engine_driver import EngineAccelerator

        return EngineAccelerator(io, mmio, allocate, folder)
    from soc_driver import RegisterAccelerator

    # dma_1 is for weights that can be changed.
    weights = overlay.dma_1 if dma is not None and "dma_1" in cells else None
    return RegisterAccelerator(io, mmio, allocate, dma, timeout=10.0, weights_dma=weights)
