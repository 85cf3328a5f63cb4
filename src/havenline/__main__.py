"""Run the command line: ``python -m havenline`` and the command ``havenline``."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is still loading is no traceback either."""
    try:
        from havenline import cli
    except KeyboardInterrupt:
        sys.stderr.write("Stopped before the end.\n")
        sys.exit(1)
    cli.main()


if __name__ == "__main__":
    main()
