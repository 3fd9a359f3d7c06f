import { describe, expect, it } from 'vitest';
import { RequestContext } from '../../../src/coordinator/request-context.js';

describe('RequestContext', () => {
  it('tells its listeners once that the caller is gone, but not those taken off before', () => {
    const context = new RequestContext(0, 100);
    const heard: string[] = [];
    context.onCancelled(() => heard.push('a'));
    context.onCancelled(() => heard.push('b'))();
    context.cancel();
    context.cancel();
    expect(heard).toEqual(['a']);
    expect(context.isCancelled).toBe(true);
  });

  it('gives a part of a request less time, never more', () => {
    const context = new RequestContext(10, 110);
    expect(context.within(40).deadlineAtMs).toBe(50);
    expect(context.within(4_000).deadlineAtMs).toBe(110);
  });

  it('cancels the part with the whole, before and after it was made', () => {
    const context = new RequestContext(0, 100);
    const before = context.within(50);
    context.cancel();
    expect(before.isCancelled).toBe(true);
    expect(context.within(50).isCancelled).toBe(true);
  });
});
