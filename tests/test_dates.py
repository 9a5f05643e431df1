"""Calendar arithmetic: overflow rules, series, completed units, the ends of the calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidec.dates import add, completed

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("start", "amount", "word", "back", "forward"),
    [
        ("2024-01-31", 1, "month", "2024-02-29", "2024-03-01"),
        ("2023-01-31", 1, "month", "2023-02-28", "2023-03-01"),
        ("2024-01-31", 2, "months", "2024-03-31", "2024-03-31"),
        ("2024-03-31", -1, "month", "2024-02-29", "2024-03-01"),
        ("2024-02-29", 1, "year", "2025-02-28", "2025-03-01"),
        ("2024-02-29", 4, "year", "2028-02-29", "2028-02-29"),
        ("2024-12-31", 2, "month", "2025-02-28", "2025-03-01"),
        ("2024-10-31", 1, "month", "2024-11-30", "2024-12-01"),
        ("2024-01-15", -13, "month", "2022-12-15", "2022-12-15"),
        ("1900-01-29", 1, "month", "1900-02-28", "1900-03-01"),
        ("2000-01-30", 1, "month", "2000-02-29", "2000-03-01"),
        ("2024-02-28", 2, "day", "2024-03-01", "2024-03-01"),
        ("2024-02-28", -1, "week", "2024-02-21", "2024-02-21"),
    ],
)
def test_a_month_without_the_day_goes_by_the_rule(
    start: str, amount: int, word: str, back: str, forward: str
) -> None:
    day = date.fromisoformat(start)
    assert add(day, amount, word.removesuffix("s"), "back").isoformat() == back
    assert add(day, amount, word.removesuffix("s"), "forward").isoformat() == forward


def test_a_series_counts_from_its_start() -> None:
    start = date(2024, 1, 31)
    dates = [add(start, at, "month", "back").day for at in range(5)]
    assert dates == [31, 29, 31, 30, 31]


def test_a_date_outside_the_calendar_and_a_missing_rule_are_told() -> None:
    for amount, word in ((1, "day"), (1, "week"), (1, "month"), (1, "year")):
        with pytest.raises(OverflowError):
            add(date(9999, 12, 31), amount, word, "forward")
        with pytest.raises(OverflowError):
            add(date(1, 1, 1), -amount, word, "back")
    with pytest.raises(ValueError, match="2023-02 has no day 31"):
        add(date(2023, 1, 31), 1, "month", None)
    assert add(date(2023, 1, 28), 1, "month", None) == date(2023, 2, 28)


@pytest.mark.parametrize(
    ("first", "second", "years", "months"),
    [
        ("2004-02-29", "2005-02-28", 0, 11),
        ("2004-02-29", "2005-03-01", 1, 12),
        ("2004-02-29", "2008-02-28", 3, 47),
        ("2004-02-29", "2008-02-29", 4, 48),
        ("2024-01-31", "2024-02-29", 0, 0),
        ("2024-01-31", "2024-03-01", 0, 1),
        ("2024-05-01", "2024-04-30", -1, -1),
        ("2024-05-01", "2023-05-01", -1, -12),
        ("2024-05-01", "2024-05-01", 0, 0),
    ],
)
def test_completed_years_and_months_compare_month_and_day(
    first: str, second: str, years: int, months: int
) -> None:
    start, end = date.fromisoformat(first), date.fromisoformat(second)
    assert (completed("year", start, end), completed("month", start, end)) == (years, months)


@given(DAYS, DAYS, DAYS)
def test_completed_units_are_monotone_in_both_dates(one: date, two: date, three: date) -> None:
    first, second, third = sorted((one, two, three))
    for word in ("day", "week", "month", "year"):
        assert completed(word, first, second) <= completed(word, first, third)
        assert completed(word, first, third) >= completed(word, second, third)


@given(DAYS, st.integers(-600, 600), st.sampled_from(("back", "forward")))
def test_units_added_are_completed(day: date, amount: int, overflow: str) -> None:
    assert completed("day", day, add(day, amount, "day", overflow)) == amount
    assert completed("week", day, add(day, amount, "week", overflow)) == amount
    if overflow == "forward":
        assert completed("month", day, add(day, amount, "month", overflow)) == amount
        assert completed("year", day, add(day, amount // 12, "year", overflow)) == amount // 12


@given(DAYS, DAYS, st.integers(-600, 600), st.sampled_from(("back", "forward")))
def test_adding_keeps_the_order_of_dates(one: date, two: date, amount: int, overflow: str) -> None:
    first, second = sorted((one, two))
    assert add(first, amount, "month", overflow) <= add(second, amount, "month", overflow)
