"""Sets of rules for displacement cases, behind one protocol."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Prepared(Protocol):
    """A case made ready for one set of rules: everything that all futures share.

    Attributes
    ----------
    hasten : int
        Persons that one simulated person stands for.
    """

    hasten: int

    def run(self, future: int, present: NDArray[np.int64], elsewhere: NDArray[np.int64]) -> None:
        """Run one future; threads may run several at once, and no order is needed.

        Parameters
        ----------
        future : int
            From 0.
        present : int64 array, shape (days, camps)
            Filled with the simulated people in each camp at the end of each day.
        elsewhere : int64 array, shape (days,)
            Filled with those in none of the camps.
        """
