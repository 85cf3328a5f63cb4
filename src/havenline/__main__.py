"""Run the command line with ``python -m havenline``."""

from havenline.cli import main

if __name__ == "__main__":
    main()
