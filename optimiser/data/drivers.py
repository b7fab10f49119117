"""Which formats the map reader may open: an allow-list that stands in the environment before GDAL starts.

GDAL picks a driver by content, so a file called ``areas.geojson`` could be a recipe that reads other files
of the machine. ``GDAL_SKIP`` is honoured only when it is set before the library is loaded: importing
:mod:`optimiser.data` does that. Whatever the drivers are, :mod:`optimiser.data.layers` also looks at the
content itself, and reads GeoJSON and GeoParquet without GDAL.
"""

from __future__ import annotations

import os
import sys

ALLOWED = frozenset({"ESRI Shapefile", "GPKG", "MEM", "Memory"})

# Every vector driver of the GDAL that pyogrio carries (3.12), but the allowed ones.
_SKIPPED = (
    "ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,CSV,CSW,Carto,DGN,DXF,EDIGEO,EEDA,ESRIJSON,Elasticsearch,FlatGeobuf,"
    "GDALG,GML,GPSBabel,GPX,GTFS,GeoJSON,GeoJSONSeq,GeoRSS,HTTP,Idrisi,JML,JSONFG,KML,LIBKML,LVBAG,MBTiles,MVT,"
    "MapInfo File,MapML,MiraMonVector,NGW,OAPIF,ODS,OGCAPI,OGR_GMT,OGR_PDS,OGR_VRT,OSM,OpenFileGDB,PCIDSK,PDF,PDS4,"
    "PGDUMP,PLSCENES,PMTiles,S57,SQLite,SXF,Selafin,TopoJSON,VDV,VFK,VICAR,WAsP,WFS,XLSX"
)


def confine() -> bool:
    """Set the allow-list; return False where the map library was loaded before, too late for it to count."""
    in_time = "pyogrio._io" not in sys.modules or os.environ.get("GDAL_SKIP") == _SKIPPED
    os.environ["GDAL_SKIP"] = _SKIPPED
    os.environ["GDAL_DRIVER_PATH"] = "disable"
    return in_time


CONFINED = confine()
"""Whether the allow-list was in place before the map library was loaded."""
