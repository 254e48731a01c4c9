import os
import time

from oocana import Context


def main(params: dict, context: Context):
    """Says which process it is, and never ends."""
    context.output("pid", os.getpid())
    while True:
        time.sleep(1)
