"""A named tuple of arrays inside kernels as one address, instead of all its parts.

Compiled code hands a tuple on part by part: for fifty arrays that are some three hundred numbers
at every call, most of what there is to compile, and for every array that is taken out it counts
references, with operations that lock memory between threads. What is held is handed on as an
address, and its arrays, taken out by name, are not counted. What the caller gave must outlive it.
"""

from __future__ import annotations

import hashlib
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.core.imputils import impl_ret_untracked
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, lower_getattr_generic, models, register_model

_types: Any = types  # the compiler's own parts are not typed
_tools: Any = cgutils
_untracked: Any = impl_ret_untracked
_attributes: Any = infer_getattr
_read: Any = lower_getattr_generic


class HeldType(types.Type):
    """A named tuple by its address."""

    def __init__(self, parts: Any) -> None:
        self.dtype = parts
        digest = hashlib.blake2b(str(parts).encode(), digest_size=8).hexdigest()
        super().__init__(name=f"{parts.instance_class.__name__}.{digest}")


@register_model(HeldType)
class _HeldModel(models.PointerModel):
    pass


@_attributes
class _Fields(AttributeTemplate):
    key = HeldType

    def generic_resolve(self, value: Any, attr: str) -> Any:  # type: ignore[override]
        return dict(zip(value.dtype.fields, value.dtype.types, strict=True)).get(attr)


@_read(HeldType)
def _field(context: Any, builder: Any, kind: Any, address: Any, name: str) -> Any:
    index = kind.dtype.fields.index(name)
    part = kind.dtype.types[index]
    where = _tools.gep_inbounds(builder, address, 0, index)
    if not isinstance(part, _types.Array):
        return _untracked(context, builder, part, context.unpack_value(builder, part, where))
    array = context.make_array(part)(context, builder)
    places = context.data_model_manager[part]
    for member in ("data", "nitems", "itemsize", "shape", "strides"):
        at = _tools.gep_inbounds(builder, where, 0, places.get_field_position(member))
        value = builder.load(at)
        value.set_metadata("invariant.load", builder.module.add_metadata([]))  # never written again
        setattr(array, member, value)
    for owner in ("meminfo", "parent"):
        setattr(array, owner, _tools.get_null_value(getattr(array, owner).type))
    return _untracked(context, builder, part, array._getvalue())


def _held(_context: Any, parts: Any) -> Any:
    """Return a named tuple (inside kernels) as what is handed on by its address.

    Its fields are read by name; arrays among them are views that own nothing.
    """
    if not isinstance(parts, types.NamedTuple):
        raise TypingError("only a named tuple is held")
    kind = HeldType(parts)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = _tools.alloca_once(builder, context.get_data_type(parts))
        context.pack_value(builder, parts, args[0], address)
        return _untracked(context, builder, kind, address)

    return kind(parts), generate


held: Any = intrinsic(_held)
"""See `_held`: a named tuple by its address."""
