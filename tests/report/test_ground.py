from __future__ import annotations

from dataclasses import replace

import pandas as pd

from havenline.crisis import Crisis
from havenline.facts.holders import holders_known
from havenline.facts.known import known_by
from havenline.report.ground import ground_of, line_shapes

AS_OF = pd.Timestamp("2020-01-15")


def test_known_rows_are_those_published_by_the_day(crisis: Crisis) -> None:
    rows = known_by(crisis.observations, AS_OF)
    assert 0 < len(rows) < len(crisis.observations)
    assert rows["published"].max() <= AS_OF
    assert len(known_by(crisis.routes, AS_OF)) == len(crisis.routes)


def test_holders_follow_the_record_and_stop_at_the_as_of_date(crisis: Crisis) -> None:
    before = holders_known(crisis.control, AS_OF)
    after = holders_known(crisis.control, pd.Timestamp("2020-02-03"))
    assert before["maarrat-al-numan"] == "opposition"
    assert after["maarrat-al-numan"] == "gov"
    assert set(before) == set(crisis.places["place_id"])


def test_a_row_published_later_is_not_known(crisis: Crisis) -> None:
    row = crisis.control.iloc[:1].assign(
        place_id="idlib", party_id="gov", date=AS_OF, published=AS_OF + pd.Timedelta(days=1)
    )
    changed = replace(crisis, control=pd.concat([crisis.control, row]))
    assert holders_known(changed.control, AS_OF) == holders_known(crisis.control, AS_OF)
    known = replace(crisis, control=pd.concat([crisis.control, row.assign(published=AS_OF)]))
    assert holders_known(known.control, AS_OF)["idlib"] == "gov"


def test_ground_has_a_front_where_sides_meet(crisis: Crisis) -> None:
    ground = ground_of(crisis, AS_OF, width=300.0)
    assert ground.front
    assert ground.beyond
    one = replace(crisis, control=crisis.control.assign(party_id="gov"))
    assert ground_of(one, AS_OF, width=300.0).front == []


def test_ground_holds_the_people_and_names_the_neighbour(crisis: Crisis) -> None:
    ground = ground_of(crisis, AS_OF, width=300.0)
    assert [name for name, _ in ground.others] == ["Turkey"]
    assert ground.home
    assert ground.places[0].name == "Idlib"
    sizes = [p.size for p in ground.places]
    assert sizes == sorted(sizes, reverse=True)
    assert all(ground.fit.inside(p.at) for p in ground.places if p.size > 0)
    assert {road for road, _ in ground.highways} == {"M4", "M5"}


def test_lines_come_with_their_protected_side(crisis: Crisis) -> None:
    fit = ground_of(crisis, AS_OF, width=300.0).fit
    shapes = line_shapes(crisis, fit)
    assert set(shapes) == {"m4-highway", "line-2018"}
    assert all(len(line) > 5 for line, _ in shapes.values())
