"""The `winback` command, and `python -m orchestration`: listens to signals before anything that takes time is imported."""

from typing import NoReturn

from orchestration.outcome import ending_in_words


def main() -> NoReturn:
    """Run the command."""
    with ending_in_words():
        from orchestration.cli import main as run

        run()


if __name__ == "__main__":
    main()
