// Prints a model's probabilities: node predict.mjs MODEL INPUTS, INPUTS being JSON: {name: {type, dims, data: base64}}.
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';

const session = await ort.InferenceSession.create(process.argv[2], { intraOpNumThreads: 1, interOpNumThreads: 1 });
const inputs = {};
for (const [name, { type, dims, data }] of Object.entries(JSON.parse(readFileSync(process.argv[3], 'utf8')))) {
  const bytes = Buffer.from(data, 'base64');
  const values = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  inputs[name] = new ort.Tensor(type, type === 'int32' ? new Int32Array(values) : new Float32Array(values), dims);
}
const { probabilities } = await session.run(inputs);
console.log(JSON.stringify({ inputs: session.inputNames, dims: probabilities.dims, values: [...probabilities.data] }));
