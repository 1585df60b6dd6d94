"""The command line for whoever looks after people: a physiotherapist, a helper, the person themselves."""
