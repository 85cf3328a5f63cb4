"""Arrays as plain pointers inside compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from havenline.draws.views import view


@njit
def doubled(array):  # type: ignore[no-untyped-def]
    v = view(array)
    for i in range(v.n):
        v[i] += v[i]
    return v.n


@njit
def transposed_sum(array):  # type: ignore[no-untyped-def]
    v = view(array)
    total = 0.0
    for i in range(v.n):
        for j in range(v.m):
            total += v[i, j] * (10 * i + j)
    v[v.n - 1, v.m - 1] = -1
    return total


@njit
def count_true(array):  # type: ignore[no-untyped-def]
    v = view(array)
    found = 0
    for i in range(v.n):
        if v[i]:
            found += 1
    v[0] = not v[0]
    return found


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint64, np.float64])
def test_a_view_reads_and_writes_its_array(kind: Any) -> None:
    array = np.arange(4, dtype=kind)
    assert doubled(array) == 4
    assert array.tolist() == [0, 2, 4, 6]


def test_rows_and_columns_are_in_their_order() -> None:
    array = np.arange(6, dtype=np.float64).reshape(2, 3)
    assert transposed_sum(array) == sum(
        array_ij * (10 * i + j)
        for i, row in enumerate([[0, 1, 2], [3, 4, 5]])
        for j, array_ij in enumerate(row)
    )
    assert array[1, 2] == -1


def test_truth_values() -> None:
    array = np.array([True, False, True])
    assert count_true(array) == 2
    assert array.tolist() == [False, False, True]


def test_arrays_that_are_no_block_are_refused() -> None:
    with pytest.raises(TypingError, match="C-ordered"):
        doubled(np.arange(8)[::2])
