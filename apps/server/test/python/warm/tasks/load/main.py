import os
import sys

BEFORE = [name for name in ("changes_environment", "starts_thread", "is_quiet") if name in sys.modules]

import changes_environment
import is_quiet
import starts_thread


def main(params, context):
    return {"seen": {"before": BEFORE, "environment": os.environ.get("CHANGED_BY_LIBRARY")}}
