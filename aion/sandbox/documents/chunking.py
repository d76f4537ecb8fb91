"""Splits a document into passages, the units of search. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from aion.sandbox.documents.extraction import Block, Text

LONGEST: Final = 1000
"""Maximum characters of a passage."""
_FULL: Final = 500
"""A passage of this length gets no further paragraph."""
_CUT: Final = re.compile(r"(?<=[.!?;:])\s+|\n+|\s+")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One passage."""

    content: str
    pages: tuple[int, ...]
    headings: tuple[str, ...]
    kind: str

    @property
    def tokens(self) -> int:
        """Its length in tokens, as estimated from its characters."""
        return max(1, (len(self.content) + 3) // 4)

    def as_json(self) -> dict[str, Any]:
        """Return its fields on the wire, without those of its document."""
        return {
            "content": self.content,
            "page_numbers": list(self.pages),
            "heading_hierarchy": list(self.headings),
            "metadata": {"token_count": self.tokens, "chunk_type": self.kind},
        }


def chunk_text(text: Text) -> list[Chunk]:
    """Split a document into passages: each in one section and page, at most `LONGEST` long."""
    chunks: list[Chunk] = []
    open_blocks: list[Block] = []

    def close() -> None:
        if open_blocks:
            kinds = {block.kind for block in open_blocks} - {"heading"}
            chunks.append(
                Chunk(
                    "\n\n".join(block.text for block in open_blocks),
                    tuple(sorted({block.page for block in open_blocks})),
                    open_blocks[-1].headings,
                    kinds.pop() if len(kinds) == 1 else "text" if kinds else "heading",
                )
            )
            open_blocks.clear()

    for block in text.blocks:
        for piece in _pieces(block):
            length = sum(len(one.text) + 2 for one in open_blocks)
            if _leaves(open_blocks, piece) or length >= _FULL or length + len(piece.text) > LONGEST:
                close()
            open_blocks.append(piece)
    close()
    return chunks


def _leaves(open_blocks: list[Block], piece: Block) -> bool:
    """Return whether a block begins another section or page; headings stay with their text."""
    if not open_blocks:
        return False
    last = open_blocks[-1]
    if all(one.kind == "heading" for one in open_blocks):
        return piece.headings[: len(last.headings)] != last.headings
    return piece.headings != last.headings or piece.page != last.page


def _pieces(block: Block) -> Iterator[Block]:
    """Return a block, or the parts of a long one, split after sentences or between words."""
    text = block.text
    while len(text) > LONGEST:
        end = _end(text)
        yield Block(text[:end].rstrip(), block.page, block.headings, block.kind)
        text = text[end:].lstrip()
    if text:
        yield Block(text, block.page, block.headings, block.kind)


def _end(text: str) -> int:
    best = 0
    for found in _CUT.finditer(text, _FULL, LONGEST):
        sentence = text[found.start() - 1] in ".!?"
        if sentence or text[best - 1 : best] not in {".", "!", "?"}:
            best = found.start()
    return best or LONGEST
