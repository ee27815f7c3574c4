"""Engine, the one session provider, migrations."""
