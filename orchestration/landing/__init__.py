"""The landing: its files, their columns, and the copies of new files that a refresh reads."""
