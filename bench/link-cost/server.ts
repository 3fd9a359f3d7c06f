/**
 * The serving side, as a process of its own: answers every search at once, over the link and over
 * unary calls, and tells its parent how much CPU time it has used when asked.
 */
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import type { HandlerCall, LinkHandler } from '../../shards/link-handler.js';
import { LinkService, linkServerOptions } from '../../shards/link-service.js';
import { nodeId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { systemClock } from '../../src/base/system-clock.js';
import { ByteWriter } from '../../src/wire/bytes.js';
import type {
  LinkBatch,
  LinkBatch__Output,
} from '../../src/wire/generated/annulus/v1/LinkBatch.js';
import { readRequestBatch, writeReplyItem } from '../../src/wire/link-codec.js';
import { load, searchReply, unaryMethod } from './exchange.js';

const nothing: HandlerCall = { cancel() {} };
const handler: LinkHandler = {
  nodeId: nodeId('bench'),
  clusterId: undefined,
  epoch: 0,
  assigned: [],
  handle(request, _deadlineAtMs, reply) {
    const isSearch = request.kind === 'search';
    reply(isSearch ? searchReply : { kind: 'heartbeat', epoch: 1, replicas: [] }, load);
    return nothing;
  },
  assign: async () => [],
  answerRecovery: async () => ({ kind: 'refused', status: 'missing', detail: '' }),
};

function answerUnary(
  call: ServerUnaryCall<LinkBatch, LinkBatch__Output>,
  callback: sendUnaryData<LinkBatch__Output>,
): void {
  readRequestBatch(call.request.items as Buffer, (item) => {
    const writer = new ByteWriter();
    writeReplyItem(writer, item.correlation, searchReply, load);
    callback(null, { items: writer.finish() });
  });
}

const server = new Server(linkServerOptions);
new LinkService(handler, {
  clock: systemClock,
  logger: silentLogger,
  incarnation: 'bench',
}).addTo(server);
server.addService({ Search: unaryMethod }, { Search: answerUnary });
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.({ port });
});
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit(0));
