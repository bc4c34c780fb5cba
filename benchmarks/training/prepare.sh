# Sourced by the scripts of training and sampling: sets root, venv and BENCHMARKS, and builds what they need.
#   VENV      a virtual environment to use or make (default: build/peers-venv)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
venv=${VENV:-$root/build/peers-venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet -r "$root/benchmarks/peers/trl/requirements.txt"
fi
(cd "$root" && mvn -q -B -Dquick -Dmaven.test.skip=true -pl benchmarks -am package)
export BENCHMARKS="$root/benchmarks/target/classes:$(<"$root/benchmarks/target/benchmarks.classpath")"
