#!/bin/sh
# Runs the recipe, kills one worker with SIGKILL half way, and compares the merged files with those of one run.
#
#   scripts/shards/kill-one-worker.sh path/to/cascade [patients]
#
# Needs Snakemake 8 or later on the path. Works in a new folder under the temporary one and removes it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cascade=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
patients=${2:-200000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

snakemake --snakefile "$here/Snakefile" --cores 2 --quiet all --config \
    model=stein-2019 "patients=$patients" shards=4 seed=3 'options=--until 60d' "cascade=$cascade" > log.txt 2>&1 &
recipe=$!

# The worker of the second shard, once it has noted something.
while [ ! -e shards/2/unfinished.json ]; do
    kill -0 "$recipe" 2> /dev/null || { cat log.txt; echo "the recipe ended before a worker could be killed"; exit 1; }
    sleep 0.05
done
victim=$(pgrep -f "^$cascade --quiet population .*--shard 2/4" | head -1)
kill -KILL "$victim"
echo "killed worker $victim of shard 2/4"

wait "$recipe" || { cat log.txt; exit 1; }
"$cascade" --quiet population stein-2019 -n "$patients" --seed 3 --until 60d --output whole
for file in patients endpoints failures quantiles summary; do
    cmp "merged/$file.csv" "whole/$file.csv"
done
cmp merged/statistics.txt whole/statistics.txt
echo "merged shards are the whole, byte for byte"
