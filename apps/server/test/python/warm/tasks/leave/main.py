import builtins
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import wave


def main(params, context):
    """Says which processes it is, and leaves one thing behind, once the file `cue` is there if it has one."""
    what = params["what"]
    child = subprocess.Popen(["sleep", "600"], start_new_session=True) if what == "child" else None
    context.output("pids", [os.getpid(), *([child.pid] if child else [])])
    while params["cue"] is not None and not os.path.exists(params["cue"]):
        time.sleep(0.01)
    habits = {
        "environment": lambda: os.environ.update(LEFT_BEHIND="1"),
        "directory": lambda: os.chdir("/"),
        "umask": lambda: os.umask(0o777),
        "path": lambda: sys.path.insert(0, "/left-behind"),
        "builtin": lambda: setattr(builtins, "left_behind", 1),
        "library": lambda: setattr(wave, "left_behind", 1),
        "thread": lambda: threading.Thread(target=time.sleep, args=(600,), name="left").start(),
        "timer": lambda: threading.Timer(0.1, print, ["late output"]).start(),
        "socket": lambda: keep(socket.create_server(("127.0.0.1", 0))),
        "throws": lambda: 1 / 0,
        "exit": lambda: os._exit(3),
        "parent": lambda: os.kill(os.getppid(), signal.SIGKILL),
        "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
        "memory": lambda: keep(bytearray(200_000_000)),
    }
    habits.get(what, lambda: None)()
    # The signal may reach another thread, later.
    if what in ("parent", "crash"):
        time.sleep(600)


kept = []


def keep(thing):
    kept.append(thing)

