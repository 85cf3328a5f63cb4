"""The page on a negotiation: agreeable lines on a map, the leverage curve, the parties in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files

import pandas as pd

from havenline import words
from havenline.crisis import Crisis
from havenline.negotiation import sentences
from havenline.negotiation.answer import Negotiation
from havenline.negotiation.moves import CurvePoint
from havenline.negotiation.terms import draw_moved_lines, read_lines
from havenline.report.ground import ground_of, line_shapes
from havenline.report.map import ABROAD, EDGE, FRONT, HIGHWAY, LAND, shade
from havenline.report.svg import Point, label, num, path_data, picture, tag, text_of

SHARES = (0.2, 0.4, 0.6, 0.8)
COLOURS = ("#d8d8d8", "#fbd9a8", "#f5b168", "#7fb0d6", "#00568a")
BAND = "#0072b2"
MAP_WIDTH = 720.0
WIDE, HIGH = 420.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 14.0, 12.0, 34.0
TOWNS = 8
SHARE = "share"


def page(answer: Negotiation, crisis: Crisis) -> str:
    """Return a whole page: one HTML file that opens from disk with no network.

    Parameters
    ----------
    answer : Negotiation
    crisis : Crisis
        The crisis it is of. Its texts are treated as untrusted.

    Returns
    -------
    str
    """
    style = (files("havenline.report") / "templates" / "report.css").read_text(encoding="utf-8")
    title = text_of(crisis.meta.name)
    return "".join(
        [
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'\">",
            f"<title>{title}: could they agree?</title><style>{style}</style></head><body>",
            f'<header><p class="eyebrow">Havenline negotiation</p><h1>{title}</h1>',
            '<p class="question">Could the parties agree, where, and would it hold?</p>',
            _facts(answer),
            "</header><main>",
            fragment(answer, crisis),
            "</main></body></html>\n",
        ]
    )


def fragment(answer: Negotiation, crisis: Crisis) -> str:
    """Return the sections alone, to stand in another page with the report's style."""
    parts = [_lead(answer, crisis), _map(answer, crisis)]
    if answer.curve:
        parts.append(_curve(answer))
    parts += [_proposals(answer, crisis), _parties(answer), _holds(answer), _limits(answer)]
    return "".join(parts)


def _facts(a: Negotiation) -> str:
    rows = [
        ("As of", words.day(pd.Timestamp(a.as_of))),
        ("Support", ", ".join(f"{k} {v:.0%}" for k, v in a.support.items()) or "none declared"),
        ("Settlements", f"{a.space['settlements']}, of which {a.space['run']} were run"),
        ("Draws", f"{a.draws} of judgement over {a.futures} futures"),
    ]
    cells = "".join(f"<div><dt>{text_of(k)}</dt><dd>{text_of(v)}</dd></div>" for k, v in rows)
    return f'<dl class="facts">{cells}</dl>'


def _section(name: str, title: str, *content: str, first: bool = False) -> str:
    kind = ' class="first"' if first else ""
    inner = "".join(content)
    head = f'<h2 id="{name}">{text_of(title)}</h2>'
    return f'<section{kind} aria-labelledby="{name}">{head}{inner}</section>'


def _p(text: str, kind: str = "") -> str:
    attribute = f' class="{kind}"' if kind else ""
    return f"<p{attribute}>{text_of(text)}</p>"


def _lead(a: Negotiation, crisis: Crisis) -> str:
    full = sentences.full_names(a)
    out = [
        _p(
            f"In {words.percent(a.chance)} of draws some settlement is no worse than no deal "
            "for every party whose consent is needed.",
            "lead",
        )
    ]
    if turns := sentences.turns_on(a):
        out.append(_p(turns, "lead"))
    main = a.landings["weighted nash"]
    if main.agreement is not None:
        found = main.agreement
        least = full[found["binds"]]
        binds = f"{least} gains the smallest part of what it could and holds it there."
        lands = (
            f"At the mean of all draws they land on: {found['settlement']['text']}. All accept it "
            f"in {found['accepted']:.0%} of draws."
        )
        out.append(_p(f"{lands} {binds} {_flat(len(found['flat_top']))}", "lead"))
    elif main.no_agreement is not None:
        out.append(_p(main.no_agreement["text"], "lead"))
    if a.hold is not None:
        stands = words.listed([f"{v:.0%} after {k}" for k, v in a.hold["stands"].items()])
        out.append(_p(f"Its chance to stand: {stands}.", "lead"))
    said = a.second_opinion["election"]["concurs"]
    if said is not None:
        out.append(
            _p(
                "A second opinion, an election over the efficient settlements that is never "
                f"averaged in, {'concurs' if said else 'does not concur'}.",
                "lead",
            )
        )
    for row in a.observed:
        out.append(_p(f"Observed on {row['date']}, one case, not used: {row['what']}.", "note"))
    return _section("answer", "The answer", *out, first=True)


def _flat(count: int) -> str:
    if count <= 1:
        return "No other settlement comes within 1% of it."
    return f"{count} settlements lie within 1% of each other there: no model can tell them apart."


def _map(a: Negotiation, crisis: Crisis) -> str:
    """Draw every line in the colour of how often something on it is acceptable to all."""
    drawn = draw_moved_lines(crisis, read_lines(crisis))
    ground = ground_of(drawn, pd.Timestamp(a.as_of), width=MAP_WIDTH)
    width, height = ground.fit.width, ground.fit.height
    shapes = line_shapes(drawn, ground.fit)
    parts = [tag("rect", x="0", y="0", width=width, height=height, fill=ABROAD)]
    for rings, fill in [(ground.home, LAND)]:
        parts += [tag("path", d=path_data(r, close=True), fill=fill, stroke=EDGE) for r in rings]
    parts += [
        tag("path", d=path_data(line), fill="none", stroke=HIGHWAY, stroke_width="2")
        for _, line in ground.highways
    ]
    parts += [
        tag("path", d=path_data(line), fill="none", stroke=FRONT, stroke_width="2.4")
        for line in ground.front
    ]
    rows = []
    for row in a.agreeable:
        colour = shade(row["some"], SHARES, COLOURS)
        if row["drawn_id"] in shapes:
            parts.append(
                tag("path", d=path_data(shapes[row["drawn_id"]][0]), fill="none", stroke=colour,
                    stroke_width="4" if row["offset_km"] == 0 else "2.6")
            )  # fmt: skip
        depth = row["depth_km"]
        km = "" if depth is None or depth != depth else f"{depth:.0f} km"
        lands = a.landings["weighted nash"].lines.get(row["line"], 0.0)
        mark = tag("svg", tag("rect", x="0", y="2", width="24", height="8", fill=colour),
                   width="24", height="12", style="display:inline-block")  # fmt: skip
        rows.append(
            [f"{mark} {text_of(row['line'])}", f"{row['some']:.0%}", f"{row['best']:.0%}",
             f"{lands:.0%}", km]
        )  # fmt: skip
    for spot in ground.places[:TOWNS]:
        x, y = spot.at
        parts.append(tag("circle", cx=x, cy=y, r="2.6", fill="#111111"))
        parts.append(label(x + 5, y + 4, spot.name, class_="town halo"))
    clip = tag("clipPath", tag("rect", x="0", y="0", width=width, height=height), id="bargain-f")
    body = tag("g", "".join(parts), clip_path="url(#bargain-f)")
    svg = picture(
        width, height, [tag("defs", clip), body], name="bargain-map", title="Agreeable lines",
        desc="Each line in the colour of how often some settlement on it is acceptable to all.",
    )  # fmt: skip
    table = _table(
        "How often a settlement on each line is acceptable to all who must consent",
        ["Line", "Some settlement", "The best one", "Parties land there", "Depth of the haven"],
        rows,
    )
    said = [
        f"{name.replace('_', ' ')}: "
        + ", ".join(f"{value.replace('_', ' ')} {part:.0%}" for value, part in sorted(by.items()))
        for name, by in a.landings["weighted nash"].terms.items()
    ]
    terms = _p(f"Other terms on which draws land: {'; '.join(said)}.") if said else ""
    note = _p(
        "The black line is the recorded front on the as-of date. Depth: nine of ten places of the "
        "haven lie within so many kilometres of the border.",
        "note",
    )
    return _section("lines", "Which lines could be agreed", f'<figure class="pic">{svg}</figure>',
                    table, terms, note)  # fmt: skip


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; cells are escaped already, heads are not."""
    top = "".join(f'<th scope="col">{text_of(h)}</th>' for h in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td>{c}</td>" for c in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0"><table><caption>{text_of(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _curve(a: Negotiation) -> str:
    charts = []
    for key, title, unit, get in (
        ("moved", "Landing line, km north of the line drawn", "km", _moved),
        ("depth", "Depth of the haven", "km", _depth),
        ("protected", "People in a haven that stands", "", _outcome("protected")),
        ("displaced", "People newly displaced", "", _outcome("newly_displaced")),
        ("ground", "Homes under the attacker", SHARE, _outcome("ground_taken")),
    ):
        svg = _chart(a.curve, get, f"curve-{key}", title, unit)
        if svg:
            caption = f"<figcaption><strong>{text_of(title)}</strong></figcaption>"
            charts.append(f"<figure>{caption}{svg}</figure>")
    full = sentences.full_names(a)
    said = [sentences.most_support(a), sentences.channels(a)]
    who = words.listed([full.get(p, p) for p in a.curve_of])
    return _section(
        "curve",
        "How support moves the landing point",
        _p(
            f"Support of {who} rises together from none to full. Solid: the mean over draws; "
            "shaded: nine draws in ten. The shaded range is mostly what is uncertain of the "
            "parties, not of support."
        ),
        f'<div class="grid">{"".join(charts)}</div>',
        *(_p(text) for text in said if text),
    )


Getter = Callable[[CurvePoint], tuple[float, float, float] | None]


def _moved(p: CurvePoint) -> tuple[float, float, float] | None:
    return _with_mean(p, "offset_km", p.moved_km)


def _depth(p: CurvePoint) -> tuple[float, float, float] | None:
    return _with_mean(p, "depth_km", p.depth_km)


def _outcome(name: str) -> Getter:
    def get(p: CurvePoint) -> tuple[float, float, float] | None:
        return _with_mean(p, name, p.outcomes[name])

    return get


def _with_mean(
    p: CurvePoint, name: str, band: tuple[float, float, float] | None
) -> tuple[float, float, float] | None:
    middle = p.mean[name]
    return None if band is None or middle is None else (middle, band[1], band[2])


def _chart(curve: Sequence[CurvePoint], get: Getter, name: str, title: str, unit: str) -> str:
    found = [(p.part, b) for p in curve if (b := get(p)) is not None]
    if len(found) < 2:
        return ""
    low, high = min(b[1] for _, b in found), max(b[2] for _, b in found)
    span = (high - low) or 1.0

    def at(part: float, value: float) -> Point:
        x = LEFT + part * (WIDE - LEFT - RIGHT)
        return x, TOP + (high - value) / span * (HIGH - TOP - BOTTOM)

    area = [at(x, b[2]) for x, b in found] + [at(x, b[1]) for x, b in reversed(found)]
    middle = [at(x, b[0]) for x, b in found]
    parts = [
        tag("path", d=path_data(area, close=True), fill=BAND, fill_opacity="0.16"),
        tag("path", d=path_data(middle), fill="none", stroke=BAND, stroke_width="2.4"),
        *(tag("circle", cx=x, cy=y, r="3", fill=BAND) for x, y in middle),
    ]
    for value in (low, (low + high) / 2, high):
        _, y = at(0.0, value)
        text = f"{value:.0%}" if unit == SHARE else words.compact(value)
        parts.append(label(LEFT - 6, y + 4, text, class_="axis", text_anchor="end"))
        parts.append(tag("path", d=f"M{num(LEFT)} {num(y)}H{num(WIDE - RIGHT)}", stroke="#d5dade"))
    for part in (0.0, 0.5, 1.0):
        x, _ = at(part, low)
        parts.append(label(x, HIGH - 12, f"{part:.0%}", class_="axis", text_anchor="middle"))
    ends = found[0][1][0], found[-1][1][0]
    desc = f"{title}: {ends[0]:.3g} without support, {ends[1]:.3g} with full support."
    return picture(WIDE, HIGH, parts, name=name, title=title, desc=desc)


def _proposals(a: Negotiation, crisis: Crisis) -> str:
    names = {o.id: o.name for o in crisis.options}
    full = sentences.full_names(a)
    rows = []
    for n in a.named:
        refused = [f"{full[k]} in {v:.0%}" for k, v in n.refuses.items() if v >= 0.05]
        needs = "no single change helps"
        if n.needs is not None:
            needs = f"{n.needs['to']} ({n.needs['share']:.0%} would accept)"
        enough = "at no point" if n.agreeable_from is None else f"{n.agreeable_from:.0%}"
        rows.append(
            [text_of(names.get(n.option, n.option)), f"{n.settlement.share:.0%}",
             text_of(words.listed(refused) if refused else "nobody often"), text_of(enough),
             text_of(needs), f"{n.hold['stands']['12 months']:.0%}"]
        )  # fmt: skip
    return _section(
        "proposals",
        "What was proposed",
        _table(
            "Options of the crisis as settlements",
            ["Proposal", "All accept", "Refused by", "Half accept from support of",
             "What it would need most", "Stands 12 months"],
            rows,
        ),
    )  # fmt: skip


def _parties(a: Negotiation) -> str:
    rows = []
    for p in a.parties:
        wants = words.listed([w["what"] for w in p["wants"]])
        rows.append(
            [text_of(p["name"]), text_of(wants), f"{p['gain']:+.2f}" if "gain" in p else "",
             text_of(p.get("gains_most_from", "")), text_of(p.get("walks_away_if", ""))]
        )  # fmt: skip
    note = "Gain: over no deal, on the party's own scale from 0 to 1; scales do not compare."
    return _section(
        "parties",
        "The parties",
        _table(
            "What each party wants, gains most from, and when it walks away",
            ["Party", "Cares about, most first", "Gain", "Gains most from", "Walks away if"],
            rows,
        ),
        _p(note, "note"),
    )


def _holds(a: Negotiation) -> str:
    out = []
    full = sentences.full_names(a)
    if a.hold is not None:
        rows = []
        for party, h in a.hold["parties"].items():
            limit = h["break_even_hazard"]
            limit_text = f"{limit:.2f}" if limit < 1e6 else "any"
            rows.append(
                [text_of(full[party]), f"{h['temptation']:+.2f}", f"{h['tempted_in']:.0%}",
                 f"{h['expected_hazard']:.2f}", limit_text]
            )  # fmt: skip
        out.append(
            _table(
                "Where they land: who would break it, and how much risk each can bear",
                ["Party", "Gains by breaking it first", "Tempted in", "Expected hazard a year",
                 "Worth signing up to"],
                rows,
            )
        )  # fmt: skip
    out += [_p(text) for text in sentences.holding(a)]
    return _section("holds", "Whether it would hold", *out)


def _limits(a: Negotiation) -> str:
    shifts = a.no_deal_worth_more
    full = sentences.full_names(a)
    rows = [[text_of(full[p]), *(f"{v:.0%}" for v in by.values())] for p, by in shifts.items()]
    heads = ["If no deal were worth more or less to", *next(iter(shifts.values()), {})]
    listed = "".join(f"<li>{text_of(s)}</li>" for s in a.assumptions)
    return _section(
        "limits",
        "What this rests on",
        _table("Chance that some settlement is acceptable to all", heads, rows),
        f'<ul class="told">{listed}</ul>',
    )


__all__ = ["fragment", "page"]
