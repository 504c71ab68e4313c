# Functions that install what tests need into the cache, each once and pinned with hashes. To be sourced.
#
# The lock or the list of requirements comes last into the folder, for it says that the rest is there.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/entward

# pip as it is wanted everywhere: quiet, and nothing that has no hash.
pip_install() {
    python3 -m pip "${pip_python[@]}" install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --upgrade \
        --require-hashes "$@"
}
pip_python=()

# Microsoft's parser of Kusto and an evaluator of the language, for crates/entward/tests/kusto.rs and check_knowledge.sh.
kusto() {
    local folder=$cache/kusto
    mkdir -p "$folder"
    if ! cmp -s tests/kusto/package-lock.json "$folder/package-lock.json" || [ ! -d "$folder/node_modules" ]; then
        rm -f "$folder/package-lock.json"
        cp tests/kusto/package.json "$folder/" && cp tests/kusto/package-lock.json "$folder/package-lock.json" &&
            npm ci --prefix "$folder" --no-audit --no-fund || { rm -f "$folder/package-lock.json"; return 1; }
    fi
    if ! cmp -s tests/kusto/requirements.txt "$folder/requirements.txt"; then
        pip_install --target "$folder/python" --requirement tests/kusto/requirements.txt &&
            cp tests/kusto/requirements.txt "$folder/requirements.txt"
    fi
}

# Another engine of Sigma, for the test of crates/entward-sigma/tests/oracle/.
oracle() {
    local folder=$cache/oracle
    mkdir -p "$folder"
    if ! cmp -s tests/oracle/requirements.txt "$folder/requirements.txt"; then
        pip_install --target "$folder/python" --requirement tests/oracle/requirements.txt &&
            cp tests/oracle/requirements.txt "$folder/requirements.txt"
    fi
}

# environment NAME REQUIREMENTS…: an environment of Python with these packages.
environment() {
    local folder=$cache/knowledge/$1
    shift
    if ! cat "$@" | cmp -s - "$folder/requirements.txt"; then
        rm -rf "$folder"
        # Without pip: that of the system installs into it, and Debian has venv without it.
        python3 -m venv --without-pip "$folder" || return 1
        local pip_python=(--python "$folder/bin/python") lists=() list
        for list in "$@"; do lists+=(--requirement "$list"); done
        pip_install "${lists[@]}" && cat "$@" >"$folder/requirements.txt"
    fi
}

# What check_knowledge.sh tries the commands of the pages with.
knowledge() {
    local here=scripts/knowledge folder=$cache/knowledge
    mkdir -p "$folder"
    environment az $here/requirements-az.txt || return 1
    environment authorization-4.0.0 $here/requirements-authorization-4.0.0.txt || return 1
    environment authorization-5.0.0b2 $here/requirements-authorization-5.0.0b2.txt || return 1
    environment mypy $here/requirements-mypy.txt || return 1
    if ! cat $here/requirements-graph.txt $here/graph_calls.py | cmp -s - "$folder/graph_calls.made_from"; then
        rm -rf "$folder/wheels"
        python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
            --dest "$folder/wheels" --requirement $here/requirements-graph.txt &&
            python3 $here/graph_calls.py "$folder"/wheels/*.whl >"$folder/graph_calls.txt" &&
            cat $here/requirements-graph.txt $here/graph_calls.py >"$folder/graph_calls.made_from" || return 1
        rm -rf "$folder/wheels"
    fi
}
