/** A process that runs one seed after the other as it is told to. */
import { runSeedTask, type SeedTask } from './seed-task.js';

process.on('message', (task: SeedTask) => {
  void runSeedTask(task).then((outcome) => process.send?.(outcome));
});
