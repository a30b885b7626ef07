"""A package whose names are imported when they are asked for."""

import toolkit, importlib, sys, importlib.util
print(toolkit.heavy.VALUE, toolkit.Light().x)
spec = importlib.util.find_spec("toolkit.late")
loader = importlib.util.LazyLoader(spec.loader)
spec.loader = loader
module = importlib.util.module_from_spec(spec)
sys.modules["toolkit.late"] = module
loader.exec_module(module)
print(module.VALUE)
importlib.invalidate_caches()
print(importlib.reload(toolkit.heavy).VALUE, importlib.util.find_spec("absent"), importlib.util.find_spec("toolkit.heavy").name)
