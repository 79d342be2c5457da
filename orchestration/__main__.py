"""The `winback` command, also `python -m orchestration`. It installs the signal listener before any slow import."""

from typing import NoReturn

from orchestration.outcome import ending_in_words


def main() -> NoReturn:
    """Run the command."""
    with ending_in_words():
        from orchestration.cli import main as run

        run()


if __name__ == "__main__":
    main()
