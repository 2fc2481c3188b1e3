#!/usr/bin/env bash
# Runs the build tasks: ./build.sh demo, ./build.sh test; ./build.sh help lists the rest. They are implemented in build/.
set -euo pipefail
if ! command -v dotnet >/dev/null; then
  echo "PbxEvents needs the .NET SDK 10: dotnet is not on the PATH." >&2
  exit 1
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
exec dotnet run --project "$here/build" -c Release -- "$@"
