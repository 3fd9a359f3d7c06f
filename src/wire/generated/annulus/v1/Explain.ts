// Original file: proto/annulus/v1/annulus.proto

import type { ExplainAttempt as _annulus_v1_ExplainAttempt, ExplainAttempt__Output as _annulus_v1_ExplainAttempt__Output } from '../../annulus/v1/ExplainAttempt.js';

export interface Explain {
  'totalMs'?: (number | string);
  'attempts'?: (_annulus_v1_ExplainAttempt)[];
  'partitionTopK'?: (number);
  'askedAgain'?: (number)[];
  'retriesRefused'?: (number);
  'waitedMs'?: (number | string);
}

export interface Explain__Output {
  'totalMs': (number);
  'attempts': (_annulus_v1_ExplainAttempt__Output)[];
  'partitionTopK': (number);
  'askedAgain': (number)[];
  'retriesRefused': (number);
  'waitedMs': (number);
}
