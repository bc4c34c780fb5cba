#!/usr/bin/env bash
# Encodes preference rows with pinned TRL and with this project's encoder, and compares the token ids.
# TRL's ids are committed; this makes them anew.
#   VENV   a virtual environment to use or make (default: build/peers-venv)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
venv=${VENV:-$root/build/peers-venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet -r "$here/requirements.txt"
fi
HF_HUB_OFFLINE=1 "$venv/bin/python" "$here/answers.py" "$root/pipeline/src/test/resources/answers"
cd "$root"
report=pipeline/target/surefire-reports/TEST-io.dpostream.pipeline.formats.TrlAnswersTest.xml
rm -f "$report"
mvn --quiet -pl pipeline -am test -Dtest=TrlAnswersTest -Dsurefire.failIfNoSpecifiedTests=false
[ -s "$report" ] || { echo "the comparison did not run" >&2; exit 1; }
echo "equal token ids"
