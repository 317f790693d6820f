import { type BuildTask, buildSnapshot } from './build-snapshot.js';

/** A process for one build: it gets its task as a message, and its exit status says whether it is done. */
process.once('message', async (task: BuildTask) => {
  try {
    await buildSnapshot(task);
    process.exit(0);
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    process.exit(1);
  }
});
process.on('disconnect', () => process.exit(1));
