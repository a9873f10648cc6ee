"""Places and hours as files and people write them: GeoJSON, KML, typed coordinates and typed times."""
