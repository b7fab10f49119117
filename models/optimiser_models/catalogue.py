"""Every formulation of this package by name. Nothing here imports a solver."""

from optimiser.registry import Entry

CATALOGUE = {
    "sectors.cuts": Entry(
        "optimiser_models.sectors.cuts:FORMULATION",
        "Lagrangian bound, recombination search and a branch-and-cut with separators",
        default=True,
    ),
    "sectors.border": Entry(
        "optimiser_models.sectors.border:FORMULATION",
        "Shortest border between districts: search, priced districts and a labelling model with separators",
    ),
    "sectors.carve": Entry(
        "optimiser_models.sectors.carve:FORMULATION",
        "Small maps, narrow windows: connected districts carved one by one, every way, with prices",
    ),
    "sectors.flow": Entry(
        "optimiser_models.sectors.flow:FORMULATION", "One readable MILP: Hess assignment with flow contiguity"
    ),
    "sectors.median": Entry(
        "optimiser_models.sectors.median:FORMULATION",
        "p-median with shape: Lagrangian branch and bound on the centres",
    ),
    "sectors.moves": Entry(
        "optimiser_models.sectors.moves:FORMULATION",
        "Fewest moves that mend a plan: labelling model with separators (only the objective moved)",
    ),
    "shifts.milp": Entry(
        "optimiser_models.shifts.milp:FORMULATION", "Shift design as a MILP in network form"
    ),
    "shifts.starts": Entry(
        "optimiser_models.shifts.starts:FORMULATION",
        "Start times first, bounded by staircases; then shift design as a MILP",
        default=True,
    ),
    "shifts.cpsat": Entry(
        "optimiser_models.shifts.cpsat:FORMULATION", "Shift design by constraint programming"
    ),
    "shifts.network": Entry(
        "optimiser_models.shifts.network:FORMULATION",
        "Least shortage at a budget, relaxation first, with the price of an officer-hour",
    ),
    "assignment.milp": Entry(
        "optimiser_models.assignment.milp:FORMULATION",
        "Joint assignment with coverage as a MILP",
        default=True,
    ),
    "assignment.joint": Entry(
        "optimiser_models.assignment.joint:FORMULATION",
        "All incidents at once: a good plan in milliseconds, then proved on the arcs that can matter",
    ),
    "assignment.cpsat": Entry(
        "optimiser_models.assignment.cpsat:FORMULATION",
        "Joint assignment with coverage by constraint programming",
    ),
    "fold.lattice": Entry(
        "optimiser_models.fold.lattice:FORMULATION",
        "Fold tables: the cheapest chain of connected partitions, row by row",
        default=True,
    ),
    "fold.cpsat": Entry("optimiser_models.fold.cpsat:FORMULATION", "Fold tables by constraint programming"),
    "standby.benders": Entry(
        "optimiser_models.standby.benders:FORMULATION",
        "Standby posts by search, Benders cuts and prices, then HiGHS on what is left",
        default=True,
    ),
    "standby.milp": Entry(
        "optimiser_models.standby.milp:FORMULATION",
        "Standby posts as one readable MILP on coverage patterns",
    ),
    "containment.flow": Entry(
        "optimiser_models.containment.flow:FORMULATION",
        "Exits blocked by matching, ways out cut by the innermost smallest cut with units matched to it",
        default=True,
    ),
    "containment.milp": Entry(
        "optimiser_models.containment.milp:FORMULATION", "Cut, posts and units in one MILP, aim by aim"
    ),
    "patrol.milp": Entry(
        "optimiser_models.patrol.milp:FORMULATION",
        "Proactive blocks to places and parts of the week as a transportation problem",
        default=True,
    ),
    "patrol.exchange": Entry(
        "optimiser_models.patrol.exchange:FORMULATION", "Best block first, then exchanges until none gains"
    ),
    "facilities.milp": Entry(
        "optimiser_models.facilities.milp:FORMULATION",
        "Sites over the years: multi-period maximal covering",
        default=True,
    ),
    "strength.marginal": Entry(
        "optimiser_models.strength.marginal:FORMULATION",
        "Officers to districts: marginal allocation in turn, dynamic programming for sums",
        default=True,
    ),
    "strength.milp": Entry(
        "optimiser_models.strength.milp:FORMULATION",
        "Officers to districts as a MILP, one stage an objective",
    ),
    "rosters.milp": Entry(
        "optimiser_models.rosters.milp:FORMULATION",
        "Teams on phases of patterns as a MILP, teams that are alike counted together",
        default=True,
    ),
    "rosters.cpsat": Entry(
        "optimiser_models.rosters.cpsat:FORMULATION",
        "Teams on phases of patterns by constraint programming",
    ),
    "shift_design.network": Entry(
        "optimiser_models.shift_design.network:FORMULATION",
        "Few different shifts with little deviation: network form with rows on the changes of the need",
        default=True,
    ),
    "shift_design.cpsat": Entry(
        "optimiser_models.shift_design.cpsat:FORMULATION",
        "Few different shifts with little deviation by constraint programming",
    ),
    "patterns.stints": Entry(
        "optimiser_models.patterns.stints:FORMULATION",
        "Rotating patterns: a circulation of stints by constraint programming, refutations confirmed",
    ),
    "patterns.milp": Entry(
        "optimiser_models.patterns.milp:FORMULATION",
        "Rotating patterns as a MILP on the network of day states",
        default=True,
    ),
}
