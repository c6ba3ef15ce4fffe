// Prints what apache-arrow and polars see in an Arrow IPC file: rows, column names, names of the features, sums of some columns.
import { readFileSync } from "node:fs";
import { CompressionType, compressionRegistry, tableFromIPC } from "apache-arrow";
import lz4 from "lz4js";
import pl from "nodejs-polars";

// apache-arrow has no codecs of its own.
compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (bytes) => lz4.decompress(bytes) });

const [path, reader] = process.argv.slice(2);
const result = {};
if (reader === "arrow") {
  const table = tableFromIPC(readFileSync(path));
  const hlf = table.getChild("hlf");
  const particles = table.getChild("particles");
  const ht = table.schema.fields.find((field) => field.name === "hlf").metadata.get("names").split(" ").indexOf("HT");
  result.columns = table.schema.fields.map((field) => field.name);
  result.names = table.schema.fields.find((field) => field.name === "hlf").metadata.get("names");
  result.rows = table.numRows;
  result.ht = 0;
  result.particles = 0;
  for (let i = 0; i < table.numRows; i++) {
    result.ht += hlf.get(i).get(ht);
    result.particles += particles.get(i).length;
  }
  result.events = table.getChild("event").toArray().reduce((sum, id) => sum ^ id, 0n).toString();
} else {
  const frame = pl.readIPC(readFileSync(path));
  result.columns = frame.columns;
  result.rows = frame.height;
  result.ht = frame.getColumn("hlf").toArray().reduce((sum, row) => sum + row[0], 0);
  result.particles = frame.getColumn("particles").toArray().reduce((sum, rows) => sum + rows.length, 0);
  result.events = frame.getColumn("event").toArray().reduce((sum, id) => sum ^ BigInt(id), 0n).toString();
}
console.log(JSON.stringify(result));
