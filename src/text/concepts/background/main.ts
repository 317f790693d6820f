import { serveThread } from '../../../lib/worker-calls.js';
import { computeBackground } from './compute-background.js';

serveThread({ computeBackground });
