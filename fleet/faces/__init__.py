"""The faces: what a person or a script sees.  All read the same views; none knows anything the others cannot."""
