"""Starts sessions of the published Python executor as forks of a process that has loaded what their blocks import.

Usage: python executor_host.py PROGRAM [NAME ...]

PROGRAM is the script `python-executor` that pip has written; each fork runs it unchanged, with the command line of the engine.
A NAME is a library that is not to be loaded here. The server is at file descriptor 3, one JSON object a line; it asks for forks,
says when one may go, and when an ended one may be reaped, until when its number belongs to nobody else. When the server hangs up
or is gone, so is all that runs here. See docs/decisions/0011-how-do-python-blocks-start-warm.md.
"""

import gc
import json
import os
import runpy
import selectors
import signal
import sys
from contextlib import suppress
from importlib import import_module

from block_imports import list_imports, list_local_names

CHANNEL = 3
# The published executor waits for the inputs of a block in a loop that holds the interpreter: with 5 ms they come 50 ms late.
SWITCH_INTERVAL_S = 0.0005
# What the published executor itself imports at its start, where it is installed.
OF_THE_EXECUTOR = ["matplotlib.pyplot", "plotly.io"]


class Child:
    """A fork, with the ends of its pipes that are read and written here."""

    def __init__(self, pid, output, errors, gate):
        self.pid = pid
        self.pipes = {output: "stdout", errors: "stderr"}
        self.gate = gate
        self.end = os.pidfd_open(pid)

    def descriptors(self):
        return [*self.pipes, self.gate, self.end]


class Host:
    def __init__(self, program, refused):
        self.program = program
        self.refused = set(refused)
        self.local_names = {}
        self.loaded = set()
        self.children = {}
        self.selector = selectors.DefaultSelector()
        self.rest = b""

    def say(self, **message):
        line = json.dumps(message).encode() + b"\n"
        while line:
            line = line[os.write(CHANNEL, line) :]

    def serve(self):
        """Returns in forks alone, with the arguments of their session."""
        self.selector.register(CHANNEL, selectors.EVENT_READ, None)
        self.say(type="ready")
        while True:
            for key, _ in self.selector.select():
                if self.selector.get_map().get(key.fd) != key:
                    continue  # closed by what came before it
                if key.fd == CHANNEL:
                    for request in self.read_requests():
                        args = self.handle(request)
                        if args is not None:
                            return args
                elif key.fd in key.data.pipes:
                    self.pass_output(key.data, key.fd)
                else:
                    self.tell_end(key.data)

    def read_requests(self):
        chunk = os.read(CHANNEL, 65_536)
        if not chunk:
            self.leave()
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        return [json.loads(line) for line in lines]

    def leave(self):
        for pid in self.children:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        os._exit(0)

    def handle(self, request):
        if request["type"] == "fork":
            reasons = self.load(request)
            if reasons:
                self.say(type="unfit", id=request["id"], reasons=reasons)
            else:
                return self.fork(request)
        elif request["type"] == "go":
            child = self.children.get(request["pid"])
            if child and child.gate is not None:
                with suppress(BrokenPipeError):
                    os.write(child.gate, b"1")
                os.close(child.gate)
                child.gate = None
        elif request["type"] == "reap":
            child = self.children.pop(request["pid"], None)
            if child:
                os.waitpid(child.pid, 0)
                for descriptor in child.descriptors():
                    self.close(descriptor)
        return None

    def load(self, request):
        """Imports the libraries that a block imports; answers with what has changed this process, by library."""
        package = request["package"]
        if package not in self.local_names:
            self.local_names[package] = list_local_names(package)
        local_names = self.local_names[package]
        if local_names is None:
            return {}
        entry = request["entry"]
        names = [*OF_THE_EXECUTOR, *(list_imports(entry, package, local_names) if entry else [])]
        before = take_snapshot()
        for name in names:
            library = name.partition(".")[0]
            if name in self.loaded or library in self.refused or library in local_names:
                continue
            self.loaded.add(name)
            known = set(sys.modules)
            with suppress(Exception, SystemExit):  # the block meets it again, and reports it
                import_module(name)
            changes = compare(before, take_snapshot())
            hidden = {module for module in set(sys.modules) - known if module in local_names}
            if hidden:
                changes.append(f"modules of the package's names ({', '.join(sorted(hidden))})")
            if changes:
                return {library: f"it has changed {', '.join(changes)}"}
        return {}

    def fork(self, request):
        # Pages that the collector writes to are shared no longer.
        gc.collect()
        gc.freeze()
        sys.stdout.flush()
        sys.stderr.flush()
        (output, output_end), (errors, errors_end), (gate_end, gate) = os.pipe(), os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            self.close_all()
            for descriptor in (output, errors, gate):
                os.close(descriptor)
            os.environ.update(request["environment"])
            become_session(output_end, errors_end, gate_end)
            return request["args"]
        for descriptor in (output_end, errors_end, gate_end):
            os.close(descriptor)
        child = Child(pid, output, errors, gate)
        self.children[pid] = child
        for descriptor in (*child.pipes, child.end):
            self.selector.register(descriptor, selectors.EVENT_READ, child)
        self.say(type="forked", id=request["id"], pid=pid)
        return None

    def pass_output(self, child, descriptor):
        chunk = os.read(descriptor, 65_536)
        stdio = child.pipes[descriptor]
        if chunk:
            self.say(type="output", pid=child.pid, stdio=stdio, text=chunk.decode(errors="replace"))
        else:
            del child.pipes[descriptor]
            self.close(descriptor)

    def tell_end(self, child):
        """It stays a zombie until the server has ended what it has left behind."""
        self.selector.unregister(child.end)
        for descriptor in list(child.pipes):
            os.set_blocking(descriptor, False)
            with suppress(BlockingIOError):
                self.pass_output(child, descriptor)
        end = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        is_exit = end.si_code == os.CLD_EXITED
        self.say(
            type="exited",
            pid=child.pid,
            code=end.si_status if is_exit else -1,
            signal=None if is_exit else end.si_status,
        )

    def close(self, descriptor):
        if descriptor is None:
            return
        with suppress(KeyError):
            self.selector.unregister(descriptor)
        os.close(descriptor)

    def close_all(self):
        self.selector.close()
        for child in self.children.values():
            for descriptor in child.descriptors():
                if descriptor is not None:
                    os.close(descriptor)
        os.close(CHANNEL)


def become_session(output, errors, gate):
    """A process group of its own, as other executors have; nothing before the server has let it in."""
    os.setsid()
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    is_let_in = os.read(gate, 1)
    os.close(gate)
    if not is_let_in:
        os._exit(1)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    # Python's own generator is seeded again by itself.
    for name in ("numpy.random", "torch"):
        with suppress(Exception):
            if name in sys.modules:
                sys.modules[name].seed()


def take_snapshot():
    """What forks would share with each other, or find otherwise than in a new process."""
    umask = os.umask(0)
    os.umask(umask)
    return {
        "the environment": dict(os.environ),
        "the working directory": os.getcwd(),
        "the umask": umask,
        "sys.path": list(sys.path),
        "handlers of signals": [signal.getsignal(one) for one in signal.valid_signals()],
        "sys.stdout or sys.stderr": [sys.stdout, sys.stderr, sys.excepthook],
        "open files": list_open_files(),
        "child processes": list_children(),
        "threads": count_threads(),
    }


def compare(before, after):
    return [what for what, state in after.items() if state != before[what]]


def list_open_files():
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            target = os.readlink(f"/proc/self/fd/{descriptor}")
            if not target.startswith(("/dev/", "/proc/")):
                found.append(f"{descriptor} {target}")
    return sorted(found)


def list_children():
    with suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children") as file:
        return file.read()
    return ""


def count_threads():
    """Those that are left after a fork: OpenBLAS and its like end theirs before one, and start them anew."""
    count = len(os.listdir("/proc/self/task"))
    if count == 1:
        return count
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return len(os.listdir("/proc/self/task"))


def main():
    program, *refused = sys.argv[1:]
    # As Python itself does for a script.
    sys.path[0] = os.path.dirname(os.path.realpath(program))
    runpy.run_path(program, run_name="executor")
    args = Host(program, refused).serve()
    sys.argv = [program, *args]
    del sys.modules["block_imports"]  # a block may have one of that name
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
