// Original file: proto/annulus/v1/cluster.proto

import type { MoveCause as _annulus_v1_MoveCause, MoveCause__Output as _annulus_v1_MoveCause__Output } from '../../annulus/v1/MoveCause.js';
import type { MoveState as _annulus_v1_MoveState, MoveState__Output as _annulus_v1_MoveState__Output } from '../../annulus/v1/MoveState.js';
import type { Long } from '@grpc/proto-loader';

export interface Move {
  'collection'?: (string);
  'partition'?: (number);
  'fromNodeId'?: (string);
  'toNodeId'?: (string);
  'progressRatio'?: (number | string);
  'bytesMoved'?: (number | string | Long);
  'bytesTotal'?: (number | string | Long);
  'cause'?: (_annulus_v1_MoveCause);
  'state'?: (_annulus_v1_MoveState);
  'waitReason'?: (string);
  'documentsTotal'?: (number | string | Long);
  'bytesPerSecond'?: (number | string | Long);
  'etaSeconds'?: (number | string);
  '_etaSeconds'?: "etaSeconds";
}

export interface Move__Output {
  'collection': (string);
  'partition': (number);
  'fromNodeId': (string);
  'toNodeId': (string);
  'progressRatio': (number);
  'bytesMoved': (string);
  'bytesTotal': (string);
  'cause': (_annulus_v1_MoveCause__Output);
  'state': (_annulus_v1_MoveState__Output);
  'waitReason': (string);
  'documentsTotal': (string);
  'bytesPerSecond': (string);
  'etaSeconds'?: (number);
  '_etaSeconds'?: "etaSeconds";
}
