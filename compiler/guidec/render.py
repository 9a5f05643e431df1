"""DOT text to SVG text, by the renderer that comes with guidec or by `dot` on PATH."""

import hashlib
import shutil
import subprocess
import sysconfig
from pathlib import Path

_SECONDS = 120
_GRAPHVIZ_FONT = 'font-family="Helvetica,sans-Serif"'
_FONTS = (
    'font-family="Helvetica,Arial,Liberation Sans,Nimbus Sans,Arimo,sans-serif"'  # all as wide as Helvetica
)


def dot_digest(dot: str) -> str:
    """What names a DOT text inside the SVG that was drawn from it."""
    return "sha256:" + hashlib.sha256(dot.encode()).hexdigest()


def renderer() -> list[str] | None:
    """The command that draws, or None where there is none."""
    name = "graphviz-pure"
    own = Path(sysconfig.get_path("scripts")) / name
    for path in (own, own.with_suffix(".exe")):
        if path.is_file():
            return [str(path)]
    for other in (name, "dot"):
        found = shutil.which(other)
        if found:
            return [found]
    return None


def draw(dot: str, form: str = "svg") -> bytes | str:
    """The drawing, or the reason why there is none."""
    command = renderer()
    if command is None:
        return "no renderer is installed: `pip install graphviz-pure`, or put Graphviz's `dot` on PATH"
    try:
        done = subprocess.run(
            [*command, f"-T{form}"], input=dot.encode(), capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        return f"`{Path(command[0]).name}` failed: {fault}"
    if done.returncode or not done.stdout:
        return f"`{Path(command[0]).name}` failed: {done.stderr.decode('utf-8', 'replace').strip()[:300]}"
    return done.stdout


def svg_of(dot: str) -> tuple[str | None, str]:
    """The SVG with the digest of its DOT, or None and the reason."""
    drawn = draw(dot)
    if isinstance(drawn, str):
        return None, drawn
    text = drawn.decode("utf-8", "replace").replace("\r\n", "\n").replace(_GRAPHVIZ_FONT, _FONTS)
    mark = f"<!-- dot {dot_digest(dot)} -->\n"
    at = text.find("<svg")
    return text[:at] + mark + text[at:], ""


def carries_digest(svg: str, dot: str) -> bool:
    """Whether an SVG was drawn from this DOT."""
    return f"<!-- dot {dot_digest(dot)} -->" in svg
