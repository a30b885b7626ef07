"""The functions that hooks call. None of them imports what it is asked about, except for those whose answer only running code
can give: these do it in a copy of the process (`PyInstaller.isolated`)."""
import ast
import contextlib
import io
import sys

from _rpack import questions, search
from _rpack.files import (
    PY_DYLIB_PATTERNS,
    collect_data_files,
    collect_dynamic_libs,
    collect_system_data_files,
    include_or_exclude_file,
)
from _rpack.metadata import check_requirement, collect_entry_point, copy_metadata, get_installer, is_module_satisfies
from _rpack.notes import logger
from PyInstaller import compat, isolated

if compat.is_pure_conda:
    from PyInstaller.utils.hooks import conda as conda_support

PY_IGNORE_EXTENSIONS = set(compat.ALL_SUFFIXES)
hook_variables = {}


def is_package(module_name):
    return bool(search.package_folders(module_name))


def is_module_or_submodule(name, mod_or_submod):
    return name == mod_or_submod or name.startswith(mod_or_submod + ".")


def get_module_file_attribute(package):
    return search.file_of(package)


def get_pywin32_module_file_attribute(module_name):
    return search.file_of(module_name)


def get_all_package_paths(package):
    folders = search.package_folders(package)
    if not folders:
        raise ValueError(f"Package '{package}' does not exist or is not a package!")
    return folders


def package_base_path(package_path, package):
    return search.base_of(package_path, package)


def get_package_paths(package):
    folder = get_all_package_paths(package)[0]
    return search.base_of(folder, package), folder


def collect_submodules(package, filter=lambda name: True, on_error="warn once"):
    if not isinstance(package, str):
        raise TypeError(f"package must be a str, not {package!r}")
    return search.submodules(package, filter) if is_package(package) else []


def collect_all(
    package_name,
    include_py_files=True,
    filter_submodules=lambda name: True,
    exclude_datas=None,
    include_datas=None,
    on_error="warn once",
):
    datas = collect_data_files(package_name, include_py_files, excludes=exclude_datas, includes=include_datas)
    try:
        datas += copy_metadata(package_name)
    except compat.importlib_metadata.PackageNotFoundError:
        # The name of a package need not be that of its distribution.
        pass
    binaries = collect_dynamic_libs(package_name)
    return datas, binaries, collect_submodules(package_name, filter_submodules, on_error)


def collect_delvewheel_libs_directory(package_name, libdir_name=None, datas=None, binaries=None):
    """`delvewheel` makes wheels for Windows; elsewhere there is nothing to add."""
    return datas or [], binaries or []


def can_import_module(module_name):
    if search.find(module_name) is None:
        return False

    def attempt():
        try:
            __import__(module_name)
        except BaseException:
            return False
        return True

    return isolated.call(attempt)


def get_module_attribute(module_name, attr_name):
    def attribute():
        __import__(module_name)
        return getattr(sys.modules[module_name], attr_name)

    try:
        return isolated.call(attribute)
    except Exception as error:
        raise AttributeError(f"Failed to retrieve attribute {attr_name} from module {module_name}") from error


def get_pyextension_imports(module_name):
    def imports():
        before = set(sys.modules)
        __import__(module_name)
        return sorted(set(sys.modules) - before - {module_name})

    return isolated.call(imports)


def exec_statement(statement):
    def output():
        with contextlib.redirect_stdout(io.StringIO()) as text:
            exec(statement, {"__name__": "__main__"})
        return text.getvalue()

    return isolated.call(output).strip()


def exec_statement_rc(statement):
    """The status with which a process would end that runs the statement."""

    def status():
        try:
            exec(statement, {"__name__": "__main__"})
        except SystemExit as error:
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        except BaseException:
            return 1
        return 0

    return isolated.call(status)


def eval_statement(statement):
    text = exec_statement(statement)
    return ast.literal_eval(text) if text else ""


def exec_script(script_filename, *arguments):
    def output():
        with open(script_filename, "rb") as file, contextlib.redirect_stdout(io.StringIO()) as text:
            sys.argv = [script_filename, *arguments]
            exec(compile(file.read(), script_filename, "exec"), {"__name__": "__main__", "__file__": script_filename})
        return text.getvalue()

    return isolated.call(output).strip()


def eval_script(script_filename, *arguments):
    text = exec_script(script_filename, *arguments)
    return ast.literal_eval(text) if text else ""


def get_hook_config(hook_api, module_name, key):
    """What is configured under the name of the module that defines it, be it the hook's own or another; else `None`."""
    return questions.configuration.get(module_name, {}).get(key)


def get_homebrew_path(formula=""):
    """Homebrew serves macOS."""
    return None


def remove_prefix(string, prefix):
    return string.removeprefix(prefix)


def remove_suffix(string, suffix):
    return string.removesuffix(suffix)


def remove_file_extension(filename):
    for suffix in compat.EXTENSION_SUFFIXES:
        if filename.endswith(suffix):
            return filename.removesuffix(suffix)
    head, dot, _ = filename.rpartition(".")
    return head if dot else filename
