"""The answer in figures and in words, read from the comparison alone.

Every figure of the table and of the sentences is one of the comparison's, rounded to its
Monte-Carlo error; nothing is computed twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from havenline import words
from havenline.outcomes.comparison import Answer, Comparison, Difference
from havenline.outcomes.indicators import INDICATORS


@dataclass(frozen=True)
class Figure:
    """One indicator of one option, rounded to its Monte-Carlo error.

    Attributes
    ----------
    indicator, unit : str
        Its id and unit.
    better : str
        ``lower``, ``higher`` or ``neither``.
    prior_only : bool
        Whether it rests on an assumed prior alone.
    median, q05, q95, error : float
        Over the futures, and the Monte-Carlo error of the median; NaN where there is none.
    change, change_q05, change_q95 : float
        Paired difference to no deal; NaN for no deal itself.
    futures_better : str
        ``n of 100`` futures in which the option does better; empty where that has no meaning.
    distinguishable : bool
        Whether the difference is larger than chance in the sampling.
    regret : float
        At the 90th percentile; NaN where there is none.
    """

    indicator: str
    unit: str
    better: str
    prior_only: bool
    median: float
    q05: float
    q95: float
    error: float
    change: float
    change_q05: float
    change_q95: float
    futures_better: str
    distinguishable: bool
    regret: float

    @property
    def helps(self) -> bool:
        """Whether the option is distinguishably better than no deal."""
        return self.distinguishable and (
            (self.better == "lower" and self.change < 0)
            or (self.better == "higher" and self.change > 0)
        )

    @property
    def harms(self) -> bool:
        """Whether the option is distinguishably worse than no deal."""
        return (
            self.distinguishable
            and self.better in ("lower", "higher")
            and self.change != 0
            and not self.helps
        )


@dataclass(frozen=True)
class OptionFigures:
    """One option of the answer: id, name, whether others are compared to it, its figures."""

    option: str
    name: str
    baseline: bool
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Hand:
    """How figures are written.

    Attributes
    ----------
    figure : callable
        Writes a value of a unit.
    change : callable
        Writes a difference in a unit.
    changes : callable
        Writes the range of a difference, from its low and high end, in a unit.
    """

    figure: Callable[[float, str], str]
    change: Callable[[float, str], str]
    changes: Callable[[float, float, str], str]

    def difference(self, found: Difference, unit: str) -> str:
        """Return a difference with its range, or that it is none that can be told."""
        if not found.distinguishable:
            return words.NOT_DISTINGUISHABLE
        r = found.summary.rounded()
        return f"{self.change(r.median, unit)} ({self.changes(r.q05, r.q95, unit)})"


FULL = Hand(words.amount, words.difference, words.spread_of_change)
"""In full, as a report has it: 960,000; 210,000 fewer (120,000 to 480,000 fewer)."""
SHORT = Hand(
    lambda value, _: words.short(value),
    lambda value, _: words.short(value, "+"),
    lambda low, high, _: f"{words.short(low, '+')} to {words.short(high, '+')}",
)
"""Short and signed, where there is little room: 960 k; -210 k (-480 k to -120 k)."""


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _figure(answer: Answer) -> Figure:
    found = answer.to_json_dict(rounded=True)
    change = found["difference_to_no_deal"] or {}
    return Figure(
        indicator=answer.indicator,
        unit=answer.unit,
        better=answer.better,
        prior_only=answer.prior_only,
        median=_number(found["median"]),
        q05=_number(found["q05"]),
        q95=_number(found["q95"]),
        error=_number(found["mc_error"]),
        change=_number(change.get("median")),
        change_q05=_number(change.get("q05")),
        change_q95=_number(change.get("q95")),
        futures_better=change.get("share_better") or "",
        distinguishable=answer.distinguishable,
        regret=_number(found["regret_p90"]),
    )


def columns_of(comparison: Comparison) -> list[OptionFigures]:
    """Return the options of a comparison in its order, figures rounded as it rounds them."""
    return [
        OptionFigures(
            option=option.id,
            name=option.name,
            baseline=option.id == comparison.baseline,
            figures={key: _figure(answer) for key, answer in option.indicators.items()},
        )
        for option in comparison.options
    ]


def least_regret(columns: Sequence[OptionFigures], indicator: str) -> list[str]:
    """Return the options of least regret in an indicator; none where most are alike."""
    regrets = {c.option: c.figures[indicator].regret for c in columns}
    finite = {o: r for o, r in regrets.items() if math.isfinite(r)}
    if not finite or max(finite.values()) == min(finite.values()):
        return []
    low = min(finite.values())
    found = [o for o, r in finite.items() if r == low]
    return found if 2 * len(found) <= len(finite) else []


def range_text(f: Figure, what: str = "") -> str:
    """Return ``median what (low to high)``, without a range where there is none."""
    middle = f"{words.amount(f.median, f.unit)} {what}".rstrip()
    if f.q05 == f.q95 == f.median:
        return middle
    return f"{middle} ({words.spread(f.q05, f.q95, f.unit)})"


def _quoted(name: str) -> str:
    return f"\u201c{name}\u201d"


def _without(base: OptionFigures, days: int, start: str) -> str:
    moved = base.figures["newly_displaced"]
    bare = base.figures["peak_unsheltered"]
    killed = base.figures["killed"]
    mark = " (a figure that rests on a prior only)" if killed.prior_only else ""
    return (
        f"{base.name}: in the {words.number(days)} days after {start}, "
        f"{range_text(moved, 'people')} flee for the first time, {range_text(bare)} are without "
        f"shelter on the worst day, and {range_text(killed, 'civilians')} are killed{mark}."
    )


def _change(column: OptionFigures, base: OptionFigures) -> str:
    f = column.figures["newly_displaced"]
    if not (f.helps or f.harms):
        return f"{_quoted(column.name)}: not distinguishable from {_quoted(base.name)}."
    word = "fewer" if f.helps else "more"
    inner = words.spread_of_change(f.change_q05, f.change_q95, f.unit).removesuffix(f" {word}")
    if f.helps and f.futures_better:
        inner += f", fewer in {f.futures_better} futures"
    return f"{_quoted(column.name)}: {words.difference(f.change, f.unit)} ({inner})."


def _own_cost(column: OptionFigures) -> str:
    moved, left = column.figures["displaced_by_option"], column.figures["left_on_other_side"]
    bits = []
    if moved.q95 > 0:
        bits.append(f"itself displaces {range_text(moved, 'people')}")
    if left.q95 > 0:
        bits.append(f"leaves {range_text(left, 'people')} on the other side")
    return f"{_quoted(column.name)} {words.listed(bits)}." if bits else ""


@dataclass(frozen=True)
class Statement:
    """One part of the answer in words: a heading, a sentence, and a line for each option."""

    lead: str
    text: str
    lines: tuple[str, ...] = ()


def statements(
    columns: Sequence[OptionFigures], *, days: int, start: str, priors: int, parameters: int
) -> list[Statement]:
    """Return the answer in a few plain statements.

    Nothing is said to be better or worse where the comparison cannot tell it from no deal, and
    options are not ranked against each other.

    Parameters
    ----------
    columns : sequence of OptionFigures
    days : int
        Days simulated.
    start : str
        The as-of date in words.
    priors, parameters : int
        How many of how many parameters rest on a prior.
    """
    base = next((c for c in columns if c.baseline), None)
    others = [c for c in columns if not c.baseline]
    first = base if base is not None else columns[0]
    found = [Statement("If it runs its course", _without(first, days, start))]
    if base is not None and others:
        ordered = sorted(others, key=lambda c: (c.figures["newly_displaced"].change, c.name))
        found.append(
            Statement(
                "What the options change",
                f"People newly displaced, beside {_quoted(base.name)} in the same futures:",
                tuple(_change(column, base) for column in ordered),
            )
        )
    if others:
        lines = tuple(line for line in map(_own_cost, others) if line)
        text = (
            "People moved by an option itself, and left on the other side of its line:"
            if lines
            else "No option itself displaces people or leaves any on the other side of a line."
        )
        found.append(Statement("What the options do themselves", text, lines))
    found.append(
        Statement(
            "How sure this is",
            f"{words.number(priors)} of {words.number(parameters)} parameters are judgement with "
            "a wide range, not measurement. The ranges say what follows from that; they do not "
            "cover what the model leaves out.",
        )
    )
    return found


@dataclass(frozen=True)
class Cell:
    """One cell of the answer table, ready to print.

    Attributes
    ----------
    median, spread : str
        Figure, and its 5 to 95% range.
    change, change_spread : str
        Paired difference to no deal and its range; empty for no deal.
    futures : str
        ``better in n of 100 futures``; may be empty.
    verdict : {"", "better", "worse", "other", "unclear"}
        What the difference is.
    regret : str
        At the 90th percentile; empty where there is none.
    least : bool
        Whether no other option has less regret.
    """

    median: str
    spread: str
    change: str
    change_spread: str
    futures: str
    verdict: str
    regret: str
    least: bool


FIRST = (
    "newly_displaced",
    "movements",
    "peak_unsheltered",
    "near_front",
    "near_border",
    "entries",
    "killed",
    "homes_damaged",
    "cost_usd",
    "displaced_by_option",
    "left_on_other_side",
)
"""Indicators that are shown at once; the others stand below, folded away on a screen."""


@dataclass(frozen=True)
class AnswerRow:
    """One indicator of the answer table with a cell for each option.

    ``error`` is the greatest Monte-Carlo error of a median; empty where there is none.
    """

    indicator: str
    name: str
    unit: str
    meaning: str
    error: str
    better: str
    prior_only: bool
    first: bool
    cells: list[Cell]


def _cell(figure: Figure, hand: Hand, *, base: bool, least: bool) -> Cell:
    change = spread = futures = verdict = ""
    if not base and math.isfinite(figure.change):
        if figure.distinguishable:
            change = hand.change(figure.change, figure.unit)
            spread = hand.changes(figure.change_q05, figure.change_q95, figure.unit)
            if figure.helps or figure.harms:
                verdict = "better" if figure.helps else "worse"
                futures = f"better in {figure.futures_better}" if figure.futures_better else ""
            else:
                verdict = "other"
        elif figure.change == 0 == figure.change_q05 == figure.change_q95:
            verdict, change = "unclear", "the same"
        else:
            verdict, change = "unclear", words.NOT_DISTINGUISHABLE
    middle, low, high = (
        hand.figure(v, figure.unit) for v in (figure.median, figure.q05, figure.q95)
    )
    return Cell(
        median=middle,
        spread="" if low == high == middle else f"{low} to {high}",
        change=change,
        change_spread="" if spread == change else spread,
        futures=futures,
        verdict=verdict,
        regret=hand.figure(figure.regret, figure.unit) if math.isfinite(figure.regret) else "",
        least=least,
    )


def table(columns: Sequence[OptionFigures], hand: Hand = FULL) -> list[AnswerRow]:
    """Return the answer table: indicators as rows, options as columns."""
    out = []
    for indicator, declared in INDICATORS.items():
        least = least_regret(columns, indicator)
        errors = [e for c in columns if (e := c.figures[indicator].error) > 0]
        out.append(
            AnswerRow(
                indicator=indicator,
                name=declared.name,
                unit=declared.unit,
                meaning=declared.meaning,
                error=hand.figure(max(errors), declared.unit) if errors else "",
                better=declared.better,
                prior_only=declared.prior_only,
                first=indicator in FIRST,
                cells=[
                    _cell(c.figures[indicator], hand, base=c.baseline, least=c.option in least)
                    for c in columns
                ],
            )
        )
    return out
