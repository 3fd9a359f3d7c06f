/** Bytes of a `google.rpc.Status` with the two details that Annulus puts into it. */
import type { ErrorInfo__Output } from './generated/google/rpc/ErrorInfo.js';
import type { RetryInfo__Output } from './generated/google/rpc/RetryInfo.js';
import type { Status__Output } from './generated/google/rpc/Status.js';
import { googleRpc } from './proto-package.js';

/** The domain of our `ErrorInfo`: reasons of other domains mean other things. */
const DOMAIN = 'annulus';
const ERROR_INFO_URL = 'type.googleapis.com/google.rpc.ErrorInfo';
const RETRY_INFO_URL = 'type.googleapis.com/google.rpc.RetryInfo';

export interface ErrorDetails {
  reason: string;
  metadata: Readonly<Record<string, string>>;
  retryAfterMs: number | undefined;
}

export function writeDetails(error: ErrorDetails & { code: number; message: string }): Buffer {
  const { code, message, reason, metadata, retryAfterMs } = error;
  const details = [
    {
      type_url: ERROR_INFO_URL,
      value: googleRpc.ErrorInfo.serialize({ reason, domain: DOMAIN, metadata: { ...metadata } }),
    },
  ];
  if (retryAfterMs !== undefined) {
    const seconds = Math.floor(retryAfterMs / 1000);
    const nanos = Math.floor((retryAfterMs - seconds * 1000) * 1e6);
    details.push({
      type_url: RETRY_INFO_URL,
      value: googleRpc.RetryInfo.serialize({ retryDelay: { seconds, nanos } }),
    });
  }
  return googleRpc.Status.serialize({ code, message, details });
}

/** Undefined when the bytes are no status, or not one of ours. */
export function readDetails(bytes: Buffer): ErrorDetails | undefined {
  try {
    const { details } = googleRpc.Status.deserialize(bytes) as Status__Output;
    const info = details.find((detail) => detail.type_url === ERROR_INFO_URL);
    if (info === undefined) return undefined;
    const { reason, domain, metadata } = decodeErrorInfo(info.value);
    if (domain !== DOMAIN) return undefined;
    const retry = details.find((detail) => detail.type_url === RETRY_INFO_URL);
    const retryAfterMs = retry === undefined ? undefined : delayMsOf(retry.value);
    return { reason, metadata, retryAfterMs };
  } catch {
    return undefined;
  }
}

function decodeErrorInfo(bytes: Buffer): ErrorInfo__Output {
  return googleRpc.ErrorInfo.deserialize(bytes) as ErrorInfo__Output;
}

function delayMsOf(bytes: Buffer): number | undefined {
  const { retryDelay } = googleRpc.RetryInfo.deserialize(bytes) as RetryInfo__Output;
  if (retryDelay === null) return undefined;
  return Number(retryDelay.seconds) * 1000 + retryDelay.nanos / 1e6;
}
