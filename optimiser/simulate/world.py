"""All arrays of one run under one name, handed from function to function as an address.

A compiled function takes an array as five to fifteen numbers, and all arrays of the engine together as some three
hundred, which every call that is not inlined writes to the stack and every function reads from it again: measured,
two thirds of the engine's time. :func:`hold` writes them once; behind it a function takes one address and loads the
few that it uses. Take them once, at the top (``c, s = w.c, w.s``): after anything is written, a second ``w.s`` loads
again. Functions that are inlined (``leaf``) take the arrays themselves.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, register_model

from optimiser.simulate.state import (
    CallArrays,
    FleetArrays,
    PolicyArrays,
    RuleArrays,
    State,
    TravelArrays,
)


class World(NamedTuple):
    """Calls, fleet, travel, rules, policy, state; compiled functions know only its address (:func:`hold`)."""

    c: CallArrays
    f: FleetArrays
    t: TravelArrays
    r: RuleArrays
    p: PolicyArrays
    s: State


class _Address(types.Type):
    """Where a :class:`World` of some type lies."""

    def __init__(self, world: Any) -> None:
        self.world = world
        super().__init__(name=f"Address({world})")


@register_model(_Address)
class _AddressModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: _Address) -> None:
        super().__init__(dmm, fe_type, cgutils.voidptr_t)


@infer_getattr
class _Fields(AttributeTemplate):
    key = _Address

    def generic_resolve(self, address: _Address, name: str) -> Any:
        return address.world[World._fields.index(name)] if name in World._fields else None


@lower_getattr_generic(_Address)
def _load(context: Any, builder: Any, address: _Address, value: Any, name: str) -> Any:
    model = context.data_model_manager[address.world]
    k = World._fields.index(name)
    at = builder.bitcast(value, model.get_data_type().as_pointer())
    return context.data_model_manager[address.world[k]].load_from_data_pointer(
        builder, cgutils.gep_inbounds(builder, at, 0, k)
    )


@intrinsic
def hold(typing: Any, world: Any) -> Any:
    """Return the address of a world: good for as long as the function that asks for it has not returned."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        model = context.data_model_manager[signature.args[0]]
        value = model.as_data(builder, arguments[0])
        at = cgutils.alloca_once(builder, value.type)
        builder.store(value, at)
        return builder.bitcast(at, cgutils.voidptr_t)

    return _Address(world)(world), write
