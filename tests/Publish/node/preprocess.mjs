// Prepares a test image by preprocessor_config.json in transformers.js and classifies it by the published ONNX models. The project does not need it:
//   npm install @huggingface/transformers onnxruntime-node && node preprocess.mjs FOLDER t10k-images-idx3-ubyte.gz
// Prints how far the prepared image is from its bytes divided by 255, and each model's class.
import { readFileSync, existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import path from 'node:path';
import { AutoImageProcessor, RawImage, env } from '@huggingface/transformers';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const folder = path.resolve(process.argv[2]);
env.allowRemoteModels = false;
env.localModelPath = path.dirname(folder);
const processor = await AutoImageProcessor.from_pretrained(path.basename(folder));
const labels = readFileSync(path.join(folder, 'labels.txt'), 'utf8').trim().split('\n');
const side = 28;
const pixels = gunzipSync(readFileSync(process.argv[3])).subarray(16, 16 + side * side);
const { pixel_values } = await processor(new RawImage(new Uint8ClampedArray(pixels), side, side, 1));
const difference = Math.max(...pixel_values.data.map((value, i) => Math.abs(value - pixels[i] / 255)));
console.log(`pixel_values [${pixel_values.dims}], at most ${difference.toExponential(1)} from bytes / 255`);
for (const form of ['model.onnx', 'model.fp16.onnx', 'model.int8.onnx'].filter(name => existsSync(path.join(folder, name)))) {
  const session = await InferenceSession.create(path.join(folder, form));
  const { logits } = await session.run({ pixel_values: new Tensor('float32', pixel_values.data, pixel_values.dims) });
  console.log(`${form}: ${labels[logits.data.indexOf(Math.max(...logits.data))]}`);
}
