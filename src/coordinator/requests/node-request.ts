/** Requests about single nodes, checked. */
import { invalidField } from '../../base/errors.js';
import { nodeId } from '../../base/ids.js';
import type { AddNodeRequest__Output } from '../../wire/generated/annulus/v1/AddNodeRequest.js';
import type { UpdateNodeRequest__Output } from '../../wire/generated/annulus/v1/UpdateNodeRequest.js';
import type { JoiningNode } from '../topology/topology-transitions.js';
import { checkAddress, checkNodeId, checkText } from './fields.js';

const ZONE_BYTES_MAX = 63;
const WEIGHT_MIN = 0.01;
const WEIGHT_MAX = 100;

export function joiningNode(request: AddNodeRequest__Output): JoiningNode {
  const address = checkAddress('address', request.address);
  return {
    nodeId: nodeId(checkNodeId('node_id', request.nodeId)),
    address,
    zone: checkText('zone', request.zone, 0, ZONE_BYTES_MAX) || hostOf(address),
    weight: request.weight === 0 ? 1 : checkWeight(request.weight),
  };
}

/** What is set of it. */
export function nodeUpdate({ weight, zone }: Pick<UpdateNodeRequest__Output, 'weight' | 'zone'>) {
  return {
    ...(weight === undefined ? {} : { weight: checkWeight(weight) }),
    ...(zone === undefined ? {} : { zone: checkText('zone', zone, 1, ZONE_BYTES_MAX) }),
  };
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'));
}

function checkWeight(weight: number): number {
  if (weight >= WEIGHT_MIN && weight <= WEIGHT_MAX) return weight;
  throw invalidField('weight', weight, `${WEIGHT_MIN}..${WEIGHT_MAX} (0 means 1)`);
}
