import { serveThread } from '../../../lib/worker-calls.js';
import { prepareBackground } from './prepare-background.js';

serveThread({ prepareBackground });
