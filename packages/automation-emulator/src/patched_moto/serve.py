"""Runs moto as the emulator's AWS, with the gaps between moto and AWS mended.

    python patched_moto/serve.py [--port 0] [--image-delay SECONDS] [--plain]

Prints one JSON line, {"port": N}, when it accepts connections on 127.0.0.1. Ends when its standard input is
closed, so that nothing stays behind when the parent dies. `--plain` is moto without the mends: their tests must
fail on it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATCHES = Path(__file__).resolve().parent / "patches"

# The folder of this file would offer `settings` and `patch` a second time, under other names.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != PATCHES.parent] + [str(ROOT)]

# moto asks for these when it is imported. Nothing here may reach AWS or read a person's credentials.
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",  # noqa: S106 (moto checks no signature)
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
)
os.environ.pop("AWS_PROFILE", None)
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")


def patches() -> list[str]:
    """The names of the mends: the modules of the folder, sorted."""
    return sorted(path.stem for path in PATCHES.glob("*.py") if path.stem != "__init__")


def apply_patches() -> None:
    """Applies every mend: each module of patches/ has a function `apply`."""
    for name in patches():
        importlib.import_module(f"patched_moto.patches.{name}").apply()


def serve(port: int) -> None:
    """Serves until standard input is closed."""
    # Not before the environment is set, above.
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415

    class QuietHandler(WSGIRequestHandler):  # type: ignore[misc]
        """Writes no line for each request; the emulator's front keeps the log of calls."""

        disable_nagle_algorithm = True

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            del code, size

        def version_string(self) -> str:
            return "AmazonEC2"

    server: Any = make_server(
        "127.0.0.1",
        port,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=QuietHandler,
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(json.dumps({"port": server.server_port}) + "\n")
    sys.stdout.flush()
    while sys.stdin.buffer.read(4096):
        pass
    # A request in progress has nobody left to answer to.
    os._exit(0)


def main() -> None:
    """Parses the command line, applies the mends, serves."""
    parser = argparse.ArgumentParser(description="moto with its gaps mended, on 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free port")
    parser.add_argument("--plain", action="store_true", help="moto without the mends")
    parser.add_argument("--image-delay", type=float, help="seconds for which an image is pending")
    options = parser.parse_args()
    if options.image_delay is not None:
        os.environ["EMULATOR_IMAGE_DELAY"] = str(options.image_delay)
    from patched_moto.startup import lighten  # noqa: PLC0415

    lighten()
    if not options.plain:
        from patched_moto.settings import from_environment  # noqa: PLC0415

        from_environment()
        apply_patches()
    serve(options.port)


if __name__ == "__main__":
    main()
