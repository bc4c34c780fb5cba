#!/usr/bin/env bash
# What becomes of pairs, and what a person at the page sees (in /usr/bin/chromium, or $CHROMIUM), while
# the model's endpoint, the judge and the broker fail: five minutes.
exec "$(dirname "$0")/../java" io.dpostream.benchmarks.judging.Outages
