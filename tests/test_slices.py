"""What is kept of a guideline, used for every small change of it: each change is judged as if nothing had been kept."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from guidec import ast, ir
from guidec.diagnostic import Diagnostic, in_order
from guidec.document import encode
from guidec.layout import declaration_text
from guidec.mutants.changes import mutations
from guidec.mutants.names import names_of
from guidec.pipeline import Compilation, compile_file
from guidec.proofs import amounts, missing, properties, whole
from guidec.proofs.checked import check, report, report_json, report_text
from guidec.proofs.grounds import slice_of_claim
from guidec.proofs.remembered import Store
from guidec.proofs.slices import whole_of

TWO = (Path(__file__).parent / "data" / "remembered" / "two.guide").read_text("utf-8")
AVOIDING = f"""{TWO}
drug class blocking "Blocking" = blocker

avoid blocking when fvc < 20 % "too ill"

avoid blocking with paracetamol "they don't go together"
"""
EDITS = (
    ("from 2 to 80", "from 2 to 60"),
    ("from 34 to 43", "from 34 to 41"),
    ("from 0 to 120", "from 0 to 60"),
    ("step 0.1", "step 0.5"),
    ('  yes_only "For them only"\n  for_all  "For all"', '  for_all "For all"\n  yes_only "For them only"'),
    ('    slow "Slow"\n', '    slow "Slow"\n    odd "Odd"\n'),
    ('    abroad "Abroad"', '    abroad "Abroad"\n    ship "At sea"'),
    ("= blocker", "= paracetamol"),
    ("  applies when care is one of ward, home\n", ""),
    ("determined lungs when", "determined again when"),
    ("at most 5 g/d", "at least 5 g/d"),
    ("fvc >= 70 %\n", "fvc >= 69 %\n"),
)

EVERY = 30
"""Of the mutants every so many are looked at; the rest differ little from them, and each takes half a second."""

Looked = tuple[tuple[Diagnostic, ...], dict[str, Any], str]


def compiled(text: str) -> Compilation:
    return compile_file("two.guide", lambda name: text.encode())


def looked(of: Compilation, store: Store | None = None) -> Looked:
    """All that `check --report` tells."""
    assert of.compiled is not None and of.work is not None, of.diagnostics
    checked = check(of.compiled, of.work, of.properties, store=store)
    found = report(of.compiled, of.work, checked, store=store)
    return tuple(in_order(checked.diagnostics)), report_json(found), report_text(found)


def keeping(texts: dict[str, str]) -> Store:
    return Store("these tests", texts.get, texts.__setitem__)


def kept_of(text: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    looked(compiled(text), keeping(texts))
    return texts


def edited(text: str) -> Iterator[str]:
    """The text with one small change, in turn."""
    yield from (text.replace(*one) for one in EDITS if one[0] in text)
    yield from islice(mutants(text), 0, None, EVERY)


def mutants(text: str) -> Iterator[str]:
    of = compiled(text)
    assert of.compiled is not None, of.diagnostics
    declarations = of.files[-1].declarations
    names = names_of(of.compiled.guideline)
    for at, declaration in enumerate(declarations):
        for one in mutations(declaration, names):
            some: list[ast.Declaration] = [*declarations]
            some[at : at + 1] = [] if one.into is None else [one.into]
            yield "\n".join(declaration_text(part) for part in some)


def changes(text: str) -> Iterator[Compilation]:
    """Each change that has no faults."""
    some = (compiled(one) for one in dict.fromkeys(edited(text)))
    return (one for one in some if one.compiled is not None)


@pytest.mark.parametrize("text", [TWO, AVOIDING], ids=["two", "avoiding"])
def test_every_change_is_judged_as_if_nothing_had_been_kept(text: str) -> None:
    kept = kept_of(text)
    used = count = 0
    for count, one in enumerate(changes(text), 1):  # noqa: B007
        texts = dict(kept)
        assert looked(one, keeping(texts)) == looked(one), one.texts
        used += len(texts) < 2 * len(kept)
    assert count > 12
    assert used, "something of what was kept is used"


def _without(name: str, nothing: object) -> Callable[[Any], Any]:
    """A digest that forgets a part of the guideline."""

    def forgetful(cut: Any) -> Any:
        return encode(replace(cut, **{name: nothing}))

    return forgetful


DIGEST = "guidec.proofs.slices.encode"
FORGOTTEN: dict[str, tuple[tuple[str, str], tuple[str, object]]] = {
    "inputs": (("from 2 to 80", "from 2 to 90"), (DIGEST, _without("inputs", ()))),
    "items": (("= blocker", "= paracetamol"), (DIGEST, _without("items", ()))),
    "definitions": (("fvc < 70 %\n", "fvc < 75 %\n"), (DIGEST, _without("definitions", ()))),
    "regimens": (("15 mg/kg", "20 mg/kg"), (DIGEST, _without("regimens", ()))),
    "decisions": (("slow: recommend alone", "slow: recommend both"), (DIGEST, _without("decisions", ()))),
    "rules": (("fast and fvc < 50 %", "fast and fvc < 30 %"), (DIGEST, _without("rules", ()))),
    "impossible": (("fvc > 110 %", "fvc > 119 %"), (DIGEST, _without("impossible", ()))),
    "scope": (("one of ward, home\n", "one of ward, home and fvc > 50 %\n"), (DIGEST, _without("applies", None))),
    "the claim": (("always cover when", "never cover when"), ("guidec.proofs.properties.encode", lambda claim: "")),
    "the whole": (("fvc < 30 %", "fvc >= 0 %"), ("guidec.proofs.whole.encode", lambda guideline: "")),
}  # fmt: skip


@pytest.mark.parametrize("part", FORGOTTEN)
def test_a_key_that_forgets_something_is_found_out(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is an edit that the test above would not survive: judged wrongly without the part in the key, rightly with it."""
    edit, fault = FORGOTTEN[part]
    assert edit[0] in AVOIDING
    changed = compiled(AVOIDING.replace(*edit))
    fresh = told(changed)
    assert told(changed, keeping(dict(claims_kept()))) == fresh
    monkeypatch.setattr(*fault)
    texts: dict[str, str] = {}
    told(compiled(AVOIDING), keeping(texts))
    assert told(changed, keeping(texts)) != fresh


def told(of: Compilation, store: Store | None = None) -> tuple[Diagnostic, ...]:
    """All that `check` tells."""
    assert of.compiled is not None and of.work is not None, of.diagnostics
    return tuple(in_order(check(of.compiled, of.work, of.properties, store=store).diagnostics))


@cache
def claims_kept() -> dict[str, str]:
    texts: dict[str, str] = {}
    told(compiled(AVOIDING), keeping(texts))
    return texts


# --- what is asked again -----------------------------------------------------


def asked_again(text: str, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The claims that are proven, the drugs that are measured, the decisions that are looked into."""
    found: dict[str, list[str]] = {"claims": [], "drugs": [], "decisions": [], "whole": []}

    def watched(module: Any, function: str, kind: str, told: Callable[..., str]) -> None:
        original = vars(module)[function]

        def counted(*arguments: Any) -> Any:
            found[kind].append(told(*arguments))
            return original(*arguments)

        monkeypatch.setattr(module, function, counted)

    of = compiled(text)
    with monkeypatch.context() as monkeypatch:  # noqa: PLR1704
        watched(properties, "_proven", "claims", lambda prover: prover.claim.text)
        watched(amounts, "_places", "drugs", lambda work, drug: drug)
        watched(missing, "_wants_of", "decisions", lambda compiled, work, decision: decision)
        watched(whole, "_in_vain", "whole", lambda work: work.guideline.id)
        warm = looked(of, keeping(dict(texts)))
    assert warm == looked(of)
    return found


NOTHING: dict[str, list[str]] = {"claims": [], "drugs": [], "decisions": [], "whole": []}
WORDS = [
    ("guideline two", "# A remark.\n\nguideline two"),
    ("Two parts", "Some parts"),
    ("version 1.0.0", "version 2.0.0"),
    ('property of_fever "Fever"', 'property of_heat "Heat"\n  # A remark.'),
]


def test_nothing_is_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = kept_of(TWO)
    for one in WORDS:
        assert asked_again(TWO.replace(*one), texts, monkeypatch) == NOTHING, one


def test_a_label_asks_no_proof_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked_again(TWO.replace('"Against the fever?"', '"Against fever?"'), kept_of(TWO), monkeypatch)
    assert found == {**NOTHING, "whole": ["two"]}, "what is said in vain is told in labels"


def test_another_rule_asks_nothing_of_decisions_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked_again(TWO.replace("fvc < 50 %\n", "fvc < 51 %\n"), kept_of(TWO), monkeypatch)
    assert found["drugs"] == ["ointment"]
    assert not found["decisions"]
    assert found["claims"]
    assert all("cover" in one or "ointment" in one for one in found["claims"])


def test_another_decision_is_asked_again_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked_again(TWO.replace("38.5 Cel and not", "38.4 Cel and not"), kept_of(TWO), monkeypatch)
    lungs = whole_of_claims("lungs is") | whole_of_claims("both in lungs")
    assert found["decisions"] == ["fever"]
    assert found["drugs"] == ["paracetamol", "steroid"], "a rule asks whether a steroid is prescribed"
    assert not lungs & set(found["claims"])
    assert "never antipyretic when allergic" in found["claims"]


def whole_of_claims(word: str) -> set[str]:
    return {one.text for said in compiled(TWO).properties for one in said.claims if word in one.text}


def test_a_slice_has_what_a_claim_hangs_on_and_no_more() -> None:
    of = compiled(TWO)
    assert of.compiled is not None
    claim = next(one for said in of.properties for one in said.claims if "both in lungs" in one.text)
    cut = slice_of_claim(whole_of(of.compiled.guideline), claim).guideline
    assert [one.id for one in cut.decisions] == ["lungs"]
    assert [one.id for one in cut.inputs] == ["care", "fvc", "course"]
    assert [one.id for one in cut.definitions] == ["limited"]
    assert [one.id for one in cut.readings] == ["fast_only"]
    assert [one.id for one in cut.regimens] == ["alone", "both"]
    assert not cut.rules and len(cut.impossible) == 1


def test_what_asks_for_the_whole_answer_hangs_on_every_decision() -> None:
    of = compiled(TWO)
    assert of.compiled is not None
    claim = next(one for said in of.properties for one in said.claims if "always look" in one.text)
    cut = slice_of_claim(whole_of(of.compiled.guideline), claim).guideline
    assert cut.decisions and len(cut.decisions) == len(of.compiled.guideline.decisions)
    assert all(isinstance(one, ir.Rule) for one in cut.rules)


def test_faults_are_told_where_they_stand_now(monkeypatch: pytest.MonkeyPatch) -> None:
    text = TWO.replace("temperature > 41 Cel", "temperature > 41 Cel and fvc > 0 %") + (
        '\nadvise check hot "Hot" when temperature >= 34 Cel\n\n'
        'advise check cold "Cold" when temperature < 34 Cel and fvc < 20 %\n'
    )
    texts = kept_of(text)
    before = [one for one in looked(compiled(text))[0] if one.code != "property_refuted"]
    moved = text.replace("define limited", "# One.\n# Two.\n\ndefine limited").replace(
        'advise check hot "Hot" ', 'advise check hot "Hot"  '
    )
    assert asked_again(moved, texts, monkeypatch) == NOTHING
    there = [one for one in looked(compiled(moved), keeping(texts))[0] if one.code != "property_refuted"]
    assert len(before) > 1
    assert [one.span.line for one in there] == [one.span.line + 3 for one in before]
