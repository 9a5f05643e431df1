"""Text to DOT that nothing in the text can end: strings, HTML-like labels, cells and lines."""

from guidec_targets.chart_text import Line, wrapped

FONT = "Helvetica"  # a PostScript name: renderers know its widths, and write sans-serif behind it
INK, PALE_INK = "#1a1a1a", "#8c8c8c"
WHITE, HEAD, QUIET = "#ffffff", "#dbe7f3", "#ececec"


def quoted(text: str) -> str:
    """A DOT string that nothing in the text can end."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def escaped(text: str) -> str:
    """Text inside an HTML-like label."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        clean = clean.replace(plain, entity)
    return clean or " "


def bold(html: str, yes: bool = True) -> str:
    return f"<B>{html}</B>" if yes else html


def small(text: str) -> str:
    return f'<FONT POINT-SIZE="9">{escaped(text)}</FONT>'


def colored(html: str, color: str) -> str:
    """Labels in another colour than the ink; nothing is written where it is the ink."""
    return html if color == INK else f'<FONT COLOR="{color}">{html}</FONT>'


def text_lines(text: str, width: int = 44) -> str:
    """Wrapped text whose lines begin at the left."""
    return "".join(f'{escaped(line)}<BR ALIGN="LEFT"/>' for line in wrapped(text, width))


def text_width(lines: list[str], strong: bool = False) -> int:
    """Points that the longest line takes: renderers guess too little where they lack the font."""
    return int(max(len(line) for line in lines) * (7.4 if strong else 6.4)) + 12


def line_html(line: Line, width: int) -> str:
    """A line of at most `width` characters, what follows of it indented, its statements smaller behind it."""
    indent = "&#160;" * (3 * line.indent)
    room = max(8, width - 3 * line.indent - (3 if line.strong else 0))
    parts = wrapped(line.text, room)
    rows = [
        bold((f"{indent}&#160;&#160;" if at else indent) + escaped(part), line.strong)
        for at, part in enumerate(parts)
    ]
    if line.italic:
        rows = [f"<I>{row}</I>" for row in rows]
    if line.cites and len(parts[-1]) + 0.9 * len(line.cites) <= room:
        rows[-1] += f"&#160;&#160;&#160; {small(line.cites)}"
    elif line.cites:
        rows += [f"{indent}&#160;&#160;{small(part)}" for part in wrapped(line.cites, room)]
    return '<BR ALIGN="LEFT"/>'.join(rows) + '<BR ALIGN="LEFT"/>'


def cell(html: str, more: str = "") -> str:
    """A cell whose lines begin at its left side."""
    return f'<TD ALIGN="LEFT" BALIGN="LEFT"{more}>{html}</TD>'


def table(rows: str, border: str, padding: int, color: str = INK) -> str:
    """A table with one frame; `border` holds what is particular about it."""
    return (
        f'<TABLE {border} CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}" BGCOLOR="{WHITE}" COLOR="{color}">'
        f"{rows}</TABLE>"
    )
