// A minimal server around ONNX Runtime: node server.mjs MODEL. Takes and gives the same JSON as ours; prints its URL when it is ready.
import http from 'node:http';
import ort from 'onnxruntime-node';
import { prepare } from './prepare.mjs';

const session = await ort.InferenceSession.create(process.argv[2], { intraOpNumThreads: 1, interOpNumThreads: 1 });
const readsFeatures = session.inputNames.includes('features'), readsParticles = session.inputNames.includes('particles');

function feedsOf(events) {
  const feeds = {};
  if (readsFeatures) {
    feeds.features = new ort.Tensor('float32', Float32Array.from(events.flatMap((event) => event.hlf)), [events.length, 14]);
  }
  if (readsParticles) {
    const longest = Math.max(...events.map((event) => event.particles.length));
    const values = new Float32Array(events.length * longest * 19);
    events.forEach((event, i) => prepare(event.particles, values, i * longest * 19));
    feeds.particles = new ort.Tensor('float32', values, [events.length, longest, 19]);
    feeds.lengths = new ort.Tensor('int32', Int32Array.from(events.map((event) => event.particles.length)), [events.length]);
  }
  return feeds;
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const { events } = JSON.parse(Buffer.concat(chunks));
    const { probabilities } = await session.run(feedsOf(events));
    const predictions = events.map((_, i) => ({ probabilities: [...probabilities.data.slice(3 * i, 3 * i + 3)] }));
    const body = JSON.stringify({ predictions });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
});
// A connection that has nothing to do for five seconds would be closed.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', 1024, () => console.log(`http://127.0.0.1:${server.address().port}`));
