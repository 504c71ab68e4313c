#!/bin/sh
# Runs every fuzz target, or those named, for so many seconds each:
#
#     fuzz/run.sh SECONDS [TARGET…]
#
# Stable Rust and a C++ compiler are enough: no sanitizer is used (the project has no
# unsafe code for one to watch), so panics, failed assertions, hangs and memory are what
# is looked for. An input that breaks something is kept in fuzz/artifacts/TARGET; the
# command to run it again is printed with it.
#
# FUZZ_SEED=N makes a run repeatable: the same inputs in the same order, as many as there is time for. CI
# says 1, so that what it is asked to judge decides and not chance; who looks for new ground says nothing.
#
# CARGO_TARGET_DIR moves the build, as ever.
set -eu

seconds=${1:?usage: fuzz/run.sh SECONDS [TARGET…]}
shift
cd "$(dirname "$0")/.."

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "cargo-fuzz is missing: cargo install cargo-fuzz --version 0.13.2 --locked" >&2
    exit 1
fi

target_dir=${CARGO_TARGET_DIR:-fuzz/target}
[ $# -gt 0 ] || set -- $(cargo fuzz list)

# What lies in fuzz/seeds/TARGET is committed; what a run finds new goes to fuzz/corpus.
# Targets that read what the project has anyway start from that as well.
also() {
    case $1 in
        sigma_rule | sigma_collection) echo rules ;;
        input_file) echo samples fuzz/seeds/json_record fuzz/seeds/csv_row ;;
    esac
}

status=0
for target in "$@"; do
    mkdir -p "fuzz/corpus/$target" "fuzz/seeds/$target"
    echo "== $target"
    cargo fuzz run --sanitizer none --target-dir "$target_dir/fuzz" "$target" \
        "fuzz/corpus/$target" "fuzz/seeds/$target" $(also "$target") -- \
        -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=16384 -print_final_stats=1 \
        2>"fuzz/corpus/$target.log" || status=1
    grep -E '^(stat::number_of_executed_units|.*(panicked|ERROR|SUMMARY|artifact))' "fuzz/corpus/$target.log" || true
done
exit $status
