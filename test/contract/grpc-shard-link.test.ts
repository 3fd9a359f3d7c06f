import { openGrpcLinkHarness } from '../support/grpc-link-harness.js';
import { shardLinkContract } from './shard-link.contract.js';

shardLinkContract('gRPC', openGrpcLinkHarness);
