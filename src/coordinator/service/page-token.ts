/** Page tokens name the last id of the page before; to callers they are opaque. */
import { invalidField } from '../../base/errors.js';

const PREFIX = '1:';

export function writePageToken(lastId: string): string {
  return Buffer.from(PREFIX + lastId).toString('base64url');
}

/** The id after which the page begins; empty for the first page. */
export function readPageToken(field: string, token: string): string {
  if (token === '') return '';
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith(PREFIX) || writePageToken(text.slice(PREFIX.length)) !== token) {
    throw invalidField(field, token, 'empty or the next_page_token of an earlier answer');
  }
  return text.slice(PREFIX.length);
}
