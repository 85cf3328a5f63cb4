"""Numbers, dates and lists in words, the same on the terminal, in the report and on the page."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

MINUS = "\u2212"
NOT_DISTINGUISHABLE = "not distinguishable"
"""Of a difference that so few futures could give by luck."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
    "|(?<![\u0370-\u1fff\u2190-\U0010ffff])[\u200c\u200d]"
)
"""Controls, marks of direction, what has no width, halves of characters, what is no character.
The joiners of Persian, of the scripts of India and of emoji stand where they join something."""


def unseen(text: str) -> str:
    """Return the first character of a text that cannot be seen, such as ``"U+001B"`` with its name.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Empty where every character can be seen. Line ends and tabs can.
    """
    found = _UNSEEN.search(text)
    if found is None:
        return ""
    name = unicodedata.name(found[0], "")
    return f"U+{ord(found[0]):04X}" + (f" ({name})" if name else "")


def visible(text: str) -> str:
    """Return a text in which what cannot be seen is written out, as Python writes it."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def number(value: float) -> str:
    """Return a number with thousands separators and a true minus; never more digits than given."""
    if not math.isfinite(value):
        return "not known"
    if value == 0:
        return "0"
    body = f"{abs(value):,.0f}" if abs(value) >= 10 or value == int(value) else f"{abs(value):,.3g}"
    return (MINUS if value < 0 else "") + body


def short(value: float, sign: str = "") -> str:
    """Return a figure in at most four characters and a unit: 960 k, 1.35 m; 0 has no sign.

    Parameters
    ----------
    value : float
    sign : {"", "+"}
        Whether a figure above zero has its sign.
    """
    size = abs(value)
    if size < 0.5:
        return "0"
    if size >= 999_500_000:
        return f"{value / 1e9:{sign}.3g} bn"
    if size >= 999_500:
        return f"{value / 1e6:{sign}.3g} m"
    if size >= 10_000:
        return f"{value / 1e3:{sign}.3g} k"
    return f"{value:{sign},.0f}"


def figure(value: float, sign: str = "") -> str:
    """Return a figure in whole units with three digits, such as 12,300; 0 has no sign."""
    if abs(value) < 0.5:
        return "0"
    step = 10 ** max(0, math.floor(math.log10(abs(value))) - 2)
    return f"{round(value / step) * step:{sign},.0f}"


def percent(share: float) -> str:
    """Return a share in whole percent; what is neither all nor nothing does not read so."""
    if 0.995 <= share < 1.0:
        return "over 99%"
    return "under 1%" if 0.0 < share < 0.005 else f"{share:.0%}"


def ranged(middle: str, low: str, high: str) -> str:
    """Return ``middle (low to high)``; the middle alone where all three read the same."""
    return middle if middle == low == high else f"{middle} ({low} to {high})"


def counted(number: int, noun: str) -> str:
    """Return a count of things: ``1 error``, ``2 errors``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def amount(value: float, unit: str) -> str:
    """Return a value with its unit where the unit is not persons: ``US$ 12,000,000``, ``12%``."""
    if not math.isfinite(value):
        return "not known"
    low = unit.lower()
    if low in ("usd", "us$", "us dollar", "us dollars"):
        sign = MINUS if value < 0 else ""
        for size, word in ((1e9, "bn"), (1e6, "m")):
            if abs(value) >= size:
                return f"{sign}$\u2009{abs(value) / size:,.4g}\u2009{word}"
        return f"{sign}$\u2009{abs(value):,.0f}"
    return number(value)


def spread(low: float, high: float, unit: str) -> str:
    """Return ``low to high``, or one figure where both read the same."""
    first, last = amount(low, unit), amount(high, unit)
    return first if first == last else f"{first} to {last}"


def difference(value: float, unit: str) -> str:
    """Return a difference in words: ``210,000 fewer``, ``$ 3 m more``, ``no change``."""
    if not math.isfinite(value):
        return "not known"
    if value == 0:
        return "no change"
    counted = unit.lower() not in ("usd", "us$", "us dollar", "us dollars")
    word = "more" if value > 0 else ("fewer" if counted else "less")
    return f"{amount(abs(value), unit)} {word}"


def spread_of_change(low: float, high: float, unit: str) -> str:
    """Return the range of a difference: ``120,000 to 480,000 fewer``, ``90 fewer to 10 more``."""
    first, last = difference(low, unit), difference(high, unit)
    if first == last:
        return first
    if low != 0 and high != 0 and (low < 0) == (high < 0):
        small, large = sorted((abs(low), abs(high)))
        return f"{amount(small, unit)} to {difference(math.copysign(large, low), unit)}"
    return f"{first} to {last}"


def day(value: object) -> str:
    """Return a date as ``3 February 2020``; an empty text where there is none."""
    import pandas as pd

    stamp = pd.Timestamp(value)  # type: ignore[arg-type]
    if pd.isna(stamp):
        return ""
    return f"{stamp.day} {stamp.month_name()} {stamp.year}"


def short_day(value: object) -> str:
    """Return a date as ``3 Feb``."""
    import pandas as pd

    stamp = pd.Timestamp(value)  # type: ignore[arg-type]
    return f"{stamp.day} {stamp.month_name()[:3]}"


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: ``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]


def compact(value: float) -> str:
    """Return an axis label: ``0``, ``250k``, ``1.5m``."""
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:.4g}m"
    if size >= 1e3:
        return f"{value / 1e3:.4g}k"
    return f"{value:.4g}"


def title(name: str) -> str:
    """Return an id as words: ``peak_unsheltered`` as ``Peak unsheltered``."""
    text = name.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]
