/**
 * The live writes that a recovering replica has been sent since its generation began: by id, the
 * newest version. They reach its source too, sooner or later, so what they wrote is never taken back
 * because the source does not show it yet. They are kept while the generation lasts: the next one is
 * known to the source before it is asked, and then it takes no write of this one any more.
 */
import { NO_VERSION, type Version } from '../../src/base/version.js';
import type { WriteOp } from '../../src/wire/link-messages.js';

/** Ids that are remembered; beyond, nothing is taken back any more in this generation. */
const IDS_MAX = 262_144;

export class LiveWrites {
  readonly #versions = new Map<string, Version>();
  readonly #idsMax: number;
  #isFull: boolean;

  /** `isComplete`: no write of this generation can have come before; else nothing is taken back. */
  constructor(isComplete: boolean, idsMax: number = IDS_MAX) {
    this.#isFull = !isComplete;
    this.#idsMax = idsMax;
  }

  /** To be called when the write arrives, before the store has it. */
  note(version: Version, ops: readonly WriteOp[]): void {
    for (const { id } of ops) {
      const known = this.#versions.get(id);
      if (known === undefined && this.#versions.size >= this.#idsMax) this.#isFull = true;
      else if (known === undefined || known < version) this.#versions.set(id, version);
    }
  }

  /** True when the source may yet come to hold something newer of the document than this version. */
  mayBeNewer(id: string, version: Version): boolean {
    return this.#isFull || (this.#versions.get(id) ?? NO_VERSION) > version;
  }
}
