"""The sample landing: one real business and four invented ones, so that every table has something to show.

`write_sample` writes it, `is_sample` and `is_current` check whether a folder holds it, and `SAMPLE_AS_OF` is its last date.
"""

from orchestration.sample.days import SAMPLE_AS_OF
from orchestration.sample.landing import SAMPLE_VERSION, is_current, is_sample, write_sample

__all__ = ["SAMPLE_AS_OF", "SAMPLE_VERSION", "is_current", "is_sample", "write_sample"]
