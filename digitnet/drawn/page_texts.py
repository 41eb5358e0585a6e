"""What is written: words, and numbers with and without marks in them."""

import numpy as np

# Some hold letters that would be digits if they stood alone.
WORDS = """
total sum date name room price tax net gross page order number street city phone fax Monday
Tuesday March July August minutes hours euro dollars grams milk bread apples eggs butter flour
sugar salt coffee paper books lesson class pupil grade score team home away goal level area
volume angle sin cos log max min mean rate speed time length width height weight from until
about with and the for not left right top new old yes no invoice customer account balance amount
due paid cash card serial model version part item qty unit pack box lot test sample blood
patient dose Strasse Haus Datum Summe Preis Uhr Tag Woche Jahr Menge Stuck Zahl Seite Blatt
Rechnung Nummer Telefon jour mois prix nombre rue ville fecha nombre precio casa kilo
litro km cm kg ml mm EUR USD TOTAL SUM NAME DATE ROOM BUS TRAIN GATE SEAT FLIGHT SOLD BILL BOOK
ZERO SIZE OIL GAS BLOCK FLOOR LEVEL hello world Bob Alice lol good egg bill solo silo slab blog
goggles zigzag quiz jazz boss less glass ball bell
""".split()
_LENGTHS = [0.2, 0.22, 0.18, 0.15, 0.1, 0.06, 0.05, 0.04]


def number_text(random: np.random.Generator, longest: int = 8) -> str:
    """A number's digits: any, with noughts at the end, or one digit again and again."""
    count = int(min(longest, random.choice([1, 2, 3, 4, 5, 6, 7, 8], p=_LENGTHS)))
    digits = random.integers(0, 10, count)
    kind = random.random()
    if kind < 0.12:
        digits[1:] = 0
    elif kind < 0.17:
        digits[:] = digits[0]
    elif kind < 0.22:
        digits = random.choice([1, 7, 0, 4], count)
    return "".join(map(str, digits))


def noted_text(random: np.random.Generator) -> str:
    """A number with marks in it: a price, date, time, telephone number, share."""
    a, b, c = (number_text(random, n) for n in (4, 2, 3))
    two = f"{random.integers(100):02d}"
    return str(
        random.choice(
            [f"{a}.{b}", f"{a},{two}", f"{b}/{two}", f"{b}:{two}", f"{two}.{two}.{two}"]
            + [f"{b}-{c}", f"({b}){a}", f"{b}%", f"({c})", f"{a}.", f"{two}/{two}/20{two}", f"-{b}"]
        )
    )


def word_text(random: np.random.Generator) -> str:
    """A word of the list, or letters that could be one; in lower case, capitals, or one capital."""
    if random.random() < 0.6:
        word = str(random.choice(WORDS))
    else:
        letters = random.choice(list("aeiounrtslmdkpbghocvwzfyxqj"), int(random.integers(2, 10)))
        word = "".join(letters)
        if not set(word) & set("aeunrtmdkphcvwfx"):
            word += "m"  # "ll" or "oo" alone would be 11 or 00
    case = random.random()
    return word.upper() if case < 0.2 else word.capitalize() if case < 0.4 else word
