import builtins
import os
import sys
import threading

IS_LOADED_BEFORE = "wave" in sys.modules

import wave

runs = 0


def main(params, context):
    """Tells what it finds, and how often this module has been used."""
    global runs
    runs += 1
    umask = os.umask(0)
    os.umask(umask)
    return {
        "seen": {
            "pid": os.getpid(),
            "parent": os.getppid(),
            "isLoadedBefore": IS_LOADED_BEFORE,
            "runs": runs,
            "left": os.environ.get("LEFT_BEHIND"),
            "directory": os.getcwd(),
            "umask": umask,
            "path": [entry for entry in sys.path if "left-behind" in entry],
            "isPatched": hasattr(builtins, "left_behind") or hasattr(wave, "left_behind"),
            "threads": sorted(thread.name for thread in threading.enumerate() if "left" in thread.name),
            "sessionDir": context.session_dir,
        }
    }
