# In a process that multiprocessing started, where the bundle is a folder of the run: the parent's is another one, so what the
# parent says of its search path and its main file is about a place where this process has nothing.
import importlib
import sys

spawn = importlib.import_module(SPAWN)


def here(path):
    before, mark, after = path.partition("/rpack-")
    name, rest = after[:32], after[32:]
    is_run_folder = len(name) == 32 and not name.strip("0123456789abcdef") and rest[:1] in ("", "/")
    return sys._MEIPASS + rest if mark and is_run_folder else path


def prepare(data, prepare=spawn.prepare):
    for key, value in data.items():
        if key in ("init_main_from_path", "dir", "orig_dir") and isinstance(value, str):
            data[key] = here(value)
        elif key == "sys_path":
            data[key] = [here(path) if isinstance(path, str) else path for path in value]
    prepare(data)


spawn.prepare = prepare
