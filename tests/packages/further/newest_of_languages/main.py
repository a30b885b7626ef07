"""Runs the newest Lua of several that the library carries, which it looks for in its own folder."""

import lupa

lua = lupa.LuaRuntime()
print(lua.eval("1 + 2"), lua.lua_version >= (5, 4))
add = lua.eval("function(a, b) return a + b end")
print(add(3, 4), list(lua.table(1, 2, 3).values()))
