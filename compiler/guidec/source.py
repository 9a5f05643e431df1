"""Places in a text: what a diagnostic points at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file; lines and columns count from 1, the end is the column after the last character."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: "Span") -> "Span":
        """From the start of this span to the end of the other."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)


def start_of(file: str) -> Span:
    """The first character of a file: where a fault of the file as a whole is shown."""
    return Span(file, 1, 1, 1, 2)
