import { constants, setPriority } from 'node:os';
import { type MapTask, runMapTask } from './map-task.js';

/** The process of one map: a message holds its task, and its exit code tells whether it succeeded. */
// Searches come first.
setPriority(constants.priority.PRIORITY_LOW);
process.once('message', async (task: MapTask) => {
  try {
    await runMapTask(task);
    process.exit(0);
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    process.exit(1);
  }
});
process.on('disconnect', () => process.exit(1));
