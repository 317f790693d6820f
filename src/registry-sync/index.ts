export { DeliveryRecorder } from './record-delivery.js';
export type { SweepReport } from './sweep.js';
export { Sweeper } from './sweeper.js';
