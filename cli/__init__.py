"""The command line: Typer application and composition root, the only room that knows all the others."""
