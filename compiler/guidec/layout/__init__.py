"""Ast to text: the one layout of the language, for `guidec fmt` and for whatever else writes it."""

from collections.abc import Iterable

from guidec import ast
from guidec.layout.declarations import claim_line, declaration_line
from guidec.layout.expressions import expression_text
from guidec.layout.line import flat
from guidec.layout.margin import Comment, margin_of
from guidec.layout.setting import setting_of
from guidec.layout.words import as_meant, branch_label_text, given_text, quantity_text
from guidec.record import record

__all__ = [
    "as_meant", "branch_label_text", "claim_text", "declaration_text", "expression_text", "file_text", "given_text",
    "quantity_text",
]  # fmt: skip


def declaration_text(declaration: ast.Declaration) -> str:
    """A declaration as it is written, its last line ended."""
    return setting_of(declaration_line(declaration)).text


def claim_text(claim: ast.Claim) -> str:
    """A claim in one line."""
    return "".join(flat(column) for column in claim_line(claim).columns)


@record
class _Piece:
    """A declaration or a comment between declarations; `apart` where a blank line is above it."""

    text: str
    apart: bool
    is_comment: bool

    @property
    def is_long(self) -> bool:
        return self.text.count("\n") > 1


def file_text(file: ast.File, text: str) -> str:
    """The text of a file that was read without a fault, in the one layout, with its comments."""
    lines = text.split("\n")
    starts = [declaration.span.line - 1 for declaration in file.declarations]
    ends = [*starts, len(lines)]
    pieces = _comments(margin_of("\n".join(lines[: ends[0]])).comments)
    for declaration, start, end in zip(file.declarations, starts, ends[1:], strict=True):
        setting = setting_of(declaration_line(declaration), "\n".join(lines[start:end]))
        pieces.append(_Piece(setting.text, not lines[start - 1].strip(), False))
        pieces += _comments(setting.left)
    return "".join(
        f"\n{piece.text}" if at and _stands_apart(pieces, at) else piece.text
        for at, piece in enumerate(pieces)
    )


def _comments(comments: Iterable[Comment]) -> list[_Piece]:
    return [_Piece(f"{one.text}\n", one.apart, True) for one in comments]


def _stands_apart(pieces: list[_Piece], at: int) -> bool:
    """Whether a blank line goes before a piece: as the author had it, and around every declaration of several lines.

    Comments on a declaration go with it; those that a blank line parts from it stay with what is above them.
    """
    before = pieces[at - 1]
    if pieces[at].apart or before.is_comment:
        return pieces[at].apart
    while pieces[at].is_comment:
        at += 1
        if at == len(pieces) or pieces[at].apart:
            return False
    return before.is_long or pieces[at].is_long
