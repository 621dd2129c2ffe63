"""Runs input.npy on the board and compares every result with expected.npy. Exit code 0 where all are equal.

    sudo -E python3 validate.py
"""
import os
import sys

import numpy as np

from driver import open_board

HERE = os.path.dirname(os.path.abspath(__file__))


def main(accelerator=None):
    accelerator = accelerator or open_board(HERE)
    samples = np.load(os.path.join(HERE, "input.npy"))
    expected = np.load(os.path.join(HERE, "expected.npy"))
    results = accelerator.predict(samples)
    equal = (results == expected).reshape(len(samples), -1).all(axis=1)
    for number in np.flatnonzero(~equal)[:5]:
        print("sample %d: %s" % (number, results[number].reshape(-1)[:16]))
        print("expected: %s" % expected[number].reshape(-1)[:16])
    print("%d of %d samples equal" % (equal.sum(), len(samples)))
    return 0 if equal.all() else 1


if __name__ == "__main__":
    sys.exit(main())
