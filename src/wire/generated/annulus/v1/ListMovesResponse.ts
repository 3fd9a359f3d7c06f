// Original file: proto/annulus/v1/cluster.proto

import type { Move as _annulus_v1_Move, Move__Output as _annulus_v1_Move__Output } from '../../annulus/v1/Move.js';

export interface ListMovesResponse {
  'moves'?: (_annulus_v1_Move)[];
  'isPaused'?: (boolean);
  'imbalanceRatio'?: (number | string);
}

export interface ListMovesResponse__Output {
  'moves': (_annulus_v1_Move__Output)[];
  'isPaused': (boolean);
  'imbalanceRatio': (number);
}
