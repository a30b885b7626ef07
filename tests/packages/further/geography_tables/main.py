"""Tables with shapes; the drivers read data of GDAL and PROJ."""
import tempfile
import geopandas, numpy as np, rasterio, fiona
from rasterio.transform import from_origin
from shapely.geometry import Point
frame = geopandas.GeoDataFrame({"name": ["a", "b"]}, geometry=[Point(13.4, 52.5), Point(2.3, 48.8)], crs="EPSG:4326")
print(frame.to_crs(3857).geometry.x.round().tolist(), frame.crs.name)
with tempfile.TemporaryDirectory() as folder:
    frame.to_file(folder + "/x.gpkg", driver="GPKG")
    print(geopandas.read_file(folder + "/x.gpkg").name.tolist())
    frame.to_file(folder + "/x.geojson", driver="GeoJSON", engine="fiona")
    with fiona.open(folder + "/x.geojson") as source:
        print(len(source), source.crs.to_epsg())
    with rasterio.open(folder + "/x.tif", "w", driver="GTiff", height=4, width=4, count=1, dtype="uint8", crs="EPSG:25832", transform=from_origin(0, 4, 1, 1)) as out:
        out.write(np.arange(16, dtype="uint8").reshape(4, 4), 1)
    with rasterio.open(folder + "/x.tif") as source:
        print(source.read(1).sum(), source.crs.to_epsg(), source.bounds)
    import rasterio.warp
    print([round(x) for x in rasterio.warp.transform_bounds("EPSG:4326", "EPSG:3857", 0, 0, 1, 1)])
