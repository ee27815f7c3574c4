"""user rekey: the keys that personal data is encrypted with."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import load_settings, open_store
from cli.output import note, say


def rekey(
    new_key: Annotated[
        bool, typer.Option("--new-key", help="First make a new key and write it into the data directory's key file.")
    ] = False,
) -> None:
    """Wrap every person's data key by the newest encryption key. The data itself stays as it is, and no service stops.

    With --new-key the file keys/encryption.keys gets a key of the next number. Keys that are configured
    (JOBSWIPE_SECURITY_KEYS) are yours to make: put NUMBER:BASE64 of the next number before the others, tell it to all
    machines, restart them, then run this once. A run that was stopped goes on where it was. At its end it says which
    old keys nothing in the store needs any more; backups of before still do.

    Example: jobswipe user rekey
    Example: jobswipe user rekey --new-key
    """
    from jobswipe.accounts.rekey import rekey as run
    from jobswipe.errors import UsageError
    from jobswipe.security import keys

    settings = load_settings()
    database = open_store(settings)
    if new_key:
        if settings.security.keys is not None:
            raise UsageError(
                f"The keys are configured: put '{database.vault.newest + 1}:' and the output of 'openssl rand -base64 "
                "32' before the others in JOBSWIPE_SECURITY_KEYS, restart all services, and run 'jobswipe user rekey'."
            )
        note(f"Made key {keys.add(settings.keys_dir)} in {settings.keys_dir / keys.KEYS_NAME}: back the directory up.")
    done = run(database, progress=lambda count: note(f"{count} data keys"))
    say(f"Wrapped {done.rewrapped} data keys by key {done.number}; all {done.persons} are.")
    old = [number for number in sorted(database.vault.numbers) if number != done.number]
    if old:
        named = f"key {old[0]}" if len(old) == 1 else f"the keys {', '.join(str(one) for one in old)}"
        note(f"Nothing in this store needs {named} any more; backups of before do. Remove it once they are gone.")
