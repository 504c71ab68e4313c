#!/usr/bin/env bash
# Runs every test of the project, and installs what they need:
#
#     scripts/test.sh
#
# Needs Linux with Rust 1.95 (rustfmt and clippy included), and apt-get where one of a C++
# compiler, python3, pip, venv, valgrind, node or npm is missing. Two lanes run side by side: what goes through target/debug,
# and the fuzz targets with the instruction count, which go through folders of their own.
#
#     FUZZ_SECONDS=60 scripts/test.sh      seconds for each fuzz target; 10 unless said, 60 in CI
#
# The output of each step is kept in target/test-logs/. The last line counts the tests: `N passed, 0 failed`.
# A step that cannot run fails, and says what it lacks; none is left out.
set -uo pipefail
cd "$(dirname "$0")/.."

. scripts/tools.sh
logs=$PWD/target/test-logs
cargo_fuzz_version=0.13.2
if [ -n "${CI:-}" ]; then default_seconds=60; else default_seconds=10; fi
fuzz_seconds=${FUZZ_SECONDS:-$default_seconds}
started=$SECONDS

mkdir -p "$cache" "$logs"
rm -f "$logs"/*.log "$logs"/failed
export PATH="$cache/bin:$PATH"
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}

# step NAME COMMAND…: runs the command into its log and says how it ended and how long it took.
step() {
    local name=$1 began=$SECONDS status=0
    shift
    "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
    if [ "$status" -eq 0 ]; then
        printf '%-14s ok      %4d s\n' "$name" $((SECONDS - began))
    else
        # One write, so that two lanes do not mix their lines.
        printf '%-14s FAILED  %4d s, exit code %d: %s\n%s\n' "$name" $((SECONDS - began)) "$status" \
            "$logs/$name.log" "$(tail -n 60 "$logs/$name.log" | sed 's/^/    /')"
        echo "$name" >>"$logs/failed"
    fi
    return "$status"
}

prepare() {
    local missing=()
    command -v cargo >/dev/null || { echo "cargo is missing: install Rust 1.95 with rustup"; return 1; }
    cargo fmt --version || { echo "rustfmt is missing: rustup component add rustfmt"; return 1; }
    cargo clippy --version || { echo "clippy is missing: rustup component add clippy"; return 1; }
    command -v c++ >/dev/null || missing+=(g++)
    command -v python3 >/dev/null || missing+=(python3)
    python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
    python3 -c 'import venv' 2>/dev/null || missing+=(python3-venv)
    command -v valgrind >/dev/null || missing+=(valgrind)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    if [ ${#missing[@]} -gt 0 ]; then
        install_packages "${missing[@]}" || return 1
    fi
    crates/entward/tests/render/ocsf-schema || { echo "the OCSF schema could not be fetched from PyPI"; return 1; }
    kusto || { echo "what checks Kusto queries could not be installed from npm and PyPI"; return 1; }
    knowledge || { echo "what checks the knowledge pages could not be installed from PyPI"; return 1; }
    oracle || { echo "the other engine of Sigma could not be installed from PyPI"; return 1; }
    if [ "$(cargo fuzz --version 2>/dev/null)" != "cargo-fuzz $cargo_fuzz_version" ]; then
        cargo install --locked --version "$cargo_fuzz_version" --root "$cache" cargo-fuzz || {
            echo "cargo-fuzz $cargo_fuzz_version could not be installed"
            return 1
        }
    fi
}

install_packages() {
    local root=()
    command -v apt-get >/dev/null || { echo "missing, and there is no apt-get to install it: $*"; return 1; }
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "missing, and neither root nor sudo to install it: $*"; return 1; }
        root=(sudo --non-interactive)
    fi
    "${root[@]}" apt-get update --quiet || return 1
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "$@"
}

documentation() {
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
}

instructions() {
    cargo build --release --locked -p entward-bench --bins &&
        cargo run --release --locked -p entward-bench --bin instructions -- --check
}

debug_lane() {
    step clippy cargo clippy --workspace --all-targets --locked -- -D warnings
    step tests cargo test --workspace --locked --no-fail-fast
    step doc documentation
    # With the program that the tests built.
    step knowledge scripts/check_knowledge.sh
}

other_lane() {
    if [ -n "${CI:-}" ]; then export FUZZ_SEED=${FUZZ_SEED:-1}; fi
    step fuzz fuzz/run.sh "$fuzz_seconds"
    step instructions instructions
}

step prepare prepare || exit 1
step fmt cargo fmt --all --check
[ -d ../shared/corpora ] || echo "note: ../shared/corpora is absent, the tests that read the public logs say so and check nothing"
debug_lane &
lanes=$!
other_lane
wait "$lanes"

grep -hE 'looked at' "$logs/knowledge.log" 2>/dev/null
grep -hE 'instructions per record|% against' "$logs/instructions.log" 2>/dev/null
grep -hE '^== |number_of_executed_units' "$logs/fuzz.log" 2>/dev/null |
    sed -E 's/^== /fuzz /; s/^stat::number_of_executed_units: */    inputs: /'
echo "all steps: $((SECONDS - started)) s"

counts=$(sed -nE 's/^test result: [a-zA-Z]+\. ([0-9]+) passed; ([0-9]+) failed;.*/\1 \2/p' "$logs/tests.log" |
    awk '{ passed += $1; failed += $2 } END { print passed + 0, failed + 0 }')
passed=${counts% *} failed=${counts#* }
if [ -s "$logs/failed" ]; then
    echo "failed: $(tr '\n' ' ' <"$logs/failed")"
    # A step that is no test fails the run as a test would.
    [ "$failed" -gt 0 ] || failed=$(wc -l <"$logs/failed")
elif [ "$passed" -eq 0 ]; then
    echo "failed: no test was run"
    failed=1
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
