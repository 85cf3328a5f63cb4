from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from havenline.crisis import Crisis
from havenline.report.atlas import displaced_on, maps_of

AS_OF = pd.Timestamp("2020-01-15")


def test_displaced_people_are_the_median_over_futures_of_all_groups(dataset: xr.Dataset) -> None:
    found = displaced_on(dataset, 1, -1)
    values = dataset["displaced"].to_numpy()[1, :, -1].sum(axis=-1)
    assert list(found) == [str(a) for a in dataset["area"].to_numpy()]
    np.testing.assert_allclose(list(found.values()), np.median(values, axis=0))


def test_each_option_has_a_map_with_its_own_line(dataset: xr.Dataset, crisis: Crisis) -> None:
    names = {o.id: o.name for o in crisis.options}
    made = maps_of(dataset, crisis, AS_OF, names)
    assert [m.name for m in made["maps_end"]] == list(names.values())
    lined = ['stroke-dasharray="9 4"' in m.svg for m in made["maps_end"]]
    hatched = ["-hatch)" in m.svg for m in made["maps_end"]]
    assert lined == [False, False, True, True, False, False]
    assert hatched == [False, False, True, False, False, False]
    assert "The M4 highway" in made["maps_end"][2].svg


def test_notes_say_what_the_shapes_are_not(dataset: xr.Dataset, crisis: Crisis) -> None:
    made = maps_of(dataset, crisis, AS_OF, {})
    assert "not boundaries" in made["map_note"]
    assert "legal status" in made["map_note"]
    assert "disputed boundaries" in made["map_note"]
    assert "Nothing here says who holds a place" in made["end_note"]
