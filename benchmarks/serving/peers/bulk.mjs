// Events a second of processor time through ONNX Runtime: node bulk.mjs MODEL FOLDER BATCH SECONDS raw|prepared. One thread. The folder has
// the files features (float32, events × 14) and, for models that read particles, offsets (int32), particles (float32, rows × 19) as
// physics computes them, and the same prepared. Prepared batches are made before the clock starts.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { prepare } from './prepare.mjs';

const [model, folder, batchText, secondsText, form] = process.argv.slice(2);
const batch = Number(batchText), seconds = Number(secondsText), isRaw = form === 'raw';
const read = (name, Type) => {
  const bytes = readFileSync(join(folder, name));
  return new Type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const features = read('features', Float32Array), events = features.length / 14;
const order = [...Array(events).keys()];
const readsParticles = session.inputNames.includes('particles');
let offsets, particles;
if (readsParticles) {
  offsets = read('offsets', Int32Array);
  particles = read(isRaw ? 'particles' : 'prepared', Float32Array);
  // Events of like length together, so that little is padded.
  order.sort((a, b) => offsets[b + 1] - offsets[b] - (offsets[a + 1] - offsets[a]));
}

function feedsOf(first) {
  const rows = order.slice(first, first + batch), feeds = {};
  if (session.inputNames.includes('features')) {
    const values = new Float32Array(rows.length * 14);
    rows.forEach((row, i) => values.set(features.subarray(row * 14, row * 14 + 14), i * 14));
    feeds.features = new ort.Tensor('float32', values, [rows.length, 14]);
  }
  if (readsParticles) {
    const lengths = Int32Array.from(rows, (row) => offsets[row + 1] - offsets[row]), longest = Math.max(...lengths);
    const values = new Float32Array(rows.length * longest * 19);
    rows.forEach((row, i) => {
      const first = i * longest * 19;
      const particle = (_, k) => particles.subarray((offsets[row] + k) * 19, (offsets[row] + k + 1) * 19);
      if (isRaw) prepare(Array.from({ length: lengths[i] }, particle), values, first);
      else values.set(particles.subarray(offsets[row] * 19, offsets[row + 1] * 19), first);
    });
    feeds.particles = new ort.Tensor('float32', values, [rows.length, longest, 19]);
    feeds.lengths = new ort.Tensor('int32', lengths, [rows.length]);
  }
  return feeds;
}

const firsts = Array.from({ length: Math.ceil(events / batch) }, (_, i) => i * batch);
const batches = isRaw ? [] : firsts.map(feedsOf);
for (const first of firsts.slice(0, 4)) await session.run(feedsOf(first));
let done = 0;
const before = process.cpuUsage(), start = performance.now();
while (performance.now() - start < seconds * 1000) {
  for (let i = 0; i < firsts.length; i++) {
    done += (await session.run(isRaw ? feedsOf(firsts[i]) : batches[i])).probabilities.dims[0];
    if (performance.now() - start > seconds * 1000) break;
  }
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ events_per_s: done / ((user + system) / 1e6) }));
