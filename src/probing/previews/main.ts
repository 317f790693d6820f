import { serveThread } from '../../lib/worker-calls.js';
import { makePreview } from './make-preview.js';

serveThread({ makePreview });
