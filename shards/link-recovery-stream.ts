/** The Recovery stream's server side: one question at a time, answered in their order. */
import { AnnulusError } from '../src/base/errors.js';
import type { Logger } from '../src/base/logger.js';
import { MalformedBytes } from '../src/wire/bytes.js';
import type { LinkBatch__Output } from '../src/wire/generated/annulus/v1/LinkBatch.js';
import { decodeQuestion, encodeAnswer } from '../src/wire/recovery-codec.js';
import type { RecoveryAnswer, RecoveryQuestion } from '../src/wire/recovery-messages.js';
import { statusOf } from '../src/wire/status-mapping.js';
import type { LinkServerStream } from './link-stream-server.js';

/** `onEnd` is called once. The result ends the stream. */
export function serveRecovery(
  stream: LinkServerStream,
  answer: (question: RecoveryQuestion) => Promise<RecoveryAnswer>,
  logger: Logger,
  onEnd: () => void,
): () => void {
  let hasEnded = false;
  const finish = (answerCaller: () => void) => {
    if (hasEnded) return;
    hasEnded = true;
    onEnd();
    answerCaller();
  };
  const end = () => finish(() => stream.end());
  const serve = async (bytes: Buffer) => {
    // Until the answer has left, no further question is read.
    stream.pause();
    try {
      const answered = encodeAnswer(await answer(decodeQuestion(bytes)));
      if (!hasEnded) stream.write({ items: answered }, () => stream.resume());
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      const { message } = error;
      logger.warn({ peer: stream.getPeer(), detail: message }, 'malformed recovery question');
      const failure = new AnnulusError(
        'INVALID_ARGUMENT',
        'INVALID_FIELD',
        `malformed: ${message}`,
      );
      finish(() => stream.emit('error', statusOf(failure)));
    }
  };
  stream.on('data', (batch: LinkBatch__Output) => void serve(batch.items));
  for (const event of ['end', 'cancelled', 'error', 'close']) stream.on(event, end);
  return end;
}
