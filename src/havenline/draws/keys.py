"""Counter-based random numbers: a key in, uniform numbers out.

A key is built by mixing the seed, the future, the process and the stable ids of what a draw
is about (place, group, destination, day). The k-th uniform number of a key is a hash of
(key, k). So the order of draws, the number of threads and draws added elsewhere cannot
change a number.

The mixing function is the finalizer of SplitMix64 (Steele, Lea and Flood 2014, "Fast
splittable pseudorandom number generators", doi 10.1145/2660193.2660195; variant 13 of
Stafford's constants).
"""

from __future__ import annotations

import hashlib

import numpy as np
from numba import uint64

from havenline.draws.kernels import kernel, kernel_entry

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S27 = np.uint64(27)
_S30 = np.uint64(30)
_S31 = np.uint64(31)
_S11 = np.uint64(11)
_TO_UNIT = 1.0 / 9007199254740992.0  # 2**-53


def key_of_text(text: str) -> int:
    """Return the stable 64-bit key of a text, such as a place id.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    int
        Unsigned 64-bit integer; the same on every machine and in every session.
    """
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


@kernel
def _finish(z):  # type: ignore[no-untyped-def]
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@kernel_entry
def mix(key, value):  # type: ignore[no-untyped-def]
    """Return a new key from a key and one more id (both taken as unsigned 64 bits)."""
    return _finish(uint64(key) * _GOLDEN + uint64(value) + _GOLDEN)


@kernel_entry
def uniform(key, number):  # type: ignore[no-untyped-def]
    """Return the ``number``-th uniform number of a key, in the open interval (0, 1)."""
    z = _finish(uint64(key) + (uint64(number) + uint64(1)) * _GOLDEN)
    return (np.float64(z >> _S11) + 0.5) * _TO_UNIT


def key_of(seed: int, *ids: int) -> np.uint64:
    """Return the key of a seed and ids, outside compiled code.

    Every part is handed over as an unsigned number of 64 bits: a compiled function that has once
    seen a small whole number refuses a large one.

    Parameters
    ----------
    seed, *ids : int
        0 or more, below 2**64.

    Returns
    -------
    uint64
    """
    key = np.uint64(seed)
    for number in ids:
        key = np.uint64(mix(key, np.uint64(number)))
    return key
