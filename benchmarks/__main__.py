"""`make bench`: every benchmark, one after another, each with its own ratios."""

import runpy
import sys

ALL = ("start", "adapter", "drawing", "history")

if __name__ == "__main__":
    wanted = sys.argv[1:] or ALL
    for name in wanted:
        print(f"\n== {name}", flush=True)
        sys.argv = [name]
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")
