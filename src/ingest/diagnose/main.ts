import { serveThread } from '../../lib/worker-calls.js';
import { compareRuns } from './compare-runs.js';

serveThread({ compare: compareRuns });
