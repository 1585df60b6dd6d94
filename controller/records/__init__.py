"""The records: who the table is for, what they may do, what they did and what happened.  One SQLite file, owner-only.

Written by one thread of the service and by the command line; read by anybody who may open the file.  docs/records.md tells its tables.
"""
