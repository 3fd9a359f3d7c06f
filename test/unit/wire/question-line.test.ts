import { describe, expect, it } from 'vitest';
import { QuestionLine } from '../../../src/wire/question-line.js';
import type { RecoveryAnswer, RecoveryQuestion } from '../../../src/wire/recovery-messages.js';
import { VirtualClock } from '../../support/virtual-clock.js';

function world() {
  const clock = new VirtualClock();
  const sent: unknown[] = [];
  const given: string[] = [];
  const line: QuestionLine = new QuestionLine(clock, 1_000, {
    send: (question) => void sent.push(question),
    giveUp: (detail) => {
      given.push(detail);
      line.end(detail);
    },
  });
  const answers: unknown[] = [];
  const ask = (name: string) => {
    void line.ask(name as unknown as RecoveryQuestion).then((answer) => answers.push(answer));
  };
  const answer = (name: string) => line.answer(name as unknown as RecoveryAnswer);
  return { clock, sent, given, line, answers, ask, answer };
}

const refusal = (detail: string) => ({ kind: 'refused', status: 'unavailable', detail });

describe('a line of questions', () => {
  it('sends each when the one before has its answer', async () => {
    const { clock, sent, answers, ask, answer } = world();
    for (const question of ['a', 'b']) ask(question);
    await clock.runForAsync(0);
    expect(sent).toEqual(['a']);
    answer('A');
    await clock.runForAsync(0);
    expect(sent).toEqual(['a', 'b']);
    answer('B');
    // Nobody waits for this one.
    answer('late');
    await clock.runForAsync(2_000);
    expect(answers).toEqual(['A', 'B']);
  });

  it('gives one up after its time, and goes on with the next', async () => {
    const { clock, sent, given, answers, ask } = world();
    for (const question of ['a', 'b']) ask(question);
    await clock.runForAsync(1_500);
    expect([given, sent]).toEqual([['no answer in time'], ['a', 'b']]);
    await clock.runForAsync(1_000);
    expect(answers).toEqual([refusal('no answer in time'), refusal('no answer in time')]);
  });

  it('answers all of them when it is closed, and sends none any more', async () => {
    const { clock, sent, line, answers, ask } = world();
    for (const question of ['a', 'b']) ask(question);
    await clock.runForAsync(0);
    line.close();
    ask('c');
    await clock.runForAsync(0);
    expect(sent).toEqual(['a']);
    expect(answers).toEqual(Array(3).fill(refusal('closed')));
  });
});
