import { describe, expect, it } from 'vitest';
import { AnnulusError, withoutStack } from '../../../src/base/errors.js';

const make = () => new AnnulusError('RESOURCE_EXHAUSTED', 'QUEUE_FULL', 'too much');

describe('an error without a stack', () => {
  it('is the same otherwise, and leaves others as they were', () => {
    const error = withoutStack(make);
    expect(error).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'QUEUE_FULL' });
    expect(error.stack).not.toContain('\n');
    expect(make().stack).toContain('\n');
  });

  it('leaves others as they were when making it fails, too', () => {
    const fail = () => {
      throw new Error('no');
    };
    expect(() => withoutStack(fail)).toThrow('no');
    expect(make().stack).toContain('\n');
  });
});
