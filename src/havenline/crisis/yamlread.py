"""YAML with line numbers: strict, small, and every fault a problem with its line."""

from __future__ import annotations

import re
import types
from typing import Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from havenline.crisis.cells import text_fault
from havenline.crisis.levers import LEVERS, PATTERNS
from havenline.crisis.registry import CHECKS, MOST_OF_A_KIND, one_of, problem, suggest
from havenline.errors import Problem

Path = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[+-]?(0|[1-9][0-9]{0,30})(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?")
_PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}
_DEEPEST = 20
BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}
MOST_NAMED = 30
"""Up to so many keys of a mapping are listed where one is unknown."""


class Document:
    """A YAML file as plain values, with the line of every key.

    Attributes
    ----------
    file : str
        File relative to the crisis folder.
    data : object
        Mappings, lists, text, numbers, booleans, None.
    lines : dict of tuple to int
        Line of each key or list item, by its path in the data.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.data: Any = None
        self.lines: dict[Path, int] = {}

    def line(self, path: Path) -> int | None:
        """Return the line of a path, or of the nearest path above it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None

    def problem(
        self,
        name: str,
        path: Path,
        message: str,
        value: object = "",
        expected: str = "",
        hint: str = "",
    ) -> Problem:
        """Build a problem at a path of the file, with its line.

        Parameters
        ----------
        name : str
            Name of the check.
        path : tuple of str or int
            Keys and places in lists.
        message : str
            What is wrong.
        value, expected, hint
            See `havenline.errors.Problem`.

        Returns
        -------
        Problem
        """
        return problem(
            name,
            self.file,
            message,
            row=self.line(path),
            column=dotted(path),
            value=value,
            expected=expected,
            hint=hint,
        )


def read_yaml(text: str, file: str, problems: list[Problem]) -> Document | None:
    """Read a YAML file: words such as NO and ON stay text, dates stay text.

    Parameters
    ----------
    text : str
        Content of the file.
    file : str
        Path relative to the crisis folder.
    problems : list of Problem
        Added to.

    Returns
    -------
    Document or None
        None where it is not YAML or not a mapping.
    """
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or "cannot be read"
        row = mark.line + 1 if mark else None
        problems.append(problem("broken_yaml", file, f"not valid YAML: {reason}", row=row))
        return None
    except yaml.YAMLError:
        problems.append(
            problem("broken_yaml", file, "not valid YAML: a character that YAML does not allow")
        )
        return None
    except RecursionError:
        problems.append(problem("broken_yaml", file, "nested too deeply"))
        return None
    document = Document(file)
    if not isinstance(node, yaml.MappingNode):
        problems.append(
            problem("broken_yaml", file, "not a mapping", row=1, expected="keys and values")
        )
        return None
    seen: set[int] = set()
    document.data = _value(node, (), document, problems, seen)
    return document


def _value(
    node: yaml.Node, path: Path, document: Document, problems: list[Problem], seen: set[int]
) -> Any:
    """Turn a node into plain values, noting lines; aliases and tags are refused."""
    row = node.start_mark.line + 1
    if path:
        document.lines.setdefault(path, row)
    if id(node) in seen or len(path) > _DEEPEST:
        why = "aliases are not used here" if id(node) in seen else "nested too deeply"
        problems.append(problem("broken_yaml", document.file, why, row=row))
        return None
    if isinstance(node, yaml.ScalarNode):
        fault = text_fault(node.value)
        if fault is not None:
            problems.append(document.problem(fault[0], path, fault[1], node.value, *fault[2:]))
        return _scalar(node)
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(item, (*path, i), document, problems, seen) for i, item in enumerate(node.value)
        ]
    found: dict[str, Any] = {}
    for key, item in node.value:
        line = key.start_mark.line + 1
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        fault = text_fault(name)
        if fault is not None:
            check, message, expected, _ = fault
            problems.append(problem(check, document.file, message, row=line, column=dotted(path),
                                    value=name, expected=expected))  # fmt: skip
            continue
        if name in found:
            problems.append(
                problem(
                    "duplicate_key",
                    document.file,
                    "this key stands twice",
                    row=line,
                    column=dotted((*path, name)),
                )
            )
            continue
        document.lines[(*path, name)] = line
        found[name] = _value(item, (*path, name), document, problems, seen)
    return found


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style is not None:
        return text
    if text.lower() in _PLAIN:
        return _PLAIN[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def dotted(path: Path) -> str:
    """Write a path as people read it, such as ``options[1].levers[0].start``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def validate(document: Document, model: type[Model], problems: list[Problem]) -> Model | None:
    """Check a document against its model.

    Parameters
    ----------
    document : Document
        From `read_yaml`.
    model : type of BaseModel
        What the file must hold.
    problems : list of Problem
        Added to, one for each fault.

    Returns
    -------
    BaseModel or None
        None where there was a fault.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        faults = [
            _fault(document, model, dict(e), hints=number < MOST_OF_A_KIND)
            for number, e in enumerate(error.errors(include_url=False))
        ]
    problems.extend(sorted(faults, key=lambda p: p.row or 0))
    return None


def _fault(
    document: Document, model: type[BaseModel], error: dict[str, Any], *, hints: bool
) -> Problem:
    """Turn one error of pydantic into a problem in our words."""
    kind: str = error["type"]
    path = _real_path(document.data, error["loc"], kind == "missing")
    row = document.line(path)
    context: dict[str, Any] = error.get("ctx") or {}
    value = error["input"]
    shown = "" if isinstance(value, dict | list) else _written(value)

    def made(name: str, message: str, expected: str = "", hint: str = "") -> Problem:
        return problem(
            name,
            document.file,
            message,
            row=row,
            column=dotted(path),
            value=shown,
            expected=expected,
            hint=hint,
        )

    holder = _model_at(model, document.data, path[:-1])
    fields = _keys(holder)
    name = str(path[-1]) if path else ""
    if kind == "missing":
        shown = ""
        meaning = fields[name].description if name in fields else ""
        return made("missing_key", "this key is missing", meaning or "")
    if kind == "extra_forbidden":
        shown = ""
        known = ", ".join(fields) if len(fields) <= MOST_NAMED else ""
        near = suggest(name, fields) if hints else ""
        return made("unknown_key", "no such key here", known, near)
    if kind == "literal_error":
        choices = [c.strip().strip("'") for c in re.split(r", | or ", context["expected"])]
        return made("unknown_value", "unknown value", one_of(choices), suggest(shown, choices))
    if kind == "union_tag_invalid":
        path = (*path, "lever")
        row = document.line(path)
        shown = str(context["tag"])
        hint = suggest(shown, LEVERS)
        return made("unknown_value", "unknown lever", one_of(LEVERS), hint)
    if kind == "union_tag_not_found":
        path = (*path, "lever")
        shown = ""
        return made("missing_key", "this key is missing", one_of(LEVERS))
    if kind in CHECKS:
        return made(kind, error["msg"], context.get("expected", ""), context.get("hint", ""))
    return _plain_fault(kind, context, made)


def _plain_fault(kind: str, context: dict[str, Any], made: Any) -> Problem:
    """Name the faults of type, bound and pattern."""
    types_wanted = {
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "string_type": "text",
        "bool_type": "true or false",
        "list_type": "a list",
        "dict_type": "keys and values",
        "model_type": "keys and values",
        "model_attributes_type": "keys and values",
    }
    found: Problem
    if kind in types_wanted:
        found = made("wrong_type", "wrong kind of value", types_wanted[kind])
    elif kind in BOUNDS:
        key, word = BOUNDS[kind]
        bound = context[key]
        if kind == "greater_than_equal" and bound == 0:
            found = made("negative_number", "cannot be negative", f"{word} 0")
        else:
            found = made("out_of_bounds", "out of bounds", f"{word} {bound:g}")
    elif kind == "string_pattern_mismatch":
        wanted = PATTERNS.get(context["pattern"], context["pattern"])
        found = made("bad_id", "not written as this key needs", wanted)
    elif kind == "too_long":
        found = made("out_of_bounds", f"{context['actual_length']} of them",
                     f"at most {context['max_length']}")  # fmt: skip
    elif kind == "string_too_long":
        found = made("long_text", "too long", f"at most {context['max_length']} characters")
    elif kind in ("string_too_short", "too_short"):
        found = made("missing_value", "this must not be empty")
    else:
        found = made("wrong_type", "wrong kind of value", kind.replace("_", " "))
    return found


def _written(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _real_path(data: Any, loc: tuple[Any, ...], missing: bool) -> Path:
    """Drop the parts of a location that are names of models, not keys of the data."""
    path: list[str | int] = []
    for position, part in enumerate(loc):
        last = position == len(loc) - 1
        item = isinstance(part, int) and isinstance(data, list) and part < len(data)
        if item or (isinstance(data, dict) and part in data):
            data = data[part]
        elif isinstance(data, dict) and last and missing:
            pass
        else:
            continue
        path.append(part)
    return tuple(path)


def _keys(model: type[BaseModel] | None) -> dict[str, FieldInfo]:
    """Return the fields of a model by the key they have in the file."""
    if model is None:
        return {}
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_at(model: type[BaseModel], data: Any, path: Path) -> type[BaseModel] | None:
    """Return the model that describes the mapping at a path."""
    here: Any = model
    for part in path:
        if isinstance(part, int):
            data = data[part]
            continue
        if here is _ANY_LEVER:
            here = LEVERS.get(str(data.get("lever"))) if isinstance(data, dict) else None
        data = data[part] if isinstance(data, dict) else None
        field = _keys(here).get(str(part))
        if field is None:
            return None
        here = _inner(field.annotation)
        if here is None:
            return None
    if here is _ANY_LEVER:
        return LEVERS.get(str(data.get("lever"))) if isinstance(data, dict) else None
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


_ANY_LEVER = object()


def _inner(annotation: Any) -> Any:
    """Return the model inside a list, an optional or an annotation; the union of levers as is."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = [m for m in map(_inner, get_args(annotation)) if m is not None]
    if get_origin(annotation) in (Union, types.UnionType) and len(models) > 1:
        return _ANY_LEVER
    return models[0] if models else None
