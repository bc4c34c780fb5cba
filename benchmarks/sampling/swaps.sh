#!/usr/bin/env bash
# What samplers take to change versions, and the memory that stays: five minutes for a thousand.
#   swaps.sh [SWAPS]     default 1000
here=$(cd "$(dirname "$0")" && pwd)
# A heap that is full early, so that the memory that is seen to grow is not the collector's.
export DPO_JAVA_OPTS="-Xms256m -Xmx256m -Xmn64m ${DPO_JAVA_OPTS:-}"
exec "$here/../java" io.dpostream.benchmarks.sampling.VersionSwaps "${1:-1000}"
