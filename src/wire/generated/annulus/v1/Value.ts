// Original file: proto/annulus/v1/common.proto

import type { StringList as _annulus_v1_StringList, StringList__Output as _annulus_v1_StringList__Output } from '../../annulus/v1/StringList.js';

export interface Value {
  'stringValue'?: (string);
  'numberValue'?: (number | string);
  'boolValue'?: (boolean);
  'stringList'?: (_annulus_v1_StringList | null);
  'kind'?: "stringValue"|"numberValue"|"boolValue"|"stringList";
}

export interface Value__Output {
  'stringValue'?: (string);
  'numberValue'?: (number);
  'boolValue'?: (boolean);
  'stringList'?: (_annulus_v1_StringList__Output | null);
  'kind'?: "stringValue"|"numberValue"|"boolValue"|"stringList";
}
