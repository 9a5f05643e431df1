"""The names that a guideline may use, and the faults found while they are looked up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from guidec import ast, ir
from guidec.diagnostic import Diagnostic, listed, nearest, warning
from guidec.source import Span
from guidec.units import Dimension

Thing = TypeVar("Thing")


@dataclass(slots=True)
class Scope:
    """Everything that is declared, each kind in its own name space. Filled while a guideline is resolved."""

    found: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, ir.Source] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, ir.Input] = field(default_factory=dict)
    drugs: dict[str, ir.Item] = field(default_factory=dict)
    classes: dict[str, ir.Item] = field(default_factory=dict)
    procedures: dict[str, ir.Item] = field(default_factory=dict)
    tests: dict[str, ir.Item] = field(default_factory=dict)
    readings: dict[str, ir.Reading] = field(default_factory=dict)
    written: dict[str, ast.Define] = field(default_factory=dict)
    definitions: dict[str, ir.Definition | None] = field(default_factory=dict)
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    resolving: list[str] = field(default_factory=list)
    regimens: dict[str, ir.Regimen] = field(default_factory=dict)
    decisions: dict[str, ast.Decision | ast.Options] = field(default_factory=dict)
    outcomes: dict[str, set[str]] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    cited: dict[str, list[Span]] = field(default_factory=dict)

    def fault(self, code: str, message: str, span: Span, repair: str = "") -> None:
        """Note an error."""
        self.found.append(Diagnostic(code, message, span, repair))

    def warn(self, code: str, message: str, span: Span, repair: str = "") -> None:
        """Note a warning."""
        self.found.append(warning(code, message, span, repair))

    def look_up(self, kind: str, name: ast.Name, known: Mapping[str, Thing]) -> Thing | None:
        """The thing of that name, marked as used; or None and a fault that proposes the nearest name."""
        if name.text in known:
            self.used.add((kind, name.text))
            return known[name.text]
        self.unknown(kind, name, known)
        return None

    def unknown(self, kind: str, name: ast.Name, known: Iterable[str]) -> None:
        """No such name: propose the nearest."""
        names = sorted(known)
        repair = nearest(name.text, names) or (
            f"known: {listed(names[:6])}" if names and len(names) <= 6 else f"declare the {kind}"
        )
        article = "an" if kind[0] in "aeiou" else "a"
        self.fault(
            "unknown_name",
            f"no {kind} is called `{name.text}`"
            if kind != "name"
            else f"`{name.text}` is not {article} name that is declared",
            name.span,
            repair,
        )

    def declare(self, kind: str, name: ast.Name, known: Mapping[str, object]) -> bool:
        """Whether the name is still free in its name space; a fault if it isn't."""
        if name.text in known:
            self.fault(
                "duplicate_name",
                f"`{name.text}` is declared twice",
                name.span,
                f"give this {kind} another name",
            )
            return False
        return True

    def cite(self, cites: ast.Cites) -> ir.Citation:
        """The statements cited; each must stand in a register of this guideline."""
        for cite in cites:
            if cite.id not in self.statements:
                registers = (
                    "no register holds"
                    if self.statements
                    else "this file has no source with a register that holds"
                )
                self.fault(
                    "unknown_statement",
                    f"{registers} the statement `{cite.id}`",
                    cite.span,
                    nearest(cite.id, self.statements),
                )
            else:
                self.cited.setdefault(cite.id, []).append(cite.span)
        return ir.Citation(
            tuple(dict.fromkeys(cite.id for cite in cites if not cite.ours)),
            tuple(dict.fromkeys(cite.id for cite in cites if cite.ours)),
        )

    def drug_list(self) -> ir.Input | None:
        """The input that `taking` asks, if there is one."""
        for entry in self.inputs.values():
            if isinstance(entry.type, ir.AnyOf) and entry.type.drugs:
                return entry
        return None
