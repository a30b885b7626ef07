# Runs one hook for each request and says what it adds.
import glob
import os
import types

from _rpack import metadata, notes, not_offered, watching
from _rpack.hook_api import HookApi, PreFindModulePathApi, PreSafeImportModuleApi


def answer(request):
    notes.start()
    try:
        result = RUN[request["kind"]](request)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a hook ends itself with it, not the build.
        missing = not_offered.named_by(error)
        result = {"not_offered": missing} if missing else {}
        result["error"] = {"message": f"{type(error).__name__}: {error}", "line": line_of(error, request["hook"])}
    return {**result, "notes": notes.taken(), "seen": watching.taken()}


def run_hook(request):
    variables = load(request["hook"])
    api = HookApi(request)
    hook = variables.get("hook")
    if callable(hook):
        hook(api)
    data, binaries = [*pairs(variables, "datas"), *api.datas], [*pairs(variables, "binaries"), *api.binaries]
    modes = variables.get("module_collection_mode", {})
    if not isinstance(modes, dict):
        modes = {request["module"]: modes}
    distributions = set()
    return {
        "hidden_imports": texts(variables, "hiddenimports") + api.added_imports,
        "excluded_imports": texts(variables, "excludedimports"),
        "deleted_imports": api.deleted_imports,
        "data": files(data, distributions),
        "binaries": files(binaries, distributions),
        "metadata": sorted(distributions),
        "modes": {**modes, **api.modes},
        "expects_hidden_imports": bool(variables.get("warn_on_missing_hiddenimports", True)),
    }


def run_before_import(request):
    api = PreSafeImportModuleApi(request)
    load(request["hook"])["pre_safe_import_module"](api)
    return {"aliases": api.aliases, "made_at_run_time": api.made_at_run_time, "package_path": api.package_path}


def run_before_search(request):
    api = PreFindModulePathApi(request)
    load(request["hook"])["pre_find_module_path"](api)
    return {"search_path": [os.path.abspath(folder) for folder in api.search_dirs]}


RUN = {"hook": run_hook, "before_import": run_before_import, "before_search": run_before_search}


def load(path):
    """Runs a hook's file and returns its global variables."""
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    module = types.ModuleType(os.path.basename(path).removesuffix(".py"))
    module.__file__ = path
    exec(code, module.__dict__)
    return module.__dict__


def texts(variables, name):
    values = list(variables.get(name) or [])
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"`{name}` holds {value!r}, which is no module's name")
    return values


def pairs(variables, name):
    entries = list(variables.get(name) or [])
    for entry in entries:
        if not isinstance(entry, (tuple, list)) or len(entry) != 2:
            raise TypeError(f"`{name}` holds {entry!r}, which is no pair of a source and a folder")
    return entries


def files(entries, distributions):
    """The files that pairs of a file, folder or pattern and a folder of the bundle stand for: each file, and its place inside.
    The metadata of distributions is rpack's own to copy, which leaves out what tells one machine from another."""
    found = {}
    for source, folder in entries:
        source, folder = os.path.abspath(os.fspath(source)), os.fspath(folder)
        if source in metadata.copied:
            distributions.add(metadata.copied[source])
            continue
        matches = [source] if os.path.exists(source) else sorted(glob.glob(source, recursive=True))
        if not matches:
            notes.take(f"nothing matches `{source}`")
        for match in matches:
            if os.path.isdir(match):
                for above, folders, names in os.walk(match, followlinks=True):
                    folders[:] = sorted(name for name in folders if name != "__pycache__")
                    for name in sorted(names):
                        inside = os.path.join(folder, os.path.relpath(above, match), name)
                        found.setdefault(os.path.normpath(inside), os.path.join(above, name))
            else:
                found.setdefault(os.path.normpath(os.path.join(folder, os.path.basename(match))), match)
    return [[file, inside] for inside, file in found.items()]


def line_of(error, path):
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno or 0
    line, traceback = 0, error.__traceback__
    while traceback:
        if traceback.tb_frame.f_code.co_filename == path:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
