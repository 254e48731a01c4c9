"""Tells, without running any of it, which libraries a block imports when it is loaded."""

import ast
import os

MAX_FILES = 200
MAX_FILE_BYTES = 1_000_000
MAX_ENTRIES = 20_000


def list_local_names(package):
    """Names that may stand for modules of the package itself; None for a folder that is too large to look through."""
    names = set()
    entries = 0
    for folder, folders, files in os.walk(package):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
        entries += len(folders) + len(files)
        if entries > MAX_ENTRIES:
            return None
        names.update(name.partition(".")[0] for name in files if name.endswith((".py", ".so")))
        if "__init__.py" in files:
            names.add(os.path.basename(folder))
    return names


def list_imports(entry, package, local_names):
    """Dotted names of modules outside of the package, in the order in which the block comes to them."""
    found = {}
    waiting = [entry]
    seen = set()
    while waiting and len(seen) < MAX_FILES:
        file = waiting.pop(0)
        if file in seen:
            continue
        seen.add(file)
        roots = [os.path.dirname(file), os.path.dirname(entry), package]
        for level, name in read_imports(file):
            if level == 0 and name.partition(".")[0] not in local_names:
                found[name] = None
            else:
                folders = roots if level == 0 else [ascend(roots[0], level - 1)]
                waiting += [path for folder in folders for path in candidates(folder, name)]
    return list(found)


def read_imports(file):
    """Pairs of a level, 0 for an absolute import, and a name."""
    try:
        if os.path.getsize(file) > MAX_FILE_BYTES:
            return
        with open(file, "rb") as source:
            tree = ast.parse(source.read())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return  # the block meets it again, and reports it
    yield from imports_of(tree.body)


def imports_of(statements):
    """What runs when the module is loaded: not what stands in functions."""
    for statement in statements:
        if isinstance(statement, ast.Import):
            yield from ((0, alias.name) for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            module = statement.module or ""
            if module and module != "__future__":
                yield statement.level, module
            for alias in statement.names:
                if alias.name != "*" and module != "__future__":
                    yield statement.level, f"{module}.{alias.name}" if module else alias.name
        elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for field in ("body", "handlers", "orelse", "finalbody"):
                yield from imports_of(getattr(statement, field, None) or [])


def ascend(folder, levels):
    for _ in range(levels):
        folder = os.path.dirname(folder)
    return folder


def candidates(folder, name):
    path = os.path.join(folder, *name.split("."))
    return [one for one in (f"{path}.py", os.path.join(path, "__init__.py")) if os.path.isfile(one)]
