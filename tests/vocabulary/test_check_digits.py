"""Check digits against published examples, and against every single wrong digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rabet.vocabulary.check_digits import air_waybill, container_digit, iban, imo, luhn, vin


def test_published_examples() -> None:
    assert container_digit("CSQU305438") == 3  # ISO 6346
    assert luhn("490154203237518")  # IMEI of GSMA's own example
    assert imo("9074729")
    assert iban("GB82WEST12345698765432")  # ISO 13616
    assert air_waybill("02012345675")
    assert vin("1M8GDM9AXKP042788")
    assert vin("11111111111111111")


@given(st.text("0123456789", min_size=7, max_size=14), st.integers(0, 13), st.integers(1, 9))
def test_luhn_finds_every_single_wrong_digit(digits: str, place: int, shift: int) -> None:
    right = next(f"{digits}{digit}" for digit in range(10) if luhn(f"{digits}{digit}"))
    place %= len(right)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert not luhn(wrong)


@given(st.text("0123456789", min_size=18, max_size=18))
def test_iban_has_exactly_one_pair_of_check_digits(account: str) -> None:
    assert [pair for pair in range(100) if iban(f"IR{pair:02d}{account}")] != []
    assert not any(iban(f"IR{pair}{account}") for pair in ("00", "01", "99"))


@pytest.mark.parametrize("wrong", ["9074728", "9074730"])
def test_a_wrong_ship_number_fails(wrong: str) -> None:
    assert not imo(wrong)
