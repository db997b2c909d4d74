"""Draws the distribution of the round trips, as SVG."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 44, 56
COLOURS = {
    "ours": "#d9480f", "node": "#2b8a3e", "python": "#1971c2", "lws": "#862e9c", "own": "#495057",
}


def ticks(low, high):
    """1, 2 and 5 times the powers of ten between the two."""
    for exponent in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        for digit in 1, 2, 5:
            value = digit * 10**exponent
            if low <= value <= high:
                yield value


def plot(curves, names):
    """The curves by peer; each is the quantiles from the least to the greatest, which is left out."""
    curves = {peer: quantiles[:-1] for peer, quantiles in curves.items()}
    low = min(curve[0] for curve in curves.values()) / 1.1
    high = max(curve[-1] for curve in curves.values()) * 1.1
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def x(value):
        return LEFT + (right - LEFT) * math.log(value / low) / math.log(high / low)

    def y(fraction):
        return bottom - (bottom - TOP) * fraction

    def text(left, top, content, anchor="middle", extra=""):
        return f'<text x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}"{extra}>{escape(content)}</text>'

    def line(x1, y1, x2, y2):
        return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dee2e6"/>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="13" fill="#212529">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        text(LEFT, 24, "Round trip of an acknowledgement, one at a time, on one core", "start", ' font-weight="bold"'),
    ]
    for percent in range(0, 101, 25):
        height = y(percent / 100)
        parts += [line(LEFT, height, right, height), text(LEFT - 8, height + 4, f"{percent} %", "end")]
    for value in ticks(low, high):
        parts += [line(x(value), TOP, x(value), bottom), text(x(value), bottom + 18, f"{value:,}")]
    parts.append(text((LEFT + right) / 2, HEIGHT - 12, "µs, logarithmic; the slowest 0.5 % are left out"))
    for number, (peer, curve) in enumerate(curves.items()):
        points = " ".join(f"{x(value):.1f},{y(i / len(curve)):.1f}" for i, value in enumerate(curve))
        colour, top = COLOURS[peer], TOP + 16 + 22 * number
        parts += [
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>',
            f'<path d="M{right + 14} {top - 4}h22" stroke="{colour}" stroke-width="3"/>',
            text(right + 42, top, names[peer], "start"),
        ]
    return "\n".join([*parts, "</svg>", ""])
