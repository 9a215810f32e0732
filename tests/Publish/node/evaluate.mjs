// Top-1 of an ONNX model on an IDX test split, by ONNX Runtime for Node.js: nothing of this project takes part.
//   npm install onnxruntime-node && node evaluate.mjs model.onnx t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [model, imagesPath, labelsPath] = process.argv.slice(2);
const read = path => path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path);
const images = read(imagesPath);
const labels = read(labelsPath).subarray(8);
const [count, height, width] = [4, 8, 12].map(at => images.readUInt32BE(at));
const size = height * width;

const session = await InferenceSession.create(model);
let right = 0;
const classes = [];
for (let from = 0; from < count; from += 500) {
  const batch = Math.min(500, count - from);
  const pixels = Float32Array.from(images.subarray(16 + from * size, 16 + (from + batch) * size), value => value / 255);
  const { logits } = await session.run({ pixel_values: new Tensor('float32', pixels, [batch, 1, height, width]) });
  const many = logits.dims[1];
  for (let i = 0; i < batch; i++) {
    const row = logits.data.subarray(i * many, (i + 1) * many);
    const best = row.indexOf(Math.max(...row));
    classes.push(best);
    right += best === labels[from + i] ? 1 : 0;
  }
}

console.log(JSON.stringify({ images: count, top1: Math.round(10000 * right / count) / 100, classes: process.env.CLASSES ? classes : undefined }));
