"""Which version of a peer is run, installed or as sources on the path."""

import hashlib
import importlib.metadata
import pathlib


def version_of(module):
    """Of the installed package, the module's own, or what tells its sources apart."""
    try:
        return importlib.metadata.version(module.__name__)
    except importlib.metadata.PackageNotFoundError:
        pass
    if hasattr(module, "__version__"):
        return module.__version__
    digest = hashlib.sha256()
    for path in sorted(pathlib.Path(module.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return f"not told (SHA-256 of its sources {digest.hexdigest()[:16]})"
