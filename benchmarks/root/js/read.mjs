// Reads the given branches of the given files through jsroot and prints, a line a pass and file, the CPU seconds and the number of values.
// Arguments: passes, tree, branches as JSON, files as JSON.
import { openFile } from 'jsroot/io';
import { TSelector, treeProcess } from 'jsroot/tree';

const [passes, treeName, branches, files] = process.argv.slice(2).map((text, i) => (i === 1 ? text : JSON.parse(text)));

class Counter extends TSelector {
  values = 0;

  constructor() {
    super();
    for (const branch of branches) this.addBranch(branch);
  }

  Process() {
    for (const branch of branches) this.values += this.tgtobj[branch].length;
  }
}

// Standard output is kept for the results.
console.log = () => {};
for (let pass = 0; pass < passes; pass++) {
  for (const path of files) {
    const file = await openFile(path);
    const tree = await file.readObject(treeName);
    const counter = new Counter();
    const before = process.cpuUsage();
    await treeProcess(tree, counter);
    const used = process.cpuUsage(before);
    process.stdout.write(JSON.stringify({ path, seconds: (used.user + used.system) / 1e6, values: counter.values }) + '\n');
  }
}
