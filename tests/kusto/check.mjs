// Parses queries with Microsoft's own Kusto parser and prints what it says against them.
//
//     node check.mjs [FOLDER] < lines.jsonl
//
// Each line of standard input is one JSON object: first `{"tables": [{"name", "columns": [{"name", "type"}]}]}`, which
// declares the database, then `{"name", "query"}` for each query. For each query one line comes out:
// `{"name", "diagnostics": ["severity at position: message near text"]}`.

import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

// The folder in which the package is installed; this one unless another is named.
const folder = process.argv[2];
const require = createRequire(folder ? `${resolve(folder)}/` : import.meta.url);
// The bridge runs inside this file's globals, which is how the package is made.
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');

const { Kusto } = globalThis;
const { GlobalState, KustoCode } = Kusto.Language;
const { ScalarTypes, ColumnSymbol, TableSymbol, DatabaseSymbol, ClusterSymbol } = Kusto.Language.Symbols;

let globals = GlobalState.Default;
let declared = false;

function declare(tables) {
  const symbols = tables.map((table) => {
    const columns = table.columns.map(({ name, type }) => {
      const symbol = ScalarTypes.GetSymbol(type);
      if (!symbol) throw new Error(`${table.name}.${name}: Kusto has no type ${type}`);
      return new ColumnSymbol(name, symbol);
    });
    return new TableSymbol.$ctor4(table.name, columns);
  });
  const database = new DatabaseSymbol.ctor('Workspace', symbols);
  const cluster = new ClusterSymbol.ctor('workspace', [database]);
  globals = globals.WithCluster(cluster).WithDatabase(database);
  declared = true;
}

function check(name, query) {
  if (!declared) throw new Error('the first line has to declare the tables');
  const code = KustoCode.ParseAndAnalyze(query, globals);
  const found = code.GetDiagnostics();
  const diagnostics = [];
  for (let place = 0; place < found.Count; place += 1) {
    const { Severity, Message, Start, Length } = found.getItem(place);
    diagnostics.push(`${Severity} at ${Start}: ${Message} near ${query.slice(Start, Start + Math.min(Length, 80))}`);
  }
  process.stdout.write(`${JSON.stringify({ name, diagnostics })}\n`);
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  const read = JSON.parse(line);
  if (read.tables) declare(read.tables);
  else check(read.name, read.query);
}
