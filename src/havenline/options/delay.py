"""The same option, some days later."""

from __future__ import annotations

import datetime as dt

from havenline.crisis.levers import HavenLever, Lever, OptionSpec
from havenline.errors import RunError

DATED = ("start", "until", "announced", "handover", "from_")
"""Fields of levers that say when something happens from the as-of date on."""


def delayed(option: OptionSpec, days: int) -> OptionSpec:
    """Return an option with every lever ``days`` later.

    Parameters
    ----------
    option : OptionSpec
    days : int
        0 or more; 0 returns the option itself.

    Returns
    -------
    OptionSpec
        Its id ends in ``-14d`` for 14 days, its name says how much later.

    Raises
    ------
    RunError
        If days are negative, or the option has no lever that could come later.
    """
    if days < 0:
        raise RunError(f"delay: {days} days given; 0 or more are possible")
    if days == 0:
        return option
    if not option.levers:
        raise RunError(f"option {option.id!r} has no lever that could come later")
    return option.model_copy(
        update={
            "id": f"{option.id}-{days}d",
            "name": f"{option.name}, {_words(days)} later",
            "levers": [_later(lever, days) for lever in option.levers],
        }
    )


def _later(lever: Lever, days: int) -> Lever:
    update: dict[str, object] = _shifted(lever, days)
    if isinstance(lever, HavenLever):
        update["aid"] = [s.model_copy(update=_shifted(s, days)) for s in lever.aid]
    return lever.model_copy(update=update)


def _shifted(model: object, days: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in DATED:
        value = getattr(model, name, None)
        if isinstance(value, dt.date):
            found[name] = value + dt.timedelta(days=days)
        elif isinstance(value, int):
            found[name] = value + days
    return found


def _words(days: int) -> str:
    if days % 7 == 0:
        return "a week" if days == 7 else f"{days // 7} weeks"
    return "a day" if days == 1 else f"{days} days"
