"""Validates requests and responses against the contract's schemas.

Validators are compiled on first use and shared by every sandbox of the process. Object schemas
are closed: a field that the contract does not name is refused, in both directions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from aion.sandbox.contract.contract import Contract, Operation, Parameter, Schema, load_contract
from aion.sandbox.contract.errors import ERROR_SCHEMAS, InvalidRequest, Problem

Reader = Callable[[str], Any]

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,400}\Z")
_TRUE: Final = frozenset({"true", "1", "yes", "on", "t", "y"})
_FALSE: Final = frozenset({"false", "0", "no", "off", "f", "n"})


class Validators:
    """The compiled checks of one contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._closed: dict[str, Schema] = {}
        self._parameters: dict[tuple[str, str], tuple[_ParameterCheck, ...]] = {}
        self._bodies: dict[str, Draft202012Validator] = {}
        self._answers: dict[tuple[str, int], Draft202012Validator | None] = {}

    def parameters(
        self, operation: Operation, place: str, given: Mapping[str, list[str]]
    ) -> dict[str, Any]:
        """Decode and validate the parameters of one place; absent ones get their default or None.

        Raises:
            InvalidRequest: a value is missing, malformed or out of range, or a query parameter
                is not in the contract.
        """
        checks = self._parameters.get((operation.id, place))
        if checks is None:
            checks = tuple(self._check(one) for one in operation.placed(place))
            self._parameters[operation.id, place] = checks
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for check in checks:
            values[check.name] = check.read(given.get(check.name), problems)
        if place == "query":
            known = {check.name for check in checks}
            problems += [
                Problem(("query", name), f"Unknown query parameter {name!r}", "extra_forbidden")
                for name in given
                if name not in known
            ]
        if problems:
            raise InvalidRequest(problems)
        return values

    def body(self, operation: Operation, value: Any) -> None:
        """Check a decoded JSON body or form; raises InvalidRequest."""
        validator = self._bodies.get(operation.id)
        if validator is None:
            validator = self._bodies[operation.id] = self._compile(operation.body_schema or {})
        if not validator.is_valid(value):
            raise InvalidRequest(_problems(validator.iter_errors(value), ("body",)))

    def form_readers(self, operation: Operation) -> dict[str, Reader]:
        """Return, for each declared form field, the function that decodes its text."""
        schema = self._resolved(operation.body_schema or {})
        return {name: self._reader(one)[0] for name, one in schema["properties"].items()}

    def form_defaults(self, operation: Operation) -> dict[str, Any]:
        """Return the declared defaults of form fields."""
        schema = self._resolved(operation.body_schema or {})
        return {
            name: one["default"] for name, one in schema["properties"].items() if "default" in one
        }

    def form_files(self, operation: Operation) -> dict[str, bool]:
        """Return the declared file fields of a form, and whether each may be repeated."""
        files: dict[str, bool] = {}
        for name, one in self._resolved(operation.body_schema or {})["properties"].items():
            inner = one.get("items", one)
            if inner.get("format") == "binary":
                files[name] = "items" in one
        return files

    def answer(self, operation: Operation, status: int, value: Any) -> str | None:
        """Return how a response violates the contract, or None when it matches."""
        key = (operation.id, status)
        if key not in self._answers:
            schema = operation.answers.get(str(status))
            if schema is None and status >= 400:
                schema = ERROR_SCHEMAS[operation.group]
            declared = schema is not None or str(status) in operation.answers
            self._answers[key] = self._compile((schema or {}) if declared else False)
        validator = self._answers[key]
        if validator is None or validator.is_valid(value):
            return None
        if str(status) not in operation.answers and status < 400:
            return f"status {status} is not declared"
        return "; ".join(
            f"{'.'.join(map(str, p.loc))}: {p.msg}"
            for p in _problems(validator.iter_errors(value), ("answer",))
        )

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._named(schema["$ref"].rpartition("/")[2])
        return schema

    def _named(self, name: str) -> Schema:
        closed = self._closed.get(name)
        if closed is None:
            closed = self._closed[name] = _close(self._contract.schemas[name])
        return closed

    def _compile(self, schema: Schema | bool) -> Draft202012Validator:
        if isinstance(schema, bool):
            return Draft202012Validator(schema)
        closed = _close(schema)
        needed: dict[str, Schema] = {}
        waiting = list(_references(closed))
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed[name] = self._named(name)
                waiting += _references(needed[name])
        whole = {**closed, "components": {"schemas": needed}}
        return Draft202012Validator(whole, validate_formats=True, offline=True)

    def _check(self, parameter: Parameter) -> _ParameterCheck:
        reader, many = self._reader(parameter.schema)
        return _ParameterCheck(
            name=parameter.name,
            place=parameter.place,
            required=parameter.required,
            default=parameter.schema.get("default"),
            many=many,
            reader=reader,
            validator=self._compile(parameter.schema),
        )

    def _reader(self, schema: Schema) -> tuple[Reader, bool]:
        schema = self._resolved(schema)
        for option in schema.get("anyOf", ()):
            if option.get("type") != "null":
                return self._reader(option)
        kind = schema.get("type")
        if kind == "array":
            return self._reader(schema["items"])[0], True
        return _READERS.get(str(kind), str), False


@dataclass(frozen=True, slots=True)
class _ParameterCheck:
    name: str
    place: str
    required: bool
    default: Any
    many: bool
    reader: Reader
    validator: Draft202012Validator

    def read(self, given: list[str] | None, problems: list[Problem]) -> Any:
        loc = (self.place, self.name)
        if given is None:
            if self.required:
                problems.append(Problem(loc, "Field required", "missing"))
            return self.default
        if len(given) > 1 and not self.many:
            problems.append(Problem(loc, "Sent more than once", "repeated"))
            return None
        try:
            value = [self.reader(one) for one in given]
        except ValueError as error:
            problems.append(Problem(loc, str(error), "parsing"))
            return None
        checked = value if self.many else value[0]
        if not self.validator.is_valid(checked):
            problems += _problems(self.validator.iter_errors(checked), loc)
        return checked


def _read_integer(text: str) -> int:
    if not _INTEGER.match(text):
        raise ValueError("Input should be a valid integer")
    return int(text)


def _read_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("Input should be a valid number") from None


def _read_boolean(text: str) -> bool:
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise ValueError("Input should be a valid boolean")


_READERS: Final[dict[str, Reader]] = {
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
}


def _close(schema: Schema) -> Schema:
    """Return a copy without descriptions, whose objects refuse properties that are not named."""

    def copy(value: Any) -> Any:
        if isinstance(value, list):
            return [copy(one) for one in cast("Any", value)]
        if not isinstance(value, dict):
            return value
        source = cast("dict[str, Any]", value)
        result = {
            key: {name: copy(one) for name, one in inner.items()}
            if key == "properties"
            else inner
            if key in {"default", "enum", "const"}
            else copy(inner)
            for key, inner in source.items()
            if key not in {"description", "title", "examples", "example", "x-contract"}
        }
        if "properties" in result:
            result.setdefault("additionalProperties", False)
        return result

    return cast("Schema", copy(schema))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        source = cast("dict[str, Any]", value)
        if isinstance(source.get("$ref"), str):
            yield source["$ref"].rpartition("/")[2]
        for one in source.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in cast("Any", value):
            yield from _references(one)


def _problems(errors: Iterable[ValidationError], prefix: tuple[str | int, ...]) -> list[Problem]:
    return [problem for error in errors for problem in _explain(error, prefix)]


def _explain(error: ValidationError, prefix: tuple[str | int, ...]) -> Iterator[Problem]:
    loc = (*prefix, *error.instance_path)
    kind = error.kind
    if isinstance(kind, ValidationErrorKind.Required):
        yield Problem((*loc, kind.property), "Field required", "missing")
    elif isinstance(kind, ValidationErrorKind.AdditionalProperties):
        for name in kind.unexpected:
            yield Problem((*loc, name), f"Unknown field {name!r}", "extra_forbidden")
    elif isinstance(kind, ValidationErrorKind.AnyOf):
        # "string or null" fails twice; only the message of the non-null branch helps the reader.
        helpful = [
            one
            for branch in kind.context
            for one in branch
            if not (isinstance(one.kind, ValidationErrorKind.Type) and one.kind.types == ["null"])
        ]
        for one in helpful:
            yield from _explain(one, prefix)
    else:
        yield Problem(loc, error.message, kind.name)


@lru_cache(maxsize=1)
def load_validators() -> Validators:
    """Return the validators of this installation's contract."""
    return Validators(load_contract())
