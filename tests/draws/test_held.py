"""A named tuple by its address inside compiled code."""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError
from numpy.typing import NDArray

from havenline.draws.held import held

RECORD = np.dtype([("people", "i8"), ("share", "f8")])


class Parts(NamedTuple):
    table: NDArray[np.float64]
    rows: NDArray[np.void]
    few: int
    flags: NDArray[np.bool_]
    sizes: NDArray[np.int32]


def parts() -> Parts:
    return Parts(
        np.arange(6.0).reshape(2, 3),
        np.array([(10, 0.5), (20, 0.25)], dtype=RECORD),
        7,
        np.array([True, False]),
        np.array([1, 2, 3], dtype=np.int32),
    )


@njit
def change(p):  # type: ignore[no-untyped-def]
    p.table[1] += p.few
    p.table[0, 1] = p.table[:, 2].sum()
    row = p.rows[1]
    row.people += p.sizes[2]
    p.flags[0] = p.flags[1]
    p.sizes[:] = 9


@njit
def through_one_address(p):  # type: ignore[no-untyped-def]
    h = held(p)
    change(h)
    change(h)
    return h.table.shape[0] * 100 + h.sizes.shape[0] * 10 + h.few


@njit
def as_it_is(p):  # type: ignore[no-untyped-def]
    change(p)
    change(p)


def test_what_is_held_is_read_and_written_like_the_tuple() -> None:
    a, b = parts(), parts()
    assert through_one_address(a) == 237
    as_it_is(b)
    for one, other in zip(a, b, strict=True):
        np.testing.assert_array_equal(one, other)
    assert a.rows["people"].tolist() == [10, 32]
    assert a.table.tolist() == [[0.0, 21.0, 2.0], [17.0, 18.0, 19.0]]


@njit
def held_one_after_another(p, q):  # type: ignore[no-untyped-def]
    total = 0.0
    for k in range(4):
        h = held(p if k % 2 == 0 else q)
        total = 10 * total + h.table[0, 0]
    return total


def test_each_holding_is_of_its_own_tuple() -> None:
    p, q = parts(), parts()
    p.table[0, 0], q.table[0, 0] = 1.0, 2.0
    assert held_one_after_another(p, q) == 1212.0


def test_arrays_that_were_held_have_as_many_owners_as_before() -> None:
    p = parts()
    before = [sys.getrefcount(array) for array in p if isinstance(array, np.ndarray)]
    through_one_address(p)
    after = [sys.getrefcount(array) for array in p if isinstance(array, np.ndarray)]
    assert before == after


def test_arrays_that_are_no_block_keep_their_strides() -> None:
    wide = np.arange(12.0).reshape(2, 6)
    p = parts()._replace(table=wide[:, ::2])
    through_one_address(p)
    assert wide[1].tolist() == [20.0, 7.0, 22.0, 9.0, 24.0, 11.0]


@njit
def no_tuple(array):  # type: ignore[no-untyped-def]
    return held(array)


@njit
def unknown_field(p):  # type: ignore[no-untyped-def]
    return held(p).tables


def test_other_things_and_unknown_fields_are_refused() -> None:
    with pytest.raises(TypingError, match="only a named tuple is held"):
        no_tuple(np.zeros(2))
    with pytest.raises(TypingError, match="tables"):
        unknown_field(parts())
