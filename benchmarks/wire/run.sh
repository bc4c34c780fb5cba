#!/usr/bin/env bash
# Microseconds to write and to read one completion pair in the wire format: two and a half minutes.
#   run.sh [JMH OPTIONS]
exec "$(dirname "$0")/../java" org.openjdk.jmh.Main SerdeBenchmark "$@"
