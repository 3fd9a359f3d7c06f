/** What all client commands share: the coordinator's address, a timeout, a client that is closed. */
import { AnnulusError } from '../base/errors.js';
import { AnnulusClient } from '../client/index.js';
import type { CommandCall, CommandSpec } from './command.js';
import type { OptionSpec } from './options.js';
import { formatAddress, UsageError } from './options.js';

export const clientOptionSpecs: readonly OptionSpec[] = [
  {
    name: 'address',
    type: 'addresses',
    default: '127.0.0.1:7700',
    min: 1,
    description: 'Where the coordinator is; several over one topology with commas between.',
  },
  {
    name: 'timeout-ms',
    type: 'integer',
    unit: 'ms',
    default: '10000',
    min: 1,
    max: 3_600_000,
    description: 'How long a call may take, retries included.',
  },
];

export const collectionOption: OptionSpec = {
  name: 'collection',
  type: 'text',
  placeholder: 'NAME',
  isRequired: true,
  description: 'The collection.',
};

/** An option that belongs to one call: a flag and nothing else. */
export function flagOnly(spec: Omit<OptionSpec, 'isFlagOnly'>): OptionSpec {
  return { ...spec, isFlagOnly: true };
}

export interface ClientCommandSpec extends Omit<CommandSpec, 'run'> {
  run(client: AnnulusClient, call: CommandCall): Promise<number>;
}

export function clientCommand(spec: ClientCommandSpec): CommandSpec {
  return {
    ...spec,
    options: [...spec.options, ...clientOptionSpecs],
    async run(call) {
      const address = call.options.addresses('address').map(formatAddress);
      const client = new AnnulusClient({ address, timeoutMs: call.options.integer('timeout-ms') });
      try {
        return await spec.run(client, call);
      } catch (error) {
        throw explain(error, client.address);
      } finally {
        await client.close();
      }
    },
  };
}

function explain(error: unknown, address: string): unknown {
  if (!(error instanceof AnnulusError) || error.reason !== 'CONNECTION_FAILED') return error;
  const message = `cannot reach a coordinator at ${address}: ${error.message}`;
  return new AnnulusError(error.code, error.reason, message, { cause: error });
}

/** A positional argument that commander has made sure of. */
export function argument(call: CommandCall, index: number): string {
  const value = call.args[index];
  if (typeof value !== 'string') throw new UsageError(`argument ${index + 1} is missing`);
  return value;
}

export function argumentList(call: CommandCall, index: number): string[] {
  const value = call.args[index];
  return Array.isArray(value) ? value : [];
}
