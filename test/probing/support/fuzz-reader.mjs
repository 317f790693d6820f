import { parentPort, workerData } from 'node:worker_threads';
import { random } from '../../../dist/src/domain/index.js';
import { ProbelogError } from '../../../dist/src/errors/index.js';
import { checkModel } from '../../../dist/src/probing/worker/onnx/check-model.js';
import { readModel } from '../../../dist/src/probing/worker/onnx/read-model.js';

// Reads mutations of model files, in a thread whose memory is limited; answers with how they ended, by code.

/** Bytes that mean something to a reader of protobuf: long varints, large lengths, tags of nested messages. */
const TELLING = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x2a, 0x32, 0x3a, 0x62, 0x6a, 0x72];

const { files, mutations, seed } = workerData;
const next = random(seed);
const below = (limit) => Math.floor(next() * limit);
const ends = {};
for (let count = 0; count < mutations; count++) {
  let file = Buffer.from(files[count % files.length]);
  for (let step = below(4); step >= 0; step--) file = mutated(file);
  const end = read(file);
  ends[end] = (ends[end] ?? 0) + 1;
}
parentPort.postMessage(ends);

function read(file) {
  try {
    checkModel(readModel(file));
    return 'accepted';
  } catch (thrown) {
    return thrown instanceof ProbelogError ? thrown.code : `${thrown}`;
  }
}

function mutated(file) {
  const at = below(file.length);
  const length = below(Math.min(64, file.length - at)) + 1;
  switch (below(6)) {
    case 0:
      file[at] = below(256);
      return file;
    case 1:
      file[at] = TELLING[below(TELLING.length)];
      return file;
    case 2:
      return file.subarray(0, at + 1);
    case 3: // A part twice.
      return Buffer.concat([file.subarray(0, at + length), file.subarray(at)]);
    case 4: // A part left out.
      return file.length > length ? Buffer.concat([file.subarray(0, at), file.subarray(at + length)]) : file;
    default: // A varint without an end.
      file.fill(0xff, at, at + length);
      return file;
  }
}
