import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AnnulusClient as _annulus_v1_AnnulusClient, AnnulusDefinition as _annulus_v1_AnnulusDefinition } from './annulus/v1/Annulus.js';
import type { CollectionInfo as _annulus_v1_CollectionInfo, CollectionInfo__Output as _annulus_v1_CollectionInfo__Output } from './annulus/v1/CollectionInfo.js';
import type { CountRequest as _annulus_v1_CountRequest, CountRequest__Output as _annulus_v1_CountRequest__Output } from './annulus/v1/CountRequest.js';
import type { CountResponse as _annulus_v1_CountResponse, CountResponse__Output as _annulus_v1_CountResponse__Output } from './annulus/v1/CountResponse.js';
import type { Coverage as _annulus_v1_Coverage, Coverage__Output as _annulus_v1_Coverage__Output } from './annulus/v1/Coverage.js';
import type { CreateCollectionRequest as _annulus_v1_CreateCollectionRequest, CreateCollectionRequest__Output as _annulus_v1_CreateCollectionRequest__Output } from './annulus/v1/CreateCollectionRequest.js';
import type { DeleteRequest as _annulus_v1_DeleteRequest, DeleteRequest__Output as _annulus_v1_DeleteRequest__Output } from './annulus/v1/DeleteRequest.js';
import type { DeleteResponse as _annulus_v1_DeleteResponse, DeleteResponse__Output as _annulus_v1_DeleteResponse__Output } from './annulus/v1/DeleteResponse.js';
import type { Document as _annulus_v1_Document, Document__Output as _annulus_v1_Document__Output } from './annulus/v1/Document.js';
import type { DropCollectionRequest as _annulus_v1_DropCollectionRequest, DropCollectionRequest__Output as _annulus_v1_DropCollectionRequest__Output } from './annulus/v1/DropCollectionRequest.js';
import type { DropCollectionResponse as _annulus_v1_DropCollectionResponse, DropCollectionResponse__Output as _annulus_v1_DropCollectionResponse__Output } from './annulus/v1/DropCollectionResponse.js';
import type { Error as _annulus_v1_Error, Error__Output as _annulus_v1_Error__Output } from './annulus/v1/Error.js';
import type { Explain as _annulus_v1_Explain, Explain__Output as _annulus_v1_Explain__Output } from './annulus/v1/Explain.js';
import type { ExplainAttempt as _annulus_v1_ExplainAttempt, ExplainAttempt__Output as _annulus_v1_ExplainAttempt__Output } from './annulus/v1/ExplainAttempt.js';
import type { Filter as _annulus_v1_Filter, Filter__Output as _annulus_v1_Filter__Output } from './annulus/v1/Filter.js';
import type { FilterEquals as _annulus_v1_FilterEquals, FilterEquals__Output as _annulus_v1_FilterEquals__Output } from './annulus/v1/FilterEquals.js';
import type { FilterExists as _annulus_v1_FilterExists, FilterExists__Output as _annulus_v1_FilterExists__Output } from './annulus/v1/FilterExists.js';
import type { FilterIn as _annulus_v1_FilterIn, FilterIn__Output as _annulus_v1_FilterIn__Output } from './annulus/v1/FilterIn.js';
import type { FilterList as _annulus_v1_FilterList, FilterList__Output as _annulus_v1_FilterList__Output } from './annulus/v1/FilterList.js';
import type { FilterRange as _annulus_v1_FilterRange, FilterRange__Output as _annulus_v1_FilterRange__Output } from './annulus/v1/FilterRange.js';
import type { FloatList as _annulus_v1_FloatList, FloatList__Output as _annulus_v1_FloatList__Output } from './annulus/v1/FloatList.js';
import type { GetCollectionRequest as _annulus_v1_GetCollectionRequest, GetCollectionRequest__Output as _annulus_v1_GetCollectionRequest__Output } from './annulus/v1/GetCollectionRequest.js';
import type { GetRequest as _annulus_v1_GetRequest, GetRequest__Output as _annulus_v1_GetRequest__Output } from './annulus/v1/GetRequest.js';
import type { GetResponse as _annulus_v1_GetResponse, GetResponse__Output as _annulus_v1_GetResponse__Output } from './annulus/v1/GetResponse.js';
import type { Hit as _annulus_v1_Hit, Hit__Output as _annulus_v1_Hit__Output } from './annulus/v1/Hit.js';
import type { HnswConfig as _annulus_v1_HnswConfig, HnswConfig__Output as _annulus_v1_HnswConfig__Output } from './annulus/v1/HnswConfig.js';
import type { ListCollectionsRequest as _annulus_v1_ListCollectionsRequest, ListCollectionsRequest__Output as _annulus_v1_ListCollectionsRequest__Output } from './annulus/v1/ListCollectionsRequest.js';
import type { ListCollectionsResponse as _annulus_v1_ListCollectionsResponse, ListCollectionsResponse__Output as _annulus_v1_ListCollectionsResponse__Output } from './annulus/v1/ListCollectionsResponse.js';
import type { ListRequest as _annulus_v1_ListRequest, ListRequest__Output as _annulus_v1_ListRequest__Output } from './annulus/v1/ListRequest.js';
import type { ListResponse as _annulus_v1_ListResponse, ListResponse__Output as _annulus_v1_ListResponse__Output } from './annulus/v1/ListResponse.js';
import type { MissingPartition as _annulus_v1_MissingPartition, MissingPartition__Output as _annulus_v1_MissingPartition__Output } from './annulus/v1/MissingPartition.js';
import type { SearchBatchRequest as _annulus_v1_SearchBatchRequest, SearchBatchRequest__Output as _annulus_v1_SearchBatchRequest__Output } from './annulus/v1/SearchBatchRequest.js';
import type { SearchBatchResponse as _annulus_v1_SearchBatchResponse, SearchBatchResponse__Output as _annulus_v1_SearchBatchResponse__Output } from './annulus/v1/SearchBatchResponse.js';
import type { SearchRequest as _annulus_v1_SearchRequest, SearchRequest__Output as _annulus_v1_SearchRequest__Output } from './annulus/v1/SearchRequest.js';
import type { SearchResponse as _annulus_v1_SearchResponse, SearchResponse__Output as _annulus_v1_SearchResponse__Output } from './annulus/v1/SearchResponse.js';
import type { StringList as _annulus_v1_StringList, StringList__Output as _annulus_v1_StringList__Output } from './annulus/v1/StringList.js';
import type { UpsertRequest as _annulus_v1_UpsertRequest, UpsertRequest__Output as _annulus_v1_UpsertRequest__Output } from './annulus/v1/UpsertRequest.js';
import type { UpsertResponse as _annulus_v1_UpsertResponse, UpsertResponse__Output as _annulus_v1_UpsertResponse__Output } from './annulus/v1/UpsertResponse.js';
import type { Value as _annulus_v1_Value, Value__Output as _annulus_v1_Value__Output } from './annulus/v1/Value.js';
import type { Vector as _annulus_v1_Vector, Vector__Output as _annulus_v1_Vector__Output } from './annulus/v1/Vector.js';
import type { WriteFailure as _annulus_v1_WriteFailure, WriteFailure__Output as _annulus_v1_WriteFailure__Output } from './annulus/v1/WriteFailure.js';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from './google/protobuf/Timestamp.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  annulus: {
    v1: {
      Annulus: SubtypeConstructor<typeof grpc.Client, _annulus_v1_AnnulusClient> & { service: _annulus_v1_AnnulusDefinition }
      CollectionInfo: MessageTypeDefinition<_annulus_v1_CollectionInfo, _annulus_v1_CollectionInfo__Output>
      Consistency: EnumTypeDefinition
      CountRequest: MessageTypeDefinition<_annulus_v1_CountRequest, _annulus_v1_CountRequest__Output>
      CountResponse: MessageTypeDefinition<_annulus_v1_CountResponse, _annulus_v1_CountResponse__Output>
      Coverage: MessageTypeDefinition<_annulus_v1_Coverage, _annulus_v1_Coverage__Output>
      CreateCollectionRequest: MessageTypeDefinition<_annulus_v1_CreateCollectionRequest, _annulus_v1_CreateCollectionRequest__Output>
      DeleteRequest: MessageTypeDefinition<_annulus_v1_DeleteRequest, _annulus_v1_DeleteRequest__Output>
      DeleteResponse: MessageTypeDefinition<_annulus_v1_DeleteResponse, _annulus_v1_DeleteResponse__Output>
      Document: MessageTypeDefinition<_annulus_v1_Document, _annulus_v1_Document__Output>
      DropCollectionRequest: MessageTypeDefinition<_annulus_v1_DropCollectionRequest, _annulus_v1_DropCollectionRequest__Output>
      DropCollectionResponse: MessageTypeDefinition<_annulus_v1_DropCollectionResponse, _annulus_v1_DropCollectionResponse__Output>
      Error: MessageTypeDefinition<_annulus_v1_Error, _annulus_v1_Error__Output>
      Explain: MessageTypeDefinition<_annulus_v1_Explain, _annulus_v1_Explain__Output>
      ExplainAttempt: MessageTypeDefinition<_annulus_v1_ExplainAttempt, _annulus_v1_ExplainAttempt__Output>
      Filter: MessageTypeDefinition<_annulus_v1_Filter, _annulus_v1_Filter__Output>
      FilterEquals: MessageTypeDefinition<_annulus_v1_FilterEquals, _annulus_v1_FilterEquals__Output>
      FilterExists: MessageTypeDefinition<_annulus_v1_FilterExists, _annulus_v1_FilterExists__Output>
      FilterIn: MessageTypeDefinition<_annulus_v1_FilterIn, _annulus_v1_FilterIn__Output>
      FilterList: MessageTypeDefinition<_annulus_v1_FilterList, _annulus_v1_FilterList__Output>
      FilterRange: MessageTypeDefinition<_annulus_v1_FilterRange, _annulus_v1_FilterRange__Output>
      FloatList: MessageTypeDefinition<_annulus_v1_FloatList, _annulus_v1_FloatList__Output>
      GetCollectionRequest: MessageTypeDefinition<_annulus_v1_GetCollectionRequest, _annulus_v1_GetCollectionRequest__Output>
      GetRequest: MessageTypeDefinition<_annulus_v1_GetRequest, _annulus_v1_GetRequest__Output>
      GetResponse: MessageTypeDefinition<_annulus_v1_GetResponse, _annulus_v1_GetResponse__Output>
      Hit: MessageTypeDefinition<_annulus_v1_Hit, _annulus_v1_Hit__Output>
      HnswConfig: MessageTypeDefinition<_annulus_v1_HnswConfig, _annulus_v1_HnswConfig__Output>
      ListCollectionsRequest: MessageTypeDefinition<_annulus_v1_ListCollectionsRequest, _annulus_v1_ListCollectionsRequest__Output>
      ListCollectionsResponse: MessageTypeDefinition<_annulus_v1_ListCollectionsResponse, _annulus_v1_ListCollectionsResponse__Output>
      ListRequest: MessageTypeDefinition<_annulus_v1_ListRequest, _annulus_v1_ListRequest__Output>
      ListResponse: MessageTypeDefinition<_annulus_v1_ListResponse, _annulus_v1_ListResponse__Output>
      Metric: EnumTypeDefinition
      MissingPartition: MessageTypeDefinition<_annulus_v1_MissingPartition, _annulus_v1_MissingPartition__Output>
      SearchBatchRequest: MessageTypeDefinition<_annulus_v1_SearchBatchRequest, _annulus_v1_SearchBatchRequest__Output>
      SearchBatchResponse: MessageTypeDefinition<_annulus_v1_SearchBatchResponse, _annulus_v1_SearchBatchResponse__Output>
      SearchRequest: MessageTypeDefinition<_annulus_v1_SearchRequest, _annulus_v1_SearchRequest__Output>
      SearchResponse: MessageTypeDefinition<_annulus_v1_SearchResponse, _annulus_v1_SearchResponse__Output>
      StringList: MessageTypeDefinition<_annulus_v1_StringList, _annulus_v1_StringList__Output>
      UpsertRequest: MessageTypeDefinition<_annulus_v1_UpsertRequest, _annulus_v1_UpsertRequest__Output>
      UpsertResponse: MessageTypeDefinition<_annulus_v1_UpsertResponse, _annulus_v1_UpsertResponse__Output>
      Value: MessageTypeDefinition<_annulus_v1_Value, _annulus_v1_Value__Output>
      Vector: MessageTypeDefinition<_annulus_v1_Vector, _annulus_v1_Vector__Output>
      WriteFailure: MessageTypeDefinition<_annulus_v1_WriteFailure, _annulus_v1_WriteFailure__Output>
    }
  }
  google: {
    protobuf: {
      Timestamp: MessageTypeDefinition<_google_protobuf_Timestamp, _google_protobuf_Timestamp__Output>
    }
  }
}

