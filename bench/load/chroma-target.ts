/** Chroma's server over its HTTP interface, version 2: one kept-alive request per search. */
import { Agent, request } from 'node:http';
import { chromaCollectionPath } from '../peers/chroma-api.js';
import type { SearchTargetSpec } from './messages.js';
import type { SearchTarget, TargetAnswer } from './search-target.js';

const TOP_K = 10;
const SOCKETS_MAX = 1024;

export class ChromaTarget implements SearchTarget {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  readonly #url: string;
  readonly #topK: number;

  constructor({ address, collection, topK }: SearchTargetSpec) {
    this.#url = `http://${address}${chromaCollectionPath(collection)}/query`;
    this.#topK = topK ?? TOP_K;
  }

  search(vector: Float32Array): Promise<TargetAnswer> {
    const body = JSON.stringify({
      query_embeddings: [Array.from(vector)],
      n_results: this.#topK,
      // What an answer of Annulus has of each hit as well.
      include: ['distances'],
    });
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      const call = request(this.#url, { method: 'POST', agent: this.#agent, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (answer.statusCode !== 200) {
            return reject(new Error(`HTTP ${answer.statusCode}: ${text.slice(0, 200)}`));
          }
          const { ids } = JSON.parse(text) as { ids: string[][] };
          resolve({ ids: ids[0] ?? [], coverageRatio: 1 });
        });
      });
      call.once('error', reject);
      call.end(body);
    });
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }
}
