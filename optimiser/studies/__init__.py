"""Questions of several solves that know no formulation: why not, at what price, what else, how sure."""
