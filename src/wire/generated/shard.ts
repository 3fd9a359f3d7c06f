import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AssignRequest as _annulus_v1_AssignRequest, AssignRequest__Output as _annulus_v1_AssignRequest__Output } from './annulus/v1/AssignRequest.js';
import type { AssignResponse as _annulus_v1_AssignResponse, AssignResponse__Output as _annulus_v1_AssignResponse__Output } from './annulus/v1/AssignResponse.js';
import type { DescribeRequest as _annulus_v1_DescribeRequest, DescribeRequest__Output as _annulus_v1_DescribeRequest__Output } from './annulus/v1/DescribeRequest.js';
import type { DescribeResponse as _annulus_v1_DescribeResponse, DescribeResponse__Output as _annulus_v1_DescribeResponse__Output } from './annulus/v1/DescribeResponse.js';
import type { Document as _annulus_v1_Document, Document__Output as _annulus_v1_Document__Output } from './annulus/v1/Document.js';
import type { Filter as _annulus_v1_Filter, Filter__Output as _annulus_v1_Filter__Output } from './annulus/v1/Filter.js';
import type { FilterEquals as _annulus_v1_FilterEquals, FilterEquals__Output as _annulus_v1_FilterEquals__Output } from './annulus/v1/FilterEquals.js';
import type { FilterExists as _annulus_v1_FilterExists, FilterExists__Output as _annulus_v1_FilterExists__Output } from './annulus/v1/FilterExists.js';
import type { FilterIn as _annulus_v1_FilterIn, FilterIn__Output as _annulus_v1_FilterIn__Output } from './annulus/v1/FilterIn.js';
import type { FilterList as _annulus_v1_FilterList, FilterList__Output as _annulus_v1_FilterList__Output } from './annulus/v1/FilterList.js';
import type { FilterRange as _annulus_v1_FilterRange, FilterRange__Output as _annulus_v1_FilterRange__Output } from './annulus/v1/FilterRange.js';
import type { FloatList as _annulus_v1_FloatList, FloatList__Output as _annulus_v1_FloatList__Output } from './annulus/v1/FloatList.js';
import type { HelloRequest as _annulus_v1_HelloRequest, HelloRequest__Output as _annulus_v1_HelloRequest__Output } from './annulus/v1/HelloRequest.js';
import type { HelloResponse as _annulus_v1_HelloResponse, HelloResponse__Output as _annulus_v1_HelloResponse__Output } from './annulus/v1/HelloResponse.js';
import type { LinkBatch as _annulus_v1_LinkBatch, LinkBatch__Output as _annulus_v1_LinkBatch__Output } from './annulus/v1/LinkBatch.js';
import type { RecoveryReport as _annulus_v1_RecoveryReport, RecoveryReport__Output as _annulus_v1_RecoveryReport__Output } from './annulus/v1/RecoveryReport.js';
import type { ReplicaAssignment as _annulus_v1_ReplicaAssignment, ReplicaAssignment__Output as _annulus_v1_ReplicaAssignment__Output } from './annulus/v1/ReplicaAssignment.js';
import type { ReplicaReport as _annulus_v1_ReplicaReport, ReplicaReport__Output as _annulus_v1_ReplicaReport__Output } from './annulus/v1/ReplicaReport.js';
import type { ShardLinkClient as _annulus_v1_ShardLinkClient, ShardLinkDefinition as _annulus_v1_ShardLinkDefinition } from './annulus/v1/ShardLink.js';
import type { StoredMetadata as _annulus_v1_StoredMetadata, StoredMetadata__Output as _annulus_v1_StoredMetadata__Output } from './annulus/v1/StoredMetadata.js';
import type { StringList as _annulus_v1_StringList, StringList__Output as _annulus_v1_StringList__Output } from './annulus/v1/StringList.js';
import type { Value as _annulus_v1_Value, Value__Output as _annulus_v1_Value__Output } from './annulus/v1/Value.js';
import type { Vector as _annulus_v1_Vector, Vector__Output as _annulus_v1_Vector__Output } from './annulus/v1/Vector.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  annulus: {
    v1: {
      AssignRequest: MessageTypeDefinition<_annulus_v1_AssignRequest, _annulus_v1_AssignRequest__Output>
      AssignResponse: MessageTypeDefinition<_annulus_v1_AssignResponse, _annulus_v1_AssignResponse__Output>
      Consistency: EnumTypeDefinition
      DescribeRequest: MessageTypeDefinition<_annulus_v1_DescribeRequest, _annulus_v1_DescribeRequest__Output>
      DescribeResponse: MessageTypeDefinition<_annulus_v1_DescribeResponse, _annulus_v1_DescribeResponse__Output>
      Document: MessageTypeDefinition<_annulus_v1_Document, _annulus_v1_Document__Output>
      Filter: MessageTypeDefinition<_annulus_v1_Filter, _annulus_v1_Filter__Output>
      FilterEquals: MessageTypeDefinition<_annulus_v1_FilterEquals, _annulus_v1_FilterEquals__Output>
      FilterExists: MessageTypeDefinition<_annulus_v1_FilterExists, _annulus_v1_FilterExists__Output>
      FilterIn: MessageTypeDefinition<_annulus_v1_FilterIn, _annulus_v1_FilterIn__Output>
      FilterList: MessageTypeDefinition<_annulus_v1_FilterList, _annulus_v1_FilterList__Output>
      FilterRange: MessageTypeDefinition<_annulus_v1_FilterRange, _annulus_v1_FilterRange__Output>
      FloatList: MessageTypeDefinition<_annulus_v1_FloatList, _annulus_v1_FloatList__Output>
      HelloRequest: MessageTypeDefinition<_annulus_v1_HelloRequest, _annulus_v1_HelloRequest__Output>
      HelloResponse: MessageTypeDefinition<_annulus_v1_HelloResponse, _annulus_v1_HelloResponse__Output>
      LinkBatch: MessageTypeDefinition<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>
      Metric: EnumTypeDefinition
      RecoveryReport: MessageTypeDefinition<_annulus_v1_RecoveryReport, _annulus_v1_RecoveryReport__Output>
      ReplicaAssignment: MessageTypeDefinition<_annulus_v1_ReplicaAssignment, _annulus_v1_ReplicaAssignment__Output>
      ReplicaReport: MessageTypeDefinition<_annulus_v1_ReplicaReport, _annulus_v1_ReplicaReport__Output>
      ShardLink: SubtypeConstructor<typeof grpc.Client, _annulus_v1_ShardLinkClient> & { service: _annulus_v1_ShardLinkDefinition }
      StoredMetadata: MessageTypeDefinition<_annulus_v1_StoredMetadata, _annulus_v1_StoredMetadata__Output>
      StringList: MessageTypeDefinition<_annulus_v1_StringList, _annulus_v1_StringList__Output>
      Value: MessageTypeDefinition<_annulus_v1_Value, _annulus_v1_Value__Output>
      Vector: MessageTypeDefinition<_annulus_v1_Vector, _annulus_v1_Vector__Output>
    }
  }
}

