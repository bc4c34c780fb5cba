#!/usr/bin/env bash
# Trains the same tiny model on the same pairs with pinned TRL and with this project's learner, and
# compares every step. TRL's numbers are committed; this makes them anew.
#   VENV   a virtual environment to use or make (default: build/peers-venv)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
venv=${VENV:-$root/build/peers-venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet -r "$here/requirements.txt"
fi
"$venv/bin/python" "$here/goldens.py" "$root/trainer/src/test/resources/trl"
cd "$root"
report=trainer/target/surefire-reports/TEST-io.dpostream.trainer.parity.TrlParityTest.xml
rm -f "$report"
mvn --quiet -pl trainer -am test -Dtest=TrlParityTest -Dsurefire.failIfNoSpecifiedTests=false
[ -s "$report" ] || { echo "the comparison did not run" >&2; exit 1; }
echo "equal within 1e-4 |x| + 1e-5 over 50 steps"
