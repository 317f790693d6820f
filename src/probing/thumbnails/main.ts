import { serveThread } from '../../lib/worker-calls.js';
import { makeThumbnail } from './make-thumbnail.js';

serveThread({ makeThumbnail });
