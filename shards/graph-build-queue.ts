/**
 * Whose graph a node builds next. A build keeps one more core busy than the node has, so there is one
 * at a time, and the replica that needs it most comes first: how much is asked when there is room,
 * since those that wait go on inserting.
 */
export interface QueuedBuild {
  /** Larger first. */
  urgency(): number;
  /** Builds, or finds that it is not needed any more. Never rejects. */
  run(): Promise<void>;
}

export class GraphBuildQueue {
  readonly #waiting = new Set<QueuedBuild>();
  #isBusy = false;

  /** Again for one that waits already: does nothing. */
  add(build: QueuedBuild): void {
    this.#waiting.add(build);
    this.#next();
  }

  /** One that runs ends by itself. */
  remove(build: QueuedBuild): void {
    this.#waiting.delete(build);
  }

  #next(): void {
    if (this.#isBusy) return;
    const build = mostUrgent(this.#waiting);
    if (build === undefined) return;
    this.#waiting.delete(build);
    this.#isBusy = true;
    void build.run().then(() => {
      this.#isBusy = false;
      this.#next();
    });
  }
}

function mostUrgent(builds: Iterable<QueuedBuild>): QueuedBuild | undefined {
  let most: { build: QueuedBuild; urgency: number } | undefined;
  for (const build of builds) {
    const urgency = build.urgency();
    if (most === undefined || urgency > most.urgency) most = { build, urgency };
  }
  return most?.build;
}
