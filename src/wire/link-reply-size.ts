/** How many bytes replies take, at most: counted, not encoded, so that queues can be bounded. */
import type { LinkReply, StoredDocument } from './link-messages.js';

const STRING_BYTES_PER_UNIT_MAX = 3;

/** Bytes that a reply takes, or a little more. */
export function replyBytesMax(reply: LinkReply): number {
  let byteCount = 8;
  switch (reply.kind) {
    case 'search':
      for (const target of reply.targets) {
        byteCount += 11;
        for (const hit of target.hits) {
          byteCount += 21 + STRING_BYTES_PER_UNIT_MAX * hit.id.length;
          byteCount += blobBytes(hit.text) + blobBytes(hit.metadata) + blobBytes(hit.vector);
        }
      }
      return byteCount;
    case 'get':
    case 'list':
      for (const target of reply.targets) {
        byteCount += 8;
        for (const document of target.documents) byteCount += documentBytesMax(document);
      }
      return byteCount;
    case 'count':
      return byteCount + reply.targets.length * 11;
    case 'write':
      for (const target of reply.targets) {
        byteCount += 9 + STRING_BYTES_PER_UNIT_MAX * target.detail.length;
        byteCount += target.results.length * 11;
      }
      return byteCount;
    case 'heartbeat':
      byteCount += 8;
      for (const replica of reply.replicas) {
        const textLength = replica.collection.length + replica.detail.length;
        byteCount += 48 + STRING_BYTES_PER_UNIT_MAX * textLength;
      }
      return byteCount;
    case 'refused':
      return byteCount + 8 + STRING_BYTES_PER_UNIT_MAX * reply.detail.length;
  }
}

/** Bytes that one document of a reply takes, or a little more. */
export function documentBytesMax(document: StoredDocument): number {
  return (
    24 +
    STRING_BYTES_PER_UNIT_MAX * document.id.length +
    document.vector.byteLength +
    document.text.byteLength +
    document.metadata.byteLength
  );
}

function blobBytes(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : 4 + bytes.byteLength;
}
