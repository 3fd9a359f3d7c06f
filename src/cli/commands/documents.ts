import { argumentList, clientCommand, collectionOption, flagOnly } from '../client-command.js';
import { printJson } from '../output.js';

export const getCommand = clientCommand({
  usage: 'get <id...>',
  description: 'Documents by id. The exit code is 1 when one is missing.',
  options: [
    collectionOption,
    flagOnly({ name: 'include-vector', type: 'flag', description: 'Print vectors too.' }),
  ],
  async run(client, call) {
    const includeVector = call.options.flag('include-vector');
    const ids = argumentList(call, 0);
    const result = await client.get(call.options.text('collection'), ids, { includeVector });
    printJson(call.terminal, result);
    return result.missingIds.length === 0 ? 0 : 1;
  },
});

export const deleteCommand = clientCommand({
  usage: 'delete <id...>',
  description: 'Delete documents by id. One that does not exist is no error.',
  options: [collectionOption],
  async run(client, call) {
    const ids = argumentList(call, 0);
    const collection = call.options.text('collection');
    const result = await client.delete(collection, ids, { collectFailures: true });
    printJson(call.terminal, result);
    return result.failures.length === 0 ? 0 : 1;
  },
});

export const countCommand = clientCommand({
  usage: 'count',
  description: 'How many documents a collection has.',
  options: [collectionOption],
  async run(client, { terminal, options }) {
    printJson(terminal, { count: await client.count(options.text('collection')) });
    return 0;
  },
});
