"""What the parser refuses has the names of the contract, never an object's address."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_python_client.parser.errors import PropertyError
from openapi_python_client.parser.openapi import GeneratorData
from openapi_python_client.schema.untrusted_string import UntrustedString

from codegen import parser
from codegen.errors import CodegenError
from codegen.preparing import simplified
from tests.codegen.building import answering, ref

TEXT = {"type": "string"}
GONE = ref("Gone")


def refusal(schema: dict[str, Any]) -> str:
    """The message for a class `Box` whose property `lid` the parser cannot read."""
    box = {"type": "object", "properties": {"lid": TEXT}}
    document = simplified(answering(ref("Box"), {"Box": box}))
    document["components"]["schemas"]["Box"]["properties"]["lid"] = schema
    with pytest.raises(CodegenError) as caught:
        parser.read(document)
    return str(caught.value)


@pytest.mark.parametrize(
    "schema",
    [
        GONE,
        {"anyOf": [GONE, TEXT]},
        {"type": "array", "items": GONE},
        {"type": "array", "items": {"anyOf": [TEXT, GONE]}},
    ],
)
def test_a_property_that_the_parser_refuses_is_named(schema: dict[str, Any]) -> None:
    message = refusal(schema)
    assert "Box" in message
    assert "object at 0x" not in message


def test_an_operation_that_the_parser_refuses_is_named() -> None:
    document = simplified(answering(TEXT))
    document["paths"]["/things"]["get"]["x-answer"]["schema"] = GONE
    with pytest.raises(CodegenError, match="operation read Cannot parse response"):
        parser.read(document)


def test_a_union_that_the_parser_refuses_has_the_name_of_its_property() -> None:
    assert "Invalid property in union lid" in refusal({"anyOf": [GONE, TEXT]})


def test_texts_of_the_document_in_messages_of_the_parser_are_readable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refusing(*_: Any, **__: Any) -> Any:
        error = PropertyError(detail=f"no {UntrustedString('lid')}", header="box")
        return type("Data", (), {"errors": [error], "endpoint_collections_by_tag": {}})

    monkeypatch.setattr(GeneratorData, "from_dict", refusing)
    with pytest.raises(CodegenError, match="box no lid"):
        parser.read(simplified(answering(TEXT)))


def test_the_class_of_the_texts_is_as_it_was_afterwards() -> None:
    parser.read(simplified(answering(TEXT)))
    assert UntrustedString.__str__ is object.__str__
