// TensorFlow.js on WebGPU (Dawn) under Node. MODE HxWxC LAYERS OPTIMIZER BATCH SECONDS IMAGES
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

// The packages are in the cache folder, not beside this file.
const require = createRequire(path.join(process.cwd(), 'package.json'));
const {create, globals} = require('webgpu');
Object.assign(globalThis, globals);
Object.defineProperty(globalThis, 'navigator', {value: {gpu: create([])}, configurable: true});
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-webgpu');
const tfl = require('@tensorflow/tfjs-layers');

const IMAGES = 8192, CLASSES = 10;
const [mode, sizeText, layersText, optimizerText, batchText, secondsText, file] = process.argv.slice(2);
const size = sizeText.split('x').map(Number), batch = Number(batchText), seconds = Number(secondsText);

function layerOf(word, index) {
    const [kind, first, second] = word.split(':');
    const input = index === 0 ? {inputShape: size} : {};
    switch (kind) {
    case 'conv': return tfl.layers.conv2d({filters: Number(first), kernelSize: Number(second), ...input});
    case 'relu': return tfl.layers.reLU(input);
    case 'pool': return tfl.layers.maxPooling2d({poolSize: 2, ...input});
    case 'flatten': return tfl.layers.flatten(input);
    case 'dense': return tfl.layers.dense({units: Number(first), ...input});
    case 'dropout': return tfl.layers.dropout({rate: Number(first), ...input});
    default: throw new Error(`no layer '${kind}'`);
    }
}

function modelOf() {
    const net = tfl.sequential({layers: layersText.split(',').map(layerOf)});
    net.add(tfl.layers.softmax());
    const [kind, rate, second] = optimizerText.split(':');
    const optimizer = kind === 'adam' ? tf.train.adam(Number(rate), 0.9, 0.999, Number(second)) : tf.train.momentum(Number(rate), Number(second));
    net.compile({optimizer, loss: 'sparseCategoricalCrossentropy'});
    return net;
}

// Slices of one step at least: this device is slow.
async function timeSlices(step) {
    await step();
    const rates = [];
    let total = 0;
    while (total < seconds) {
        let steps = 0, passed = 0;
        const start = performance.now();
        do {
            await step();
            ++steps;
            passed = (performance.now() - start) / 1e3;
        } while (passed < seconds / 4);
        rates.push(steps * batch / passed);
        total += passed;
    }
    return rates;
}

if (!await tf.setBackend('webgpu')) throw new Error('TensorFlow.js found no WebGPU device that it takes');
await tf.ready();
const pixels = fs.readFileSync(file).subarray(0, IMAGES * size[0] * size[1] * size[2]);
let next = 0;
function batchOf() {
    if (next + batch > IMAGES) next = 0;
    const rows = Float32Array.from(pixels.subarray(next * pixels.length / IMAGES, (next + batch) * pixels.length / IMAGES), p => p / 255);
    const labels = Float32Array.from({length: batch}, (_, i) => (next + i) % CLASSES);
    next += batch;
    return [tf.tensor4d(rows, [batch, ...size]), tf.tensor2d(labels, [batch, 1])];
}
const net = modelOf();
const rates = await timeSlices(async () => {
    const [images, labels] = batchOf();
    if (mode === 'train') {
        await net.trainOnBatch(images, labels);
    } else {
        const result = net.predictOnBatch(images);
        await result.data();
        result.dispose();
    }
    tf.dispose([images, labels]);
});
console.log(JSON.stringify({images_per_second: rates, device: 'WebGPU'}));
process.exit(0);
