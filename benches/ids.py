"""Writes N distinct credit codes with a right GB 32100 check digit, one per line."""
import sys

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
VALUE = {letter: value for value, letter in enumerate(ALPHABET)}

count = int(sys.argv[1])
with open(sys.argv[2], "w", encoding="ascii") as out:
    for n in range(count):
        body = f"91411202{n:09d}"
        total = sum(VALUE[c] * w for c, w in zip(body, WEIGHTS))
        out.write(body + ALPHABET[(31 - total % 31) % 31] + "\n")
