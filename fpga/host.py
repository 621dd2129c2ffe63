#!/usr/bin/env python3
"""Plays vectors/ into an accelerator behind a serial line and compares what comes back.

    python3 host.py /dev/ttyUSB1 --vectors ../../vectors

Needs nothing but Python 3.8 on Linux. Exit code 0 where every result is equal, 1 otherwise.
"""
import argparse
import os
import select
import sys
import termios
import time


def open_line(port, baud):
    """The port as a file descriptor: 8 data bits, no parity, a stop bit, nothing translated."""
    line = os.open(port, os.O_RDWR | os.O_NOCTTY)
    speed = getattr(termios, "B%d" % baud, None)
    if speed is None:
        sys.exit("%d baud: this system has no such rate" % baud)
    settings = termios.tcgetattr(line)
    settings[0] = settings[1] = settings[3] = 0
    settings[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
    settings[4] = settings[5] = speed
    termios.tcsetattr(line, termios.TCSANOW, settings)
    return line


def read_beats(path, size):
    """Samples of a file of vectors as bytes; tlast ends each of them."""
    samples, bytes_so_far = [], b""
    with open(path) as file:
        for text in file:
            data, last = text.split()
            bytes_so_far += int(data, 16).to_bytes(size, "little")
            if last == "1":
                samples.append(bytes_so_far)
                bytes_so_far = b""
    return samples


def send(line, data):
    while data:
        data = data[os.write(line, data) :]


def receive(line, count, seconds):
    got = b""
    end = time.monotonic() + seconds
    while len(got) < count:
        ready, _, _ = select.select([line], [], [], max(0, end - time.monotonic()))
        if not ready:
            break
        got += os.read(line, count - len(got))
    return got


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port")
    parser.add_argument("--baud", type=int, default=1000000)
    parser.add_argument("--vectors", default="../../vectors")
    parser.add_argument("--in-bytes", type=int, default=1, help="bytes in a beat of samples")
    parser.add_argument("--out-bytes", type=int, default=1, help="bytes in a beat of results")
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds to wait for a result")
    options = parser.parse_args()

    samples = read_beats(os.path.join(options.vectors, "input.hex"), options.in_bytes)
    results = read_beats(os.path.join(options.vectors, "output.hex"), options.out_bytes)
    line = open_line(options.port, options.baud)
    termios.tcsendbreak(line, 0)  # the accelerator begins anew
    time.sleep(0.01)
    termios.tcflush(line, termios.TCIOFLUSH)
    wrong = 0
    start = time.monotonic()
    for number, (sample, expected) in enumerate(zip(samples, results)):
        send(line, sample)
        got = receive(line, len(expected), options.timeout)
        if got != expected:
            wrong += 1
            print("sample %d: %s, expected %s" % (number, got.hex() or "nothing", expected.hex()))
    seconds = time.monotonic() - start
    print("%d of %d samples equal, %.1f samples/s" % (len(samples) - wrong, len(samples), len(samples) / seconds))
    sys.exit(1 if wrong or not samples else 0)


if __name__ == "__main__":
    main()
