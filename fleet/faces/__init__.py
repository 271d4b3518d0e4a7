"""The faces: what a person or a script sees.  All of them read the same views; none knows anything the others cannot."""
