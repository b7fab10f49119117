"""From calls to workload by area and hour of the week, and from workload to officers needed."""
