// Ends `.ci/run`: names the tests that failed and prints the line `N passed, N failed`, from vitest's
// JSON report. A stage that failed outside the tests (lint, build, quickstart) counts as a failure too.
import { existsSync, readFileSync } from 'node:fs';

const [reportPath, failedStages] = process.argv.slice(2);
const stagesFailed = Number(failedStages);
const report = existsSync(reportPath) ? JSON.parse(readFileSync(reportPath, 'utf8')) : undefined;
if (report === undefined) console.log('The tests left no report: they did not finish');

const files = report?.testResults ?? [];
const failedTests = files.flatMap(({ name, assertionResults }) =>
  assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => `${name}: ${fullName}`),
);
// A file that cannot even be loaded fails without a single test.
const brokenFiles = files
  .filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
  .map(({ name, message }) => `${name}: ${message}`);

const testsFailed = failedTests.length + brokenFiles.length;
for (const line of [...failedTests, ...brokenFiles]) console.log(`failed: ${line}`);
// The test stage itself is among the failed ones when tests failed: those are counted already.
const otherFailures = testsFailed > 0 ? stagesFailed - 1 : stagesFailed;
const failed = testsFailed + Math.max(0, otherFailures) + (report === undefined ? 1 : 0);
console.log(`${report?.numPassedTests ?? 0} passed, ${failed} failed`);
process.exit(failed === 0 && (report?.numPassedTests ?? 0) > 0 ? 0 : 1);
