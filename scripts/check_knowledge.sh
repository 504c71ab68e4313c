#!/usr/bin/env bash
# Tries the commands and queries of the knowledge pages with the tools that read them:
#
#     scripts/check_knowledge.sh [PAGE.md…]
#
# `az` lines go through the parser of azure-cli; calls of Microsoft Graph are looked up in Microsoft's clients, which are
# generated from its OpenAPI descriptions, and calls of Azure Resource Manager in the azure-mgmt packages; queries go through
# Microsoft's parser of Kusto with the tables declared; Python is imported and type-checked with both versions of
# azure-mgmt-authorization. (`entward` lines are parsed by a test of crates/entward.) The tools come from PyPI and npm, pinned with
# hashes, once into the cache. Nothing is sent to Azure, and no login is needed.
#
# Needs python3 with pip and venv, node with npm, and a built program (target/debug or $CARGO_TARGET_DIR/debug) for the pages that
# are made from tables; of those a sample is tried too. Bodies are held against ../shared/reference/openapi where that is there.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/tools.sh

kusto || { echo "Microsoft's parser of Kusto could not be installed from npm"; exit 1; }
knowledge || { echo "the tools could not be installed from PyPI"; exit 1; }
tools=$cache/knowledge
program=${CARGO_TARGET_DIR:-target}/debug/entward

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
if [ $# -gt 0 ]; then
    pages=("$@")
    export ALL_PAGES=0
else
    for name in Mail.Read Files.ReadWrite.All User.Read full_access_as_app Sites.Selected offline_access vso.code; do
        "$program" kb permission "$name" --format markdown >"$made/permission-$name.md"
    done
    for name in Owner 'Global Administrator' 'Helpdesk Administrator' 'Key Vault Secrets User' Reader; do
        "$program" kb role "$name" --format markdown >"$made/role-${name// /-}.md"
    done
    "$program" kb app 00000003-0000-0000-c000-000000000000 --format markdown >"$made/app.md"
    pages=(knowledge/*/*.md "$made"/*.md)
    export ALL_PAGES=1
fi

packages=$(printf '%s:' "$tools"/*/lib/python*/site-packages)
status=0
run() { "$@" || status=1; }
run env AZURE_CONFIG_DIR="$made/az" "$tools/az/bin/python" scripts/knowledge/az_lines.py "${pages[@]}"
run "$tools/az/bin/python" scripts/knowledge/calls.py "$tools/graph_calls.txt" "${packages%:}" scripts/knowledge/reviewed_calls.csv \
    ../shared/reference/openapi -- "${pages[@]}"
run python3 scripts/knowledge/kql_queries.py "$cache/kusto" crates/entward-analysis/data/kusto_columns.csv \
    scripts/knowledge/kusto_columns.csv -- "${pages[@]}"
run "$tools/mypy/bin/python" scripts/knowledge/python_blocks.py "$tools"/authorization-*/bin/python -- "${pages[@]}"
exit $status
