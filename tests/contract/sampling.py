"""JSON samples made from a schema: the least that it allows, or everything that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codegen.document import Json, is_object


@dataclass(frozen=True)
class Sampler:
    """Makes samples of the schemas of one document.

    Args:
        document: An OpenAPI document.
        everything: Fill optional properties and lists; else omit everything that may be omitted.
        timestamp: The value of each timestamp.
        choice: The value of each enum; None for its first value.
        unknown: Properties to add to each object with named properties.
    """

    document: Json
    everything: bool = True
    timestamp: str = "2026-03-01T10:00:00Z"
    choice: str | None = None
    unknown: tuple[tuple[str, Any], ...] = ()

    def component(self, name: str) -> Any:
        """A sample of a component schema."""
        return self.sample({"$ref": f"#/components/schemas/{name}"})

    def sample(self, schema: Json, path: tuple[str, ...] = ()) -> Any:
        """A sample of `schema`; `path` holds the references that led here."""
        if "$ref" in schema:
            name: str = schema["$ref"].rsplit("/", 1)[1]
            return self.sample(self.document["components"]["schemas"][name], (*path, name))
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                # The alternatives come in the document's order; null is the last resort.
                options = [o for o in schema[key] if o.get("type") != "null"]
                fitting = [o for o in options if not self._repeats(o, path)]
                if not self.everything and len(options) < len(schema[key]):
                    return None
                return self.sample(fitting[0], path) if fitting else None
        if "enum" in schema:
            return self.choice or schema["enum"][0]
        if "const" in schema:
            return schema["const"]
        match schema.get("type"):
            case "object":
                return self._object(schema, path)
            case "array":
                items: Json = schema.get("items", {})
                if not self.everything or self._repeats(items, path):
                    return []
                return [self.sample(items, path)]
            case "string":
                return self._string(schema)
            case "integer":
                return int(schema.get("minimum", 3))
            case "number":
                return float(schema.get("minimum", 0)) + 0.5
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return {"anything": [1, None, "x"]} if self.everything else None

    def _string(self, schema: Json) -> str:
        match schema.get("format"):
            case "date-time":
                return self.timestamp
            case "date":
                return "2026-03-01"
            case "uuid":
                return "6f2c1f0e-0000-4000-8000-000000000000"
            case _:
                return "text"

    def _object(self, schema: Json, path: tuple[str, ...]) -> Json:
        properties: Json = schema.get("properties", {})
        if not properties:
            extra = schema.get("additionalProperties", True)
            if not self.everything or extra is False:
                return {}
            return {"key": self.sample(extra if is_object(extra) else {}, path)}
        required = schema.get("required", [])
        result = {
            name: self.sample(item, path)
            for name, item in properties.items()
            if name in required or (self.everything and not self._repeats(item, path))
        }
        return result | dict(self.unknown)

    def _repeats(self, schema: Json, path: tuple[str, ...]) -> bool:
        """Whether `schema` refers to a model that it is itself a part of."""
        return schema.get("$ref", "").rsplit("/", 1)[-1] in path
