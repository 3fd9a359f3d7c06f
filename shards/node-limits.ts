/** How much a node takes on at a time. */
export interface NodeLimits {
  /** Write operations in flight: 1..10,000. More are refused with `rejected`. */
  writeOpsMax: number;
  /** Bytes of write operations in flight: 1,024..2^32. More are refused with `rejected`. */
  writeBytesMax: number;
  /** Exact searches under way: 1..10,000. More are refused with `rejected`. */
  exactSearchesMax: number;
  /** What one reply may weigh, in bytes. */
  replyBytesMax: number;
}

export const nodeLimitDefaults: NodeLimits = {
  writeOpsMax: 2000,
  writeBytesMax: 128 * 1024 * 1024,
  exactSearchesMax: 256,
  replyBytesMax: 32 * 1024 * 1024,
};
