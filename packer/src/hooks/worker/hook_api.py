# The objects that hooks' functions are given.
import os

from _rpack.not_offered import NotOffered


class HookApi:
    """Given to `hook`."""

    def __init__(self, request):
        self.__name__ = request["module"]
        self.__path__ = request["path"]
        is_package = request["path"] is not None
        file = request["file"]
        self._source = file
        self.__file__ = ("-" if not file else os.path.dirname(file)) if is_package else file
        self.added_imports, self.deleted_imports = [], []
        self.datas, self.binaries, self.modes = [], [], {}

    @property
    def co(self):
        with open(self._source, "rb") as file:
            return compile(file.read(), self._source, "exec", dont_inherit=True)

    def add_imports(self, *names):
        self.added_imports.extend(_flat(names))

    def del_imports(self, *names):
        self.deleted_imports.extend(_flat(names))

    def add_datas(self, entries):
        self.datas.extend((source, folder) for source, folder, *_ in entries)

    def add_binaries(self, entries):
        self.binaries.extend((source, folder) for source, folder, *_ in entries)

    def set_module_collection_mode(self, name, mode):
        name = name or self.__name__
        if mode is None:
            self.modes.pop(name, None)
        else:
            self.modes[name] = mode

    def add_bindepend_symlink_suppression_pattern(self, pattern):
        """A bundle has no such links."""

    def __getattr__(self, name):
        raise NotOffered(f"hook_api.{name}")


class PreSafeImportModuleApi:
    """Given to `pre_safe_import_module`."""

    def __init__(self, request):
        self.module_name = request["module"]
        self.module_basename = self.module_name.rpartition(".")[2]
        self.aliases, self.made_at_run_time, self.package_path = [], [], []

    def add_runtime_module(self, name):
        self.made_at_run_time.append(name)

    def add_runtime_package(self, name):
        self.made_at_run_time.append(name)

    def add_alias_module(self, real, alias):
        self.aliases.append([alias, real])

    def append_package_path(self, folder):
        self.package_path.append(os.path.abspath(os.fspath(folder)))

    def __getattr__(self, name):
        raise NotOffered(f"pre_safe_import_module's api.{name}")


class PreFindModulePathApi:
    """Given to `pre_find_module_path`."""

    def __init__(self, request):
        self.module_name = request["module"]
        self.search_dirs = list(request["search_path"])

    def __getattr__(self, name):
        raise NotOffered(f"pre_find_module_path's api.{name}")


def _flat(names):
    for name in names:
        if isinstance(name, str):
            yield name
        else:
            yield from name
