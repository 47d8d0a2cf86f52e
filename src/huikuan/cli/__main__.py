"""`python -m huikuan.cli`."""

from huikuan.cli import main

main()
