"""Calculates with numbers and dates."""

import calendar
import math
import random
import statistics
import struct
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal, Inexact, getcontext, localcontext
from fractions import Fraction

getcontext().prec = 40
print(Decimal(2).sqrt(), Decimal("1.005").quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN))
with localcontext() as context:
    context.prec = 5
    print(Decimal(1) / 7, context.flags[Inexact])
try:
    Decimal(1) / 0
except ArithmeticError as error:
    print(type(error).__name__, error)
print(Fraction("3.14").limit_denominator(10), Fraction(1, 3) + Fraction(1, 6))
print(math.factorial(30), math.isqrt(10**20), math.gcd(84, 36), f"{math.pi:.15f}", 0.1 + 0.2)
print(float("1e-320"), float.fromhex("0x1.8p3"), (2.5).as_integer_ratio(), round(2.675, 2))
print(statistics.mean([1, 2, 4]), statistics.quantiles(range(10), n=4), statistics.NormalDist(0, 1).cdf(0))
generator = random.Random("a seed")
print(generator.randint(0, 10**9), generator.choices("abc", k=5), generator.sample(range(100), 3))
print(struct.pack("<hIq3sd", -2, 7, 1 << 40, b"abc", 1.5).hex(), struct.calcsize("@lP"))

moment = datetime(2024, 2, 29, 12, 30, 15, 678, tzinfo=timezone(timedelta(hours=5, minutes=30)))
print(moment.isoformat(), moment.astimezone(timezone.utc), moment.timestamp())
# `strptime` is written in C and imports its Python part when it is first called.
print(datetime.strptime("2024-03-01 08:15 +0200", "%Y-%m-%d %H:%M %z"), moment.strftime("%a %d %B %Y %j %U"))
print(date(2024, 12, 30).isocalendar(), date.fromisoformat("2024-01-31") + timedelta(days=30))
print(date(2024, 5, 1) - date(2023, 5, 1), datetime.max - datetime.min)
print(calendar.month(2024, 2), calendar.monthrange(2023, 2))
print(int("9" * 30) % 97, (2**200).to_bytes(26, "big").hex(), bin(-10), f"{1234567.891:,.2f}", f"{255:#06x}")
