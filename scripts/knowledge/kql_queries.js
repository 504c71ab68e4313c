// Parses every `kql` block of the knowledge pages with Microsoft's own parser of the language:
//
//     node kql_queries.js PARSER PAGE.md...
//
// PARSER is the folder of the package @kusto/language-service-next. Only the grammar is
// checked: which columns a table has, the parser does not know.
"use strict";
const fs = require("fs");
const path = require("path");

const [parser, ...pages] = process.argv.slice(2);
require(path.resolve(parser, "bridge.js"));
require(path.resolve(parser, "Kusto.Language.Bridge.js"));

let queries = 0;
let wrong = 0;
for (const page of pages) {
  for (const [, query] of fs.readFileSync(page, "utf8").matchAll(/^```kql\n([\s\S]*?)^```/gm)) {
    queries += 1;
    const found = globalThis.Kusto.Language.KustoCode.Parse(query).GetSyntaxDiagnostics();
    for (let place = 0; place < found.Count; place += 1) {
      const { Message: message, Start: start } = found.getItem(place);
      wrong += 1;
      console.log(`${page}: ${message}\n    ${query.slice(Math.max(0, start - 40), start + 40).replace(/\n/g, " ")}`);
    }
  }
}
console.log(`kql: ${queries} queries, ${wrong} wrong`);
process.exit(wrong > 0 || queries === 0 ? 1 : 0);
