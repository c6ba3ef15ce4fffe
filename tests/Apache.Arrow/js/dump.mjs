// Prints the values of an Arrow IPC file or stream as one JSON object: {"schema": {…}, "values": {column: […]}}.
// Usage: node dump.mjs FILE
import { readFileSync } from 'node:fs';
import { tableFromIPC, DataType } from 'apache-arrow';

const table = tableFromIPC(readFileSync(process.argv[2]));

function plain(type, value) {
  if (value === null || value === undefined) return 'null';
  if (DataType.isDictionary(type)) return plain(type.dictionary, value);
  if (DataType.isStruct(type)) {
    return '{' + type.children.map(f => `${JSON.stringify(f.name)}:${plain(f.type, value[f.name])}`).join(',') + '}';
  }
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    return '[' + Array.from(value, item => plain(type.children[0].type, item)).join(',') + ']';
  }
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('hex'));
  if (typeof value === 'bigint') return value.toString();
  return JSON.stringify(value);
}

const columns = table.schema.fields.map(field => {
  const values = Array.from(table.getChild(field.name), value => plain(field.type, value));
  return `${JSON.stringify(field.name)}:[${values.join(',')}]`;
});
const schema = {
  metadata: Object.fromEntries(table.schema.metadata),
  fields: table.schema.fields.map(f => [f.name, String(f.type), f.nullable, Object.fromEntries(f.metadata)]),
};
process.stdout.write(`{"schema":${JSON.stringify(schema)},"batches":${table.batches.length},"values":{${columns.join(',')}}}\n`);
