"""The values that agents of one run exchange, in named slots with a type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aion.types._as_dict import plain


@dataclass(frozen=True)
class TypedSlot:
    """A value, its type, and the step that wrote it.

    Attributes:
        value: The value.
        data_type: The name of its type in a `DataTypeRegistry`.
        source_node: The step that wrote it.
        timestamp: When it was written, in ISO 8601.
    """

    value: Any
    data_type: str
    source_node: str
    timestamp: str | None = None


class ExecutionContext:
    """Named slots with typed values. Threads and tasks may share a context."""

    def __init__(self) -> None:
        # No lock: each use is one operation, and a dictionary's operations are atomic.
        self._slots: dict[str, TypedSlot] = {}

    @property
    def slots(self) -> dict[str, TypedSlot]:
        """Return a copy of all slots."""
        return dict(self._slots)

    def write(self, slot_name: str, value: Any, data_type: str, source_node: str) -> None:
        """Write a value into a slot, replacing any earlier value.

        Args:
            slot_name: The name of the slot.
            value: The value.
            data_type: The name of its type.
            source_node: The step that writes it.
        """
        slot = TypedSlot(value, data_type, source_node, datetime.now(UTC).isoformat())
        self._slots[slot_name] = slot

    def read(self, slot_name: str, expected_type: str | None = None) -> Any:
        """Return the value of a slot.

        Args:
            slot_name: The name of the slot.
            expected_type: The required type; None for any.

        Raises:
            KeyError: The slot does not exist.
            TypeError: The value is of another type.
        """
        slots = self.slots
        slot = slots.get(slot_name)
        if slot is None:
            there = ", ".join(sorted(slots)) or "none"
            raise KeyError(f"the slot {slot_name!r} does not exist; slots so far: {there}")
        if expected_type is not None and slot.data_type != expected_type:
            raise TypeError(
                f"slot {slot_name!r} holds {slot.data_type!r} from {slot.source_node!r},"
                f" not {expected_type!r}"
            )
        return slot.value

    def has_slot(self, slot_name: str) -> bool:
        """Return whether a slot has been written."""
        return slot_name in self._slots

    async def write_async(
        self, slot_name: str, value: Any, data_type: str, source_node: str
    ) -> None:
        """`write`, for agents that await it. It never waits."""
        self.write(slot_name, value, data_type, source_node)

    async def read_async(self, slot_name: str, expected_type: str | None = None) -> Any:
        """`read`, for agents that await it. It never waits.

        Raises:
            KeyError: The slot does not exist.
            TypeError: The value is of another type.
        """
        return self.read(slot_name, expected_type)

    async def has_slot_async(self, slot_name: str) -> bool:
        """`has_slot`, for agents that await it. It never waits."""
        return self.has_slot(slot_name)

    def get_slot_type(self, slot_name: str) -> str | None:
        """Return the type of a slot, or None if the slot does not exist."""
        slot = self._slots.get(slot_name)
        return slot.data_type if slot is not None else None

    def get_slots_by_type(self, data_type: str) -> dict[str, Any]:
        """Return the values of all slots of a type, by the names of the slots."""
        return {
            name: slot.value for name, slot in self.slots.items() if slot.data_type == data_type
        }

    def list_slots(self) -> list[dict[str, str]]:
        """Return name, type and source of every slot, in the order of the first write."""
        return [
            {"name": name, "data_type": slot.data_type, "source_node": slot.source_node}
            for name, slot in self.slots.items()
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return all slots as JSON data, as far as their values can be converted."""
        return {
            "slots": {
                name: {
                    "value": plain(slot.value),
                    "data_type": slot.data_type,
                    "source_node": slot.source_node,
                    "timestamp": slot.timestamp,
                }
                for name, slot in self.slots.items()
            }
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ExecutionContext:
        """Read the output of `to_dict`. Values stay JSON data."""
        context = cls()
        slots: Mapping[str, Mapping[str, Any]] = data.get("slots") or {}
        for name, slot in slots.items():
            context._slots[name] = TypedSlot(
                slot.get("value"), slot["data_type"], slot["source_node"], slot.get("timestamp")
            )
        return context

    def __getstate__(self) -> dict[str, Any]:
        return {"_slots": self.slots}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._slots = state["_slots"]

    def __repr__(self) -> str:
        slots = ", ".join(f"{name}: {slot.data_type}" for name, slot in self.slots.items())
        return f"<ExecutionContext {{{slots}}}>"


__all__ = ["ExecutionContext", "TypedSlot"]
