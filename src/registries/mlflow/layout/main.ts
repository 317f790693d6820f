import { serveThread } from '../../../lib/worker-calls.js';
import { readModelLayout } from '../model-layout.js';

serveThread({ readModelLayout });
