"""From a problem to a believed result: the seam to formulations, the engine, and its processes."""
