"""Maps, meshes, charts and time zones."""

import folium, trimesh, pygal
from timezonefinder import TimezoneFinder
from rapidfuzz import fuzz, process
map = folium.Map(location=[52.5, 13.4])
folium.Marker([52.5, 13.4], popup="here").add_to(map)
print("L.marker" in map.get_root().render())
mesh = trimesh.creation.box(extents=(1, 2, 3))
print(round(mesh.volume, 3), mesh.is_watertight, len(mesh.export(file_type="stl")), trimesh.load_mesh(trimesh.util.wrap_as_stream(mesh.export(file_type="ply")), file_type="ply").faces.shape)
chart = pygal.Bar(disable_xml_declaration=True)
chart.add("a", [1, 2])
print(chart.render(is_unicode=True)[:4], TimezoneFinder(in_memory=True).timezone_at(lng=13.4, lat=52.5))
print(fuzz.ratio("hello", "hallo"), process.extractOne("appel", ["apple", "pear"])[0])
