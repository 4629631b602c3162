"""The bases of each class to its method resolution order: C3 where it exists, depth first where it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class Linearization:
    """The method resolution orders of a project's classes. `bases_of` gives the bases of a class in their order."""

    def __init__(self, bases_of: Callable[[str], tuple[str, ...]]) -> None:
        self._bases_of = bases_of
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, name: str) -> tuple[str, ...]:
        """The order in which Python looks for an attribute, `name` itself first."""
        if name not in self._known:
            run = _Run(self._bases_of, self._known)
            order = run.of(name, ())
            # in a cycle an order depends on the class that was asked for, so that of the others is not kept
            self._known |= {name: order} if run.is_cyclic else run.met
        return self._known[name]


class _Run:
    def __init__(
        self, bases_of: Callable[[str], tuple[str, ...]], known: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._bases_of = bases_of
        self._known = known
        self.met: dict[str, tuple[str, ...]] = {}
        self.is_cyclic = False

    def of(self, name: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if name in path:
            self.is_cyclic = True
            return ()
        known = self._known.get(name) or self.met.get(name)
        if known is None:
            bases = self._bases_of(name)
            orders = [order for base in bases if (order := self.of(base, (*path, name)))]
            merged = _merge([*orders, tuple(order[0] for order in orders)])
            known = self.met[name] = (name, *merged)
        return known


def _merge(orders: list[tuple[str, ...]]) -> tuple[str, ...]:
    pending = [order for order in orders if order]
    if len(pending) == 2 and pending[1] == pending[0][:1]:  # noqa: PLR2004 - one base, and the list of bases
        return pending[0]
    merged: list[str] = []
    while pending:
        tails = {name for order in pending for name in order[1:]}
        head = next((order[0] for order in pending if order[0] not in tails), None)
        # An inconsistent hierarchy raises in Python; here the first base goes on.
        chosen = pending[0][0] if head is None else head
        merged.append(chosen)
        pending = [
            rest for order in pending if (rest := tuple(name for name in order if name != chosen))
        ]
    return tuple(merged)
