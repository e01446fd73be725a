"""`python -m bot` is `plenary`."""

from bot.cli import main

main()
