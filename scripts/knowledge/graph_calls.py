"""Lists the calls of Microsoft Graph that Microsoft's own clients for Python know.

    graph_calls.py WHEEL... > calls.txt

The clients are generated from the OpenAPI descriptions of v1.0 and beta (PyPI: msgraph-sdk, msgraph-beta-sdk; MIT). A line is
`v1.0 GET /applications/{application-id}`. Nothing of them is run: a request builder names its address and has a function for
each method.
"""

import os
import re
import sys
import urllib.parse
import zipfile

ADDRESS = re.compile(r'super\(\).__init__\(request_adapter, "([^"]*)"')
METHOD = re.compile(r"async def (get|post|put|patch|delete)\(")

for wheel in sys.argv[1:]:
    version = "beta" if "beta" in os.path.basename(wheel) else "v1.0"
    with zipfile.ZipFile(wheel) as files:
        for name in sorted(files.namelist()):
            if not name.endswith("_request_builder.py"):
                continue
            text = files.read(name).decode()
            address = ADDRESS.search(text)
            if address:
                path = urllib.parse.unquote(re.sub(r"\{\?[^}]*\}.*$", "", address[1])).removeprefix("{+baseurl}")
                for method in METHOD.findall(text):
                    print(version, method.upper(), path)
