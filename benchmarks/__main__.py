"""`make bench`: every benchmark, one after another, each with its own ratios. Some twelve minutes.

python -m benchmarks [--long] [NAME …]
"""

import argparse
import runpy
import sys
import tempfile

ALL = ("start", "imports", "adapter", "drawing", "depth", "program", "history", "searching", "memory")
LONG = ("drawing", "depth", "memory")
"""Have a long form."""
SHORT = {"adapter": ["--frames", "500", "--streams", "1,8"], "imports": ["--runs", "2"]}
"""Options of those whose own form is a long one."""
KEEPING = ("history", "searching")
"""Read the same histories, which take minutes to be made."""


def main() -> None:
    """Run those that were named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ALL)}; all when none is named")
    parser.add_argument("--long", action="store_true", help="more cases and longer runs: an hour")
    options = parser.parse_args()
    if unknown := set(options.names) - {*ALL}:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names or ALL:
            print(f"\n== {name}", flush=True)
            form = (["--long"] if name in LONG else []) if options.long else SHORT.get(name, [])
            sys.argv = [name, *form, *(["--keep", folder] if name in KEEPING else [])]
            runpy.run_module(f"benchmarks.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
