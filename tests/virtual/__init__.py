"""The virtual table behind its page: orders become contacts, time keeps to the speed asked."""
