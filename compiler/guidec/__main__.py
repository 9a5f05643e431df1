"""`python -m guidec` is `guidec`."""

from guidec.cli import main

main()
