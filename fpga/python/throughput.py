"""Measures samples a second on the board and writes throughput.json, under the names that FINN's drivers use.

    sudo -E python3 throughput.py [BATCH]

Python is part of what is measured, and where samples are streams the DMA: every result is a transfer of its own.
"""
import json
import os
import sys
import time

import numpy as np

from driver import open_board

HERE = os.path.dirname(os.path.abspath(__file__))


def main(batch=100, accelerator=None):
    accelerator = accelerator or open_board(HERE)
    samples = np.load(os.path.join(HERE, "input.npy"))
    if "dma_bytes" in accelerator.io:
        batch = min(batch, accelerator.io["dma_bytes"] // accelerator.bytes_of(accelerator.input))
    samples = np.resize(samples, (batch,) + samples.shape[1:])
    accelerator.predict(samples[:1])
    start = time.perf_counter()
    accelerator.predict(samples)
    total = time.perf_counter() - start
    seconds = accelerator.seconds
    runtime = seconds["run"]
    moved = {name: batch * accelerator.bytes_of(port) for name, port in (("in", accelerator.input), ("out", accelerator.output))}
    metrics = {
        "runtime[ms]": runtime * 1000,
        "throughput[images/s]": batch / runtime,
        "DRAM_in_bandwidth[MB/s]": moved["in"] / runtime / 1e6,
        "DRAM_out_bandwidth[MB/s]": moved["out"] / runtime / 1e6,
        "fclk[mhz]": accelerator.io.get("fclk_mhz", accelerator.io["clock_mhz"]),
        "batch_size": batch,
        "fold_input[ms]": seconds["fold_input"] * 1000,
        "pack_input[ms]": seconds["pack_input"] * 1000,
        "copy_input_data_to_device[ms]": seconds["copy_input_data_to_device"] * 1000,
        "copy_output_data_from_device[ms]": seconds["copy_output_data_from_device"] * 1000,
        "unpack_output[ms]": seconds["unpack_output"] * 1000,
        "unfold_output[ms]": seconds["unfold_output"] * 1000,
        "total[ms]": total * 1000,
        "simulated[images/s]": accelerator.io["simulated_samples_per_second"],
    }
    with open(os.path.join(HERE, "throughput.json"), "w") as file:
        json.dump(metrics, file, indent=2)
    for name, value in metrics.items():
        print("%-34s %s" % (name, value))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
