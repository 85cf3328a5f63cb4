"""Where two displacement cases differ in anything that a simulation reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

NOT_READ = ("folder", "input_hashes", "warnings")


def differences(a: Any, b: Any, path: str = "case") -> list[str]:
    """Return the paths of everything that is not equal, bit for bit, order included."""
    if type(a) is not type(b):
        return [f"{path}: {type(a).__name__} and {type(b).__name__}"]
    if isinstance(a, np.ndarray):
        same = a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        return [] if same else [path]
    if isinstance(a, Mapping):
        if list(a) != list(b):
            return [f"{path}: keys"]
        return [d for key in a for d in differences(a[key], b[key], f"{path}[{key}]")]
    if isinstance(a, tuple):
        if len(a) != len(b):
            return [f"{path}: length"]
        pairs = zip(a, b, strict=True)
        return [d for i, (x, y) in enumerate(pairs) for d in differences(x, y, f"{path}[{i}]")]
    if dataclasses.is_dataclass(a):
        names = [f.name for f in dataclasses.fields(a) if f.name not in NOT_READ]
        return [d for n in names for d in differences(getattr(a, n), getattr(b, n), f"{path}.{n}")]
    both_nan = isinstance(a, float) and a != a and b != b
    return [] if a == b or both_nan else [f"{path}: {a!r} and {b!r}"]
