import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** One project per tier, named after its folder (or file): `vitest run --project unit`. */
function tier(name: string, groupOrder: number): TestProjectInlineConfiguration {
  const include = [`test/${name}/**/*.test.ts`, `test/${name}.test.ts`];
  return { extends: true, test: { name, include, sequence: { groupOrder } } };
}

const integration = tier('integration', 1);

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      tier('unit', 0),
      tier('contract', 0),
      tier('scenarios', 0),
      tier('sim', 0),
      tier('tidy', 0),
      // Real processes from `dist`, a file at a time, after all others: they want the machine alone.
      {
        ...integration,
        test: { ...integration.test, fileParallelism: false, testTimeout: 120_000 },
      },
    ],
  },
});
