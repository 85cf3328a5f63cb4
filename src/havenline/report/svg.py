"""Small pieces to write SVG: escaping, numbers with few digits, elements and paths.

Every string that reaches a picture goes through :func:`text_of`, every number through
:func:`num`, so that hostile names stay text and the same input gives the same bytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

Point = tuple[float, float]

# Directional overrides could reorder the text around a name.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(value: object) -> str:
    """Return a value as one line of text without control or direction-changing characters."""
    text = str(value)
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = [
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text
        if c not in _BIDI and unicodedata.category(c) not in ("Cs", "Cn")
    ]
    return " ".join("".join(kept).split())


def text_of(value: object) -> str:
    """Return a value as escaped XML text, safe inside elements and quoted attributes."""
    return escape(plain(value), {'"': "&quot;", "'": "&#39;"})


def num(value: float, digits: int = 1) -> str:
    """Return a coordinate with at most `digits` decimals, without trailing zeros.

    Parameters
    ----------
    value : float
        Pixels; must be finite.
    digits : int
        Decimals kept.
    """
    if not -1e7 < value < 1e7:
        raise ValueError(f"coordinate out of range: {value!r}")
    short = f"{value:.{digits}f}"
    if "." in short:
        short = short.rstrip("0").rstrip(".")
    return "0" if short in ("-0", "") else short


def tag(name: str, content: str = "", **attributes: object) -> str:
    """Return one element; `content` must be escaped already.

    Attribute names are written with ``_`` for ``-``; ``class_`` gives ``class``. Floats are
    written by :func:`num`, everything else is escaped.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = num(value) if isinstance(value, float) else text_of(value)
        parts.append(f'{key.rstrip("_").replace("_", "-")}="{shown}"')
    head = " ".join(parts)
    return f"<{head}>{content}</{name}>" if content else f"<{head}/>"


def label(x: float, y: float, value: object, **attributes: object) -> str:
    """Return a text element at (x, y) in pixels."""
    return tag("text", text_of(value) or "&#160;", x=float(x), y=float(y), **attributes)


def path_data(points: Sequence[Point], *, close: bool = False) -> str:
    """Return path commands through the points, leaving out those that round to the same spot."""
    out: list[str] = []
    last = ""
    for x, y in points:
        here = f"{num(x)} {num(y)}"
        if here != last:
            out.append(("L" if out else "M") + here)
        last = here
    if not out:
        return ""
    return "".join(out) + ("Z" if close else "")


def picture(
    width: float, height: float, content: Iterable[str], *, name: str, title: str, desc: str
) -> str:
    """Return a whole inline SVG with a title and a description for those who cannot see it.

    Parameters
    ----------
    width, height : float
        Size of the drawing in pixels; it scales with the page.
    content : iterable of str
        Elements, escaped already.
    name : str
        Identifier that is unique in the page (letters, digits, hyphens).
    title, desc : str
        Short name and what the picture shows, in words.
    """
    head = tag("title", text_of(title), id=f"{name}-t") + tag("desc", text_of(desc), id=f"{name}-d")
    size = f"0 0 {num(width)} {num(height)}"
    return tag(
        "svg",
        head + "".join(content),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=size,
        width=num(width),
        height=num(height),
        role="img",
        aria_labelledby=f"{name}-t {name}-d",
    )
