"""The landing: which files it holds, what each is made of, and the copies of new ones that a refresh reads."""
