#!/bin/sh
# Tests/Fuzz/fuzz.sh TARGET [SECONDS]: feeds one target with inputs guided by coverage.
#
# Starts from Tests/FuzzTests/Corpus/TARGET, which it does not change; what it finds on its way is kept in the build folder.
# An input that shows a fault is written to fault-TARGET-…: mend what it shows and put it into the corpus.
set -eu
target=${1:?usage: Tests/Fuzz/fuzz.sh TARGET [SECONDS]}
seconds=${2:-60}
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=${LAPWING_FUZZ_SCRATCH:-$root/.build/fuzz}
cd "$root"
LAPWING_FUZZ=1 nice swift build -c release --product Fuzz --scratch-path "$scratch" \
    -Xswiftc -sanitize=fuzzer -Xswiftc -use-ld=lld
# Swift's own report of a trap would come before the engine writes the input down.
export SWIFT_BACKTRACE=enable=no
mkdir -p "$scratch/corpus/$target"
exec nice "$scratch/release/Fuzz" "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
    -artifact_prefix="fault-$target-" -print_final_stats=1 "$scratch/corpus/$target" "Tests/FuzzTests/Corpus/$target"
