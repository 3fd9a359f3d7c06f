/** A shard node that does what a test says: for the link's tests, on any network. */

import type { HandlerCall, LinkHandler, ReplicaAssignment } from '../../shards/link-handler.js';
import type { Epoch, NodeId } from '../../src/base/ids.js';
import type {
  LinkReply,
  LinkRequest,
  NodeLoad,
  ReplicaReport,
} from '../../src/wire/link-messages.js';
import { type RecoveryAnswer, refusedAs } from '../../src/wire/recovery-messages.js';

export type Answer = (reply: LinkReply, load?: NodeLoad) => void;
export type Script = (request: LinkRequest, answer: Answer, deadlineAtMs: number) => void;
type AssignScript = (
  clusterId: string,
  epoch: Epoch,
  replicas: readonly ReplicaAssignment[],
) => Promise<ReplicaReport[]>;

export const quietLoad: NodeLoad = {
  queueDepth: 0,
  queueMs: 0,
  serviceMs: 0,
  highestVersion: 0n,
};

/** The empty reply of the request's own kind. */
export function emptyReply(request: LinkRequest): LinkReply {
  if (request.kind === 'heartbeat') return { kind: 'heartbeat', epoch: 0, replicas: [] };
  return { kind: request.kind, targets: [] };
}

export const answerAtOnce: Script = (request, answer) => answer(emptyReply(request));
export const neverAnswer: Script = () => {};

export class ScriptedLinkHandler implements LinkHandler {
  readonly nodeId: NodeId;
  clusterId: string | undefined;
  epoch = 0;
  assigned: readonly ReplicaAssignment[] = [];
  script: Script = answerAtOnce;
  assignScript: AssignScript = async () => [];
  readonly received: LinkRequest[] = [];
  cancelledCount = 0;

  constructor(nodeId: NodeId, clusterId?: string) {
    this.nodeId = nodeId;
    this.clusterId = clusterId;
  }

  handle(
    request: LinkRequest,
    deadlineAtMs: number,
    reply: (reply: LinkReply, load: NodeLoad) => void,
  ): HandlerCall {
    this.received.push(request);
    this.script(request, (answer, load = quietLoad) => reply(answer, load), deadlineAtMs);
    return {
      cancel: () => {
        this.cancelledCount += 1;
      },
    };
  }

  assign(
    clusterId: string,
    epoch: Epoch,
    replicas: readonly ReplicaAssignment[],
  ): Promise<ReplicaReport[]> {
    return this.assignScript(clusterId, epoch, replicas);
  }

  async answerRecovery(): Promise<RecoveryAnswer> {
    return refusedAs('missing', 'nothing is held here');
  }
}
