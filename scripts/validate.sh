#!/bin/sh
# Runs the validator of this repository on files of another one, from where the caller stands: the pre-commit hook
# and the GitHub action do. It installs this repository's packages the first time.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
[ -d "$top/node_modules" ] || npm ci --silent --no-audit --no-fund --prefix "$top" >&2
exec node "$top/scripts/run.mjs" scripts/validate.ts "$@"
