import type { Check } from '../check.js';
import { blobs } from './blobs.js';
import { clock } from './clock.js';
import { dataFolder } from './data-folder.js';
import { dataFolderLock } from './data-folder-lock.js';
import { database } from './database.js';
import { disk } from './disk.js';
import { faiss } from './faiss.js';
import { images } from './images.js';
import { isolation } from './isolation.js';
import { keys } from './keys.js';
import { memory } from './memory.js';
import { migrations } from './migrations.js';
import { node } from './node.js';
import { objectStorage } from './object-storage.js';
import { onnxRuntime } from './onnx-runtime.js';
import { port } from './port.js';
import { probeSets } from './probe-sets.js';
import { queue } from './queue.js';
import { registries } from './registries.js';
import { secretFiles } from './secret-files.js';
import { settings } from './settings.js';
import { setup } from './setup.js';
import { snapshots } from './snapshots.js';
import { textEncoder } from './text-encoder.js';

/** All checks, from the ground up. A new check is a file, and a line here. */
export const CHECKS: readonly Check[] = [
  node,
  setup,
  settings,
  secretFiles,
  clock,
  memory,
  dataFolder,
  dataFolderLock,
  disk,
  database,
  migrations,
  blobs,
  images,
  onnxRuntime,
  isolation,
  faiss,
  textEncoder,
  probeSets,
  snapshots,
  queue,
  port,
  keys,
  objectStorage,
  registries,
];
