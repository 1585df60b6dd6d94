"""Mutation testing of the decision core: break one thing at a time and see whether a test notices.  Not part of the normal test run."""
