// Sums every float32 of Arrow files with apache-arrow; prints GB/s (median of rounds, by processor time) and the sum.
// Usage: node scan.mjs ROUNDS FILE…
import { readFileSync } from "node:fs";
import { tableFromIPC } from "apache-arrow";

const [rounds, ...files] = process.argv.slice(2);
const rates = [];
let sum = 0;
for (let round = -1; round < Number(rounds); round++) {
  const before = process.cpuUsage();
  let bytes = 0;
  sum = 0;
  for (const file of files) {
    const content = readFileSync(file);
    bytes += content.length;
    for (const batch of tableFromIPC(content).batches) {
      for (const name of ["hlf", "particles"]) {
        let data = batch.getChild(name).data[0];
        while (data.children?.length) data = data.children[0];
        const values = data.values;
        for (let i = 0; i < values.length; i++) sum += values[i];
      }
    }
  }
  const used = process.cpuUsage(before);
  if (round >= 0) rates.push(bytes / 1e3 / (used.user + used.system));
}
rates.sort((a, b) => a - b);
console.log(`${rates[rates.length >> 1]} ${sum}`);
