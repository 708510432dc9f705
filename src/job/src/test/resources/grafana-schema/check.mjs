// Checks dashboards against the types that Grafana publishes of them: node check.mjs DIRECTORY
// Prints a line for each key that is not known, is missing or has a value of another type, and then exits with 1.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const directory = process.argv[2];
const schema = '@grafana/schema/dist/types/raw';
const places = [];
let source = '';

/** Has the compiler check a literal, for which it refuses keys that the type does not have. */
function check(place, type, value) {
  places.push({ line: source.split('\n').length, place });
  source += `const value${places.length}: ${type} = ${JSON.stringify(value, null, 1)};\n`;
}

// In JSON the members of an enum are plain texts.
source += `import type { Dashboard, Panel } from '${schema}/dashboard/x/types.gen';
type Json<T> = unknown extends T ? T
  : T extends string ? \`\${T}\`
  : T extends number | boolean | null | undefined ? T
  : { [K in keyof T]: Json<T[K]> };
`;
const files = fs.readdirSync(directory).filter(file => file.endsWith('.json')).sort();
for (const file of files) {
  const { panels, annotations, ...dashboard } = JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8'));
  // The targets of annotations are typed for Grafana's own annotations alone.
  const list = annotations.list.map(({ target, ...annotation }) => annotation);
  check(file, `Json<Omit<Dashboard, 'panels'>>`, { ...dashboard, annotations: { list } });
  for (const panel of panels) {
    const place = `${file}, ${panel.title}`;
    check(place, 'Json<Panel>', panel);
    const types = `${schema}/composable/${panel.type}/panelcfg/x/types.gen`;
    const text = fs.readFileSync(`node_modules/${types}.d.ts`, 'utf8');
    check(`${place}: options`, `Json<Partial<import('${types}').Options>>`, panel.options ?? {});
    const custom = panel.fieldConfig?.defaults?.custom;
    if (custom !== undefined) {
      const type = /export (interface|type) FieldConfig\b/.test(text) ? `Json<Partial<import('${types}').FieldConfig>>` : '{}';
      check(`${place}: fieldConfig`, type, custom);
    }
  }
}

fs.writeFileSync('check.ts', source);
const program = ts.createProgram(['check.ts'], {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  module: ts.ModuleKind.ESNext,
  // The types of a panel's options are files that the package does not export.
  moduleResolution: ts.ModuleResolutionKind.Node10,
  target: ts.ScriptTarget.ES2022,
  types: [],
});
const found = ts.getPreEmitDiagnostics(program);
for (const each of found) {
  const line = each.file ? each.file.getLineAndCharacterOfPosition(each.start).line + 1 : 0;
  const place = places.findLast(one => one.line <= line)?.place ?? 'check.ts';
  console.log(`${place}: ${ts.flattenDiagnosticMessageText(each.messageText, ' ')}`);
}
console.log(`${places.length} parts of ${files.length} dashboards checked`);
process.exitCode = found.length === 0 ? 0 : 1;
