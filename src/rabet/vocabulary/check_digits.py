"""Check digits of international numbering. Each function takes ASCII text of the right length and says whether it proves itself.

A failed check is a mark of quality and never a reason to reject: a wrong number on a paper is evidence too.
"""

_ISO6346 = {
    **{str(digit): digit for digit in range(10)},
    # Letters run from 10, leaving out the multiples of 11.
    **dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (value for value in range(10, 39) if value % 11), strict=True)),
}
_VIN = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)),
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def container_digit(ten: str) -> int:
    """Return the check digit of owner code, category and serial number (10 characters). Source: ISO 6346 annex A."""
    return sum(_ISO6346[char] << place for place, char in enumerate(ten)) % 11 % 10


def luhn(digits: str) -> bool:
    """IMEI (3GPP TS 23.003 annex B), wagon numbers of UIC 438-2 and of the 1520 mm railways: the last digit closes the sum to tens."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def imo(seven: str) -> bool:
    """Ship number: digits times 7 to 2, last digit of the sum. Source: IMO resolution A.1117(30)."""
    return sum(int(digit) * weight for digit, weight in zip(seven, range(7, 1, -1), strict=False)) % 10 == int(seven[6])


def iban(text: str) -> bool:
    """Account number: remainder 1 by 97, with check digits in 02-98. Source: ISO 13616, ISO/IEC 7064 mod 97-10."""
    rotated = "".join(str(int(char, 36)) for char in text[4:] + text[:4])
    return "02" <= text[2:4] <= "98" and int(rotated) % 97 == 1


def air_waybill(eleven: str) -> bool:
    """Air waybill: the last digit is the serial number's remainder by 7. Source: IATA resolution 600a."""
    return int(eleven[3:10]) % 7 == int(eleven[10])


def vin(seventeen: str) -> bool:
    """Chassis number: ninth character is the weighted remainder by 11. Source: ISO 3779, 49 CFR 565.15. No letter I, O or Q."""
    remainder = sum(_VIN[char] * weight for char, weight in zip(seventeen, _VIN_WEIGHTS, strict=True)) % 11
    return seventeen[8] == ("X" if remainder == 10 else str(remainder))
