"""Plugins of installed distributions, by the group that they offer them in."""

from importlib.metadata import entry_points, metadata, version

from stevedore import DriverManager, ExtensionManager

manager = ExtensionManager("stevedore.example.formatter", invoke_on_load=False)
print(sorted(manager.names()))
formatter = DriverManager("stevedore.example.formatter", "simple", invoke_on_load=True, invoke_args=(60,)).driver
print(list(formatter.format({"a": 1})))
print(sorted(point.name for point in entry_points(group="markdown.extensions"))[:3])
print(metadata("stevedore")["Name"], version("stevedore").split(".")[0].isdigit())
