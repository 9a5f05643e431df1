"""Doses in bands to their faults: values without a dose, values with two, bands that nobody reaches."""

from guidec import ir
from guidec.lower.faults import Arms, check_gap, check_overlap, check_reached
from guidec.lower.work import Lowering, all_impossible, checked


def check_bands(work: Lowering, dose: ir.DoseInBands) -> None:
    """For every patient exactly one band holds."""
    context = work.diagrams.negate(all_impossible(work))
    tests = [checked(work, band.when, context, band.span) for band in dose.bands]
    arms = Arms("band", dose.by, dose.span, tuple(band.span for band in dose.bands), False)
    check_overlap(work, arms, tests, context)
    check_gap(work, arms, work.diagrams.both(context, work.diagrams.negate(work.diagrams.any(tests))))
    for at, test in enumerate(tests):
        check_reached(work, arms, at, work.diagrams.both(context, test))
