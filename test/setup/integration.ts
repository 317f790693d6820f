import { inject } from 'vitest';

// `os.tmpdir()` reads it at each call, and processes that tests start inherit it.
const folder = inject('memoryFolder');
if (folder !== undefined) process.env.TMPDIR = folder;
