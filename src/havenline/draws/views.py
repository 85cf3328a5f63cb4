"""Arrays inside kernels as plain pointers: nothing is counted when they are handed on.

Compiled code counts the references to an array whenever it takes it out of a tuple or hands it
to a function, and calls a function for that even where there is nothing to count. Kernels whose
functions hand on dozens of arrays spend most of their time there. A view has no more than the
address and the lengths; the caller's array must outlive it.
"""

from __future__ import annotations

import operator
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.core.imputils import impl_ret_untracked
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, make_attribute_wrapper, models, register_model

_types: Any = types  # the compiler's own parts are not typed
_tools: Any = cgutils
_signature: Any = signature
_untracked: Any = impl_ret_untracked
_define: Any = lower_builtin
_global: Any = infer_global


class ViewType(types.Type):
    """A C-ordered array of one or two dimensions, without an owner."""

    def __init__(self, dtype: Any, ndim: int) -> None:
        self.dtype, self.ndim = dtype, ndim
        super().__init__(name=f"View({dtype}, {ndim})")


@register_model(ViewType)
class _ViewModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        members = [("data", _types.CPointer(kind.dtype)), ("n", types.intp), ("m", types.intp)]
        start: Any = super().__init__
        start(manager, kind, members)


make_attribute_wrapper(ViewType, "n", "n")
make_attribute_wrapper(ViewType, "m", "m")


def _view(_context: Any, array: Any) -> Any:
    """Return an array (inside kernels) as a view.

    A view ``v`` of one dimension is read and written as ``v[i]``, of two as ``v[i, j]``;
    ``v.n`` and ``v.m`` are its lengths. Indexes count from 0 and are not checked.
    """
    kind = ViewType(array.dtype, array.ndim)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        source = context.make_array(array)(context, builder, value=args[0])
        lengths = _tools.unpack_tuple(builder, source.shape)
        result = _tools.create_struct_proxy(kind)(context, builder)
        result.data = source.data
        result.n = lengths[0]
        result.m = lengths[-1]
        return _untracked(context, builder, kind, result._getvalue())

    if array.ndim not in (1, 2) or array.layout != "C":
        raise TypingError("a view is of a C-ordered array of one or two dimensions")
    return kind(array), generate


view: Any = intrinsic(_view)
"""See `_view`: an array as a view."""


def _index_type(kind: Any, index: Any) -> Any:
    if kind.ndim == 1 and isinstance(index, types.Integer):
        return types.intp
    if kind.ndim == 2 and isinstance(index, types.BaseTuple) and len(index) == 2:
        return _types.UniTuple(types.intp, 2)
    return None


@_global(operator.getitem)
class _GetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 2 and isinstance(args[0], ViewType):
            index = _index_type(*args)
            if index is not None:
                return _signature(args[0].dtype, args[0], index)
        return None


@_global(operator.setitem)
class _SetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 3 and isinstance(args[0], ViewType):
            index = _index_type(*args[:2])
            if index is not None:
                return _signature(types.none, args[0], index, args[0].dtype)
        return None


def _place(context: Any, builder: Any, kind: Any, value: Any, index: Any) -> Any:
    source = _tools.create_struct_proxy(kind)(context, builder, value=value)
    if kind.ndim == 2:
        row, column = _tools.unpack_tuple(builder, index)
        index = builder.add(builder.mul(row, source.m), column)
    return builder.gep(source.data, [index])


def _get(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    where = _place(context, builder, sig.args[0], args[0], args[1])
    return context.unpack_value(builder, sig.args[0].dtype, where)


def _set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    where = _place(context, builder, sig.args[0], args[0], args[1])
    context.pack_value(builder, sig.args[0].dtype, args[2], where)
    return context.get_dummy_value()


for _index in (types.intp, _types.UniTuple(types.intp, 2)):
    _define(operator.getitem, ViewType, _index)(_get)
    _define(operator.setitem, ViewType, _index, types.Any)(_set)
