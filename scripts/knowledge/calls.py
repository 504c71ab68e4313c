"""Looks up every call of Microsoft Graph and of Azure Resource Manager that the knowledge pages make.

    calls.py GRAPH_CALLS PACKAGES REVIEWED [SUBSETS] -- PAGE.md...

GRAPH_CALLS is what graph_calls.py wrote. PACKAGES are folders, separated by colons, with the azure-mgmt packages in which calls
of Azure Resource Manager are looked up. REVIEWED lists, with the document that describes it, what neither knows. SUBSETS is a folder with OpenAPI
descriptions (graph-subset.yaml, arm-subset.yaml), where there is one: bodies are then held against them.

A call stands in an `http` block (method and address in the first line, then headers, an empty line, the body) or behind
`az rest`. What is in capitals is for the reader to fill in and fits any single segment.
"""

import ast
import csv
import glob
import json
import os
import re
import shlex
import sys
from dataclasses import dataclass

from pages import ALL, Report, blocks

GRAPH = "https://graph.microsoft.com/"
ARM = "https://management.azure.com/"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}


@dataclass
class Call:
    page: str
    line: int
    method: str
    address: str
    body: str


def calls(pages, report):
    """Every call of the pages."""
    for block in blocks(pages, "http", "az"):
        if block.language == "http":
            head, _, body = block.text.partition("\n\n")
            words = head.splitlines()[0].split(" ", 1)
            if len(words) < 2 or words[0] not in METHODS:
                report.trouble(block.page, block.line, "the first line of an http block is METHOD ADDRESS")
                continue
            yield Call(block.page, block.line, words[0], words[1].strip(), body.strip())
            continue
        for number, line in enumerate(block.text.splitlines(), block.line):
            # A shell takes the backslash from \$ in double quotes; shlex leaves it.
            words = [word.replace("\\$", "$") for word in shlex.split(line)]
            if words[:2] != ["az", "rest"]:
                continue
            value = dict(zip(words, words[1:]))
            address = value.get("--url") or value.get("--uri") or value.get("-u", "")
            method = value.get("--method") or value.get("-m", "get")
            body = value.get("--body") or value.get("-b", "")
            yield Call(block.page, number, method.upper(), address, "" if body.startswith("@") else body)


def pattern(template):
    """A template of an address as an expression: a parameter fits anything within its segment."""
    parts = re.split(r"(\{[^}]*\})", template)
    return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)


def graph_calls(path):
    """Known calls as {(version, method): [expression]}."""
    known = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            version, method, template = line.rstrip("\n").split(" ", 2)
            known.setdefault((version, method), []).append(template)
    return {key: re.compile("|".join(f"(?:{pattern(template)})" for template in templates)) for key, templates in known.items()}


def plain(path):
    """A path as the clients have it: the signed-in user is a user, and names are not qualified."""
    path = re.sub(r"^/me(?=/|$)", "/users/me", path)
    return re.sub(r"/microsoft\.graph\.(\w+)", r"/graph.\1", path)


def arm_calls(folders):
    """Calls that the azure-mgmt packages in these folders make, as {(method, template): versions}."""
    known = {}
    paths = [path for folder in folders for path in glob.glob(f"{folder}/azure/mgmt/**/operations/_*operations.py", recursive=True)]
    for path in paths:
        if "/aio/" in path:
            continue
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            if not function.name.startswith("build_"):
                continue
            text = ast.unparse(function)
            template = re.search(r"_url = (?:kwargs\.pop\('template_url', )?'([^']+)'", text)
            method = re.search(r"HttpRequest\(method='(\w+)'", text)
            version = re.search(r"'api[_-]version', (?:_params\.pop\('api-version', )?'([^']+)'", text)
            # A template whose provider is a parameter would fit everything.
            if template and method and not re.search(r"/providers/\{|^/?\{\w+\}$", template[1]):
                versions = known.setdefault((method[1], template[1]), set())
                versions.update([version[1]] if version else [])
    return known


def arm_trouble(call, known):
    path, _, query = call.address[len(ARM) - 1 :].partition("?")
    version = re.search(r"(?:^|&)api-version=([^&]+)", query)
    if not version:
        return "no api-version"
    found = set()
    for (method, template), versions in known.items():
        # A scope is any number of segments, at the root none.
        expression = pattern("/" + template.lstrip("/"))
        for name in ("scope", "resourceId", "resourceUri", "roleId", "roleAssignmentId"):
            if template.lstrip("/").startswith("{" + name + "}"):
                expression = "(?:/.+?)?" + pattern(template.lstrip("/")[len(name) + 2 :])
        if method == call.method and re.fullmatch(expression, path, re.I):
            found |= versions
    if not found:
        return "neither a package of Azure nor the reviewed list has this call"
    return "" if version[1] in found else f"api-version {version[1]}; known are {', '.join(sorted(found))}"


def graph_trouble(call, known):
    version, _, path = call.address[len(GRAPH) :].partition("/")
    path = plain("/" + path.split("?")[0].rstrip("/"))
    if version not in ("v1.0", "beta"):
        return f"`{version}` is no version of Microsoft Graph"
    # An object that can be named by another key can be walked on from there.
    if (keyed := re.match(r"(/[^/]+\(\w+='[^']*'\))/", path)) and known[(version, "GET")].fullmatch(keyed[1]):
        path = re.sub(r"^(/[^(]+)\([^)]*\)", r"\1/key", path)
    expression = known.get((version, call.method))
    # A function without arguments is called with brackets or without.
    if expression and (expression.fullmatch(path) or expression.fullmatch(path + "()")):
        return ""
    others = [method for (other, method), expression in known.items() if other == version and expression.fullmatch(path)]
    if others:
        return f"{call.method} is no method of this path; it has {', '.join(sorted(others))}"
    if version == "v1.0" and (in_beta := known.get(("beta", call.method))) and in_beta.fullmatch(path):
        return "only beta has this call"
    return "neither Microsoft's client nor the reviewed list has this call"


def reviewed_calls(path, report):
    """The reviewed list: rows of method, address as a template, document."""
    rows = []
    with open(path, encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            if not row["document"].startswith("https://"):
                report.trouble(path, number, "no document")
            rows.append((row["method"], re.compile(pattern(row["address"]))))
    return rows


class Shapes:
    """What a description in OpenAPI 3.0 says of bodies."""

    TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list, "object": dict}

    def __init__(self, document):
        self.components = document.get("components", {})

    def whole(self, schema):
        """A schema with what it refers to, and all parts of an `allOf` as one."""
        while "$ref" in schema:
            found = self.components
            for name in schema["$ref"].removeprefix("#/components/").split("/"):
                found = found[name]
            schema = found
        if "allOf" not in schema:
            return schema
        parts = [self.whole(part) for part in [*schema["allOf"], {key: part for key, part in schema.items() if key != "allOf"}]]
        merged = {key: part for whole in parts for key, part in whole.items()}
        merged["properties"] = {name: part for whole in parts for name, part in whole.get("properties", {}).items()}
        return merged

    def troubles(self, value, schema, where="the body"):
        schema = self.whole(schema)
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                found = [list(self.troubles(value, part, where)) for part in schema[choice]]
                yield from min(found, key=len)
                return
        expected = self.TYPES.get(schema.get("type"))
        if value is None:
            return
        if expected and not isinstance(value, expected):
            yield f"{where} is no {schema['type']}"
        elif isinstance(value, list):
            for element in value:
                yield from self.troubles(element, schema.get("items", {}), where)
        elif isinstance(value, dict) and schema.get("properties"):
            for name, member in value.items():
                if name in schema["properties"]:
                    yield from self.troubles(member, schema["properties"][name], f"{where}: {name}")
                # Members of a kind that the description does not tell apart are objects there.
                elif "@odata." not in name and not isinstance(member, dict):
                    yield f"{where} has no member `{name}`"
        elif isinstance(value, str) and schema.get("enum") and value not in schema["enum"]:
            yield f"{where} is one of {', '.join(map(str, schema['enum']))}"


def check_bodies(found, folder):
    """Holds bodies against the OpenAPI descriptions; a group of its own, for the descriptions are not always there."""
    import yaml

    report = Report("bodies against the OpenAPI descriptions")
    known = []
    for name, root in (("graph-subset.yaml", GRAPH + "v1.0"), ("arm-subset.yaml", ARM.rstrip("/"))):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            document = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
                schema = content.get("application/json", {}).get("schema")
                if schema:
                    known.append((method.upper(), re.compile(pattern(root + path)), Shapes(document), schema))
    for call in found:
        address = call.address.split("?")[0]
        fitting = [row for row in known if row[0] == call.method and row[1].fullmatch(address)]
        if call.body and fitting:
            report.looked_at += 1
            _, _, shapes, schema = fitting[0]
            for trouble in shapes.troubles(json.loads(call.body), schema):
                report.trouble(call.page, call.line, trouble)
    return report.end()


def main():
    border = sys.argv.index("--")
    (graph_path, packages, reviewed_path, *subsets), pages = sys.argv[1:border], sys.argv[border + 1 :]
    report = Report("calls of Microsoft Graph and Azure Resource Manager")
    graph, arm, reviewed = graph_calls(graph_path), arm_calls(packages.split(":")), reviewed_calls(reviewed_path, report)
    found = list(calls(pages, report))
    used = set()
    for call in found:
        report.looked_at += 1
        if call.body:
            try:
                json.loads(call.body)
            except ValueError as error:
                report.trouble(call.page, call.line, f"the body is no JSON: {error}")
        if call.address.startswith(GRAPH):
            trouble = graph_trouble(call, graph)
        elif call.address.startswith(ARM):
            trouble = arm_trouble(call, arm)
        else:
            trouble = "an address of neither Microsoft Graph nor Azure Resource Manager"
        if trouble:
            address = call.address.split("?")[0]
            rows = {place for place, (method, known) in enumerate(reviewed) if method == call.method and known.fullmatch(address)}
            used |= rows
            if not rows:
                report.trouble(call.page, call.line, f"{trouble}\n    {call.method} {call.address}")
    for place in range(len(reviewed)):
        if ALL and place not in used:
            print(f"{reviewed_path}:{place + 2}: note: no page makes this call, or it needs no review any more")
    failed = report.end()
    if subsets and os.path.isdir(subsets[0]):
        failed |= check_bodies(found, subsets[0])
    else:
        print("bodies against the OpenAPI descriptions: not looked at, ../shared/reference/openapi is absent")
    sys.exit(failed)


main()
