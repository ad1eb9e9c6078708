"""The library of plating hosts: cards by name or by path, and whole anodes by name."""

from __future__ import annotations

import os
from typing import NamedTuple

from .._arguments import check_is
from .._messages import did_you_mean
from ..errors import MaterialError
from .plating import Anode, Coat, Deposit, Salt, SideReaction, Solid
from .plating_card import KINDS, PlatingCard, kind_of, read_plating_card
from .shelf import Shelf

_SHELF = Shelf("plating_cards")
Name = str | os.PathLike[str]


class _Recipe(NamedTuple):
    """The cards of an anode."""

    solid: str
    coat: str | None


ANODES = {
    "LLTO@CNT": _Recipe("LLTO", "CNT-on-LLTO"),
    "LLTO": _Recipe("LLTO", None),
    "CNT": _Recipe("CNT", "CNT-coat"),
    # a foil has no body; on a framework's mesh it is one of copper
    "Cu foil": _Recipe("Cu", None),
}
"""The four anodes of doi:10.1039/d4nr04455j, as cards; copper is under all of them."""


def names() -> tuple[str, ...]:
    """Return the names of the cards of plating hosts, sorted."""
    return _SHELF.names()


def load(name: Name) -> PlatingCard:
    """Return a card of any kind, by name or from a file that ends in .toml.

    Raises:
        MaterialError: No such card or file, or it is at fault.
    """
    card = _SHELF.read(name)
    return read_plating_card(card.text, file=card.file)


def load_solid(name: Name) -> Solid:
    """Return the body of a host.

    Example:
        >>> load_solid("LLTO").ionic_conductivity
        0.1
    """
    return _load(name, Solid)


def load_coat(name: Name) -> Coat:
    """Return a conductor on the interface."""
    return _load(name, Coat)


def load_salt(name: Name) -> Salt:
    """Return an electrolyte."""
    return _load(name, Salt)


def load_deposit(name: Name) -> Deposit:
    """Return a metal that is plated."""
    return _load(name, Deposit)


def load_side_reaction(name: Name) -> SideReaction:
    """Return a reaction beside the plating."""
    return _load(name, SideReaction)


def load_anode(
    name: str,
    *,
    electrolyte: Name = "LHCE",
    side_reaction: Name | None = None,
    lithiation: bool = False,
) -> Anode:
    """Return one of the four anodes, with all its materials.

    Args:
        name: "LLTO@CNT", "LLTO", "CNT" or "Cu foil".
        electrolyte: Card of the electrolyte.
        side_reaction: Card of a reaction beside the plating, if any.
        lithiation: Whether lithium also enters the solid's lattice, where its card tells how.

    Raises:
        MaterialError: There is no such anode or card.

    Example:
        >>> load_anode("CNT").coat.nucleation_barrier
        0.095
    """
    check_is(name, str, "anode", f"one of {', '.join(ANODES)}", error=MaterialError)
    recipe = ANODES.get(name)
    if recipe is None:
        hint = did_you_mean(name, ANODES) or f"; expected one of {', '.join(ANODES)}"
        raise MaterialError(f"unknown anode '{name}'{hint}")
    solid = load_solid(recipe.solid)
    return Anode(
        solid=solid if lithiation else solid.without_lithiation(),
        coat=None if recipe.coat is None else load_coat(recipe.coat),
        collector=load_solid("Cu"),
        salt=load_salt(electrolyte),
        deposit=load_deposit("Li"),
        side=None if side_reaction is None else load_side_reaction(side_reaction),
    )


def _load[Kind: PlatingCard](name: Name, kind: type[Kind]) -> Kind:
    card = load(name)
    if not isinstance(card, kind):
        wanted = next(word for word, known in KINDS.items() if known is kind)
        raise MaterialError(f"'{os.fspath(name)}' is a {kind_of(card)}, but a {wanted} is needed")
    return card
