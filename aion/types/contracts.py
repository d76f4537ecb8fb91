"""The inputs and outputs of an agent, by whose types agents can be chained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aion.types._as_dict import as_dict
from aion_api import OpenEnum


class AgentCapability(OpenEnum):
    """What an agent can do."""

    SEARCH = "search"
    FILTER = "filter"
    ANALYSIS = "analysis"
    COMPARISON = "comparison"
    EXPORT = "export"
    SUMMARIZATION = "summarization"
    RECOMMENDATION = "recommendation"
    VISUALIZATION = "visualization"
    ANALYTICS = "analytics"
    CROSS_REFERENCE = "cross_reference"
    SYNTHESIS = "synthesis"
    ORGANIZATION = "organization"
    CONVERSATIONAL = "conversational"


@dataclass(frozen=True)
class TypedInput:
    """One input of an agent.

    Attributes:
        name: The name of the slot it is read from.
        data_type: The name of its type in a `DataTypeRegistry`.
        required: Whether the agent cannot run without it.
        description: What it is for.
        content_type_hint: What kind of files it holds, such as ``image``.
    """

    name: str
    data_type: str
    required: bool = True
    description: str = ""
    content_type_hint: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the input as JSON data."""
        return as_dict(self)


@dataclass(frozen=True)
class TypedOutput:
    """One output of an agent.

    Attributes:
        name: The name of the slot it is written to.
        data_type: The name of its type in a `DataTypeRegistry`.
        mergeable: Whether the outputs of several agents can become one.
        description: What it is.
        content_type_hint: What kind of files it holds, such as ``image``.
    """

    name: str
    data_type: str
    mergeable: bool = False
    description: str = ""
    content_type_hint: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the output as JSON data."""
        return as_dict(self)


@dataclass(frozen=True)
class AgentContract:
    """The name, the capability, the inputs and the outputs of an agent.

    Attributes:
        name: The name of the agent.
        capability: What it can do.
        description: The same in a sentence.
        inputs: Its inputs.
        outputs: Its outputs.
        example_intents: Requests that it understands.
        can_run_parallel: Whether it can run concurrently with others.
        typical_duration_ms: How long it usually takes, in milliseconds.
        can_chain_with: The agents that may follow it.
    """

    name: str
    capability: AgentCapability
    description: str
    inputs: tuple[TypedInput, ...] = ()
    outputs: tuple[TypedOutput, ...] = ()
    example_intents: tuple[str, ...] = ()
    can_run_parallel: bool = True
    typical_duration_ms: int = 5000
    can_chain_with: tuple[AgentCapability, ...] = ()

    def get_required_inputs(self) -> list[TypedInput]:
        """Return the inputs that it cannot run without."""
        return [one for one in self.inputs if one.required]

    def get_input_by_name(self, name: str) -> TypedInput | None:
        """Return the input of this name, or None."""
        return next((one for one in self.inputs if one.name == name), None)

    def get_output_by_name(self, name: str) -> TypedOutput | None:
        """Return the output of this name, or None."""
        return next((one for one in self.outputs if one.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the contract as JSON data; `from_dict` reads it."""
        return as_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AgentContract:
        """Read the output of `to_dict`. An unknown capability is preserved.

        Raises:
            KeyError: The name, the capability or the description is missing.
        """
        duration = data.get("typical_duration_ms")
        return cls(
            name=data["name"],
            capability=AgentCapability(data["capability"]),
            description=data["description"],
            inputs=tuple(
                TypedInput(
                    one["name"],
                    one["data_type"],
                    one.get("required", True),
                    one.get("description") or "",
                    one.get("content_type_hint"),
                )
                for one in data.get("inputs") or ()
            ),
            outputs=tuple(
                TypedOutput(
                    one["name"],
                    one["data_type"],
                    one.get("mergeable", False),
                    one.get("description") or "",
                    one.get("content_type_hint"),
                )
                for one in data.get("outputs") or ()
            ),
            example_intents=tuple(data.get("example_intents") or ()),
            can_run_parallel=data.get("can_run_parallel", True),
            typical_duration_ms=5000 if duration is None else duration,
            can_chain_with=tuple(map(AgentCapability, data.get("can_chain_with") or ())),
        )


__all__ = ["AgentCapability", "AgentContract", "TypedInput", "TypedOutput"]
