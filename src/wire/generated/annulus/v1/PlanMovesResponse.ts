// Original file: proto/annulus/v1/cluster.proto

import type { Move as _annulus_v1_Move, Move__Output as _annulus_v1_Move__Output } from '../../annulus/v1/Move.js';
import type { Long } from '@grpc/proto-loader';

export interface PlanMovesResponse {
  'moves'?: (_annulus_v1_Move)[];
  'bytesTotal'?: (number | string | Long);
  'estimatedSeconds'?: (number | string);
  'imbalanceRatio'?: (number | string);
  'imbalanceRatioAfter'?: (number | string);
  'partitionsShort'?: (number);
}

export interface PlanMovesResponse__Output {
  'moves': (_annulus_v1_Move__Output)[];
  'bytesTotal': (string);
  'estimatedSeconds': (number);
  'imbalanceRatio': (number);
  'imbalanceRatioAfter': (number);
  'partitionsShort': (number);
}
