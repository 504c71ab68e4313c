#!/usr/bin/env bash
# Tries the commands and queries of the knowledge pages with the tools that read them:
#
#     scripts/check_knowledge.sh
#
# `az` lines go through the parser of azure-cli from PyPI, KQL through Microsoft's parser from npm, Python through
# Python's own. The tools are installed once into the cache. Nothing is sent to Azure, and no login is needed.
# Needs python3 with venv, node with npm, and a built program (target/debug or $CARGO_TARGET_DIR/debug) for the
# pages that are made from tables; a sample of those is tried too.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/entward/knowledge
program=${CARGO_TARGET_DIR:-target}/debug/entward
mkdir -p "$cache"

# The parts of azure-cli that its parser loads; the whole would be 733 MB.
if [ ! -f "$cache/az-2.91.0/ready" ]; then
    rm -rf "$cache/az-2.91.0"
    python3 -m venv "$cache/az-2.91.0"
    pip() { "$cache/az-2.91.0/bin/pip" --quiet --disable-pip-version-check install "$@"; }
    pip azure-cli-core==2.91.0
    pip --no-deps azure-cli==2.91.0
    pip azure-mgmt-authorization==5.0.0b2 azure-mgmt-monitor==7.0.0 antlr4-python3-runtime==4.13.2 python-dateutil \
        azure-mgmt-resource==24.0.0 azure-mgmt-resource-deployments==1.0.0b1 azure-mgmt-resource-deploymentscripts==1.0.0b1 \
        azure-mgmt-resource-deploymentstacks==1.0.0 azure-mgmt-resource-subscriptions==1.0.0 \
        azure-mgmt-resource-templatespecs==1.0.0 semver==3.1.2 2>/dev/null
    touch "$cache/az-2.91.0/ready"
fi
if [ ! -d "$cache/node_modules/@kusto/language-service-next" ]; then
    npm install --silent --no-audit --no-fund --prefix "$cache" @kusto/language-service-next@12.4.1
fi

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
for name in Mail.Read Files.ReadWrite.All User.Read full_access_as_app; do
    "$program" kb permission "$name" --format markdown >"$made/permission-$name.md"
done
"$program" kb role Owner --format markdown >"$made/role-owner.md"
"$program" kb role 'Global Administrator' --format markdown >"$made/role-global-administrator.md"
"$program" kb app 00000003-0000-0000-c000-000000000000 --format markdown >"$made/app.md"

status=0
AZURE_CONFIG_DIR=$made/az "$cache/az-2.91.0/bin/python" scripts/knowledge/az_lines.py knowledge/*/*.md "$made"/*.md || status=1
node scripts/knowledge/kql_queries.js "$cache/node_modules/@kusto/language-service-next" knowledge/*/*.md "$made"/*.md || status=1
python3 - knowledge/*/*.md <<'PYTHON' || status=1
import ast, re, sys
blocks = [(page, block) for page in sys.argv[1:] for block in re.findall(r"^```python\n(.*?)^```", open(page).read(), re.S | re.M)]
for page, block in blocks:
    ast.parse(block, page)
print(f"python: {len(blocks)} scripts, 0 wrong")
PYTHON
exit $status
