"""How good inputs are spoilt."""

from __future__ import annotations

from random import Random

SCRAPS = (
    *(
        "\0",
        "\r",
        "\n",
        "\r\n",
        "\t",
        '"',
        "'",
        ",",
        ";",
        ":",
        "=",
        "\\",
        "{",
        "[",
        "}",
    ),
    *(
        "\x1b[31m",
        "\u202e",
        "\u2028",
        "\x85",
        "\ufeff",
        "\u00a0",
        "\u200b",
        "é",
        "e\u0301",
    ),
    *(
        "😀",
        "１",
        "٣",
        "-",
        "/",
        ".",
        " ",
        "%s",
        "[red]",
        "0",
        "9" * 30,
        "none",
        "null",
    ),
    *("2026-01-05", "03/04/2026", "A" * 300),
)
"""What is put into texts: every delimiter, and what has broken programs before."""

STRAY = (
    *(
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\x80",
        b"\xf5\x80\x80\x80",
        b"\0",
        b"\0\0\0",
    ),
    *(b"\xff\xfe", b"PK\x03\x04", b"\x1f\x8b", b"\x1a", b"\x7f"),
)
"""What is no text in UTF-8, or is the beginning of another kind of file."""

HOSTILE = (
    *(
        "",
        " ",
        "none",
        "=1+1",
        "@SUM(A1)",
        "'2026-01-05",
        "NaN",
        "inf",
        "1e9",
        "-1",
        "0",
    ),
    *("9" * 400, "1.5", "0x10", "1_0", "２０２６-01-05", "03/04/2026", "2026-02-30"),
    *("2026-13-01", "1899-12-31", "2201-01-01", "46027", "2026-01-05T09:00", "5 Jan"),
    *("2026-01-05;2026-01-05", ";", ";;", ",", "yes", "YES", "[red]x[/red]", "%s%n"),
    *("\u202egnp", "\x1b[31m", "a\nb", "a\rb", "\t", "😀" * 70, "x" * 5000, "\udce9"),
    *("{}", "[]", '"', "--", "-", "--help", "-o", "~", "*", "\\", "CON", "\ufeff"),
)
"""Values that are wrong nearly everywhere."""


def mangled(rng: Random, text: str, most: int = 4) -> str:
    """A text after a few edits."""
    for _ in range(rng.randint(1, most)):
        at, end = _span(rng, len(text))
        part = text[at:end]
        new = rng.choice(
            (
                "",
                part * 2,
                part[::-1],
                part.swapcase(),
                rng.choice(SCRAPS),
                part + rng.choice(SCRAPS),
                chr(rng.randrange(32, 127)),
                chr(rng.randrange(0xD800)),
            )
        )
        text = text[:at] + new + text[end:]
    return text


def mangled_bytes(rng: Random, data: bytes, most: int = 4) -> bytes:
    """Bytes after a few edits: cut out, doubled, turned over, put in, cut short."""
    for _ in range(rng.randint(1, most)):
        at, end = _span(rng, len(data))
        part = data[at:end]
        new = rng.choice(
            (
                b"",
                part * 2,
                bytes([rng.randrange(256)]),
                rng.choice(STRAY),
                rng.choice(SCRAPS).encode(),
                part[:1] + bytes(byte ^ 1 << rng.randrange(8) for byte in part[1:2]),
            )
        )
        data = data[:at] + new + data[end:]
    return data[: rng.randrange(len(data) + 1)] if rng.random() < 0.05 else data


def _span(rng: Random, length: int) -> tuple[int, int]:
    """A place in a text: mostly small, now and then a long piece of it."""
    at = rng.randrange(length + 1)
    size = rng.randrange(4) if rng.random() < 0.9 else rng.randrange(200)
    return at, min(length, at + size)
