"""dbt on a project that is parsed already: `python parsed_dbt.py PARTIAL_PARSE ARGUMENTS…`, run as a script by the refresh.

dbt parses anew whenever a variable or the path of the database differs, which is every night, and takes seconds for it. The
caller vouches that the parsed project is the one to run.
"""

import sys
from pathlib import Path


def main() -> None:
    """Run dbt with the arguments that follow the parsed project's path; exits as dbt does."""
    sys.path.pop(0)  # This folder holds a module called dbt as well.
    from dbt.cli.main import cli
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(Path(sys.argv[1]).read_bytes(), decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()
    cli(sys.argv[2:], obj={"manifest": manifest})


if __name__ == "__main__":
    main()
