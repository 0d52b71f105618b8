"""What the benches make of their figures, and what /proc says of a process."""
import os, random, statistics


def interval(values, of=statistics.median):
    """The median and its 95 % bootstrap interval."""
    generator = random.Random(1)
    medians = sorted(of(generator.choices(values, k=len(values))) for _ in range(1000))
    return of(values), medians[25], medians[974]


def ratio(over, under):
    return interval([a / b for a, b in zip(over, under)])


def table(header, rows):
    widths = [max(len(str(row[i])) for row in [header] + rows) for i in range(len(header))]
    for row in [header] + rows:
        print("  " + "  ".join(str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                               for i, (cell, width) in enumerate(zip(row, widths))))


def shown(figure):
    return "{:.2f} [{:.2f}–{:.2f}]".format(*figure)


def goal(text, value, bound, at_most=True):
    met = value <= bound if at_most else value >= bound
    print(f"  {'met   ' if met else 'MISSED'}  {text}: {value:.2f}, goal {'at most' if at_most else 'at least'} {bound}")


def descendants(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as file:
            for child in map(int, file.read().split()):
                found += [child] + descendants(child)
    return found


def field(path, name):
    with open(path) as file:
        for line in file:
            if line.startswith(name + ":"):
                return int(line.split()[1])
    return 0


def comm(pid):
    with open(f"/proc/{pid}/comm") as file:
        return file.read().strip()
