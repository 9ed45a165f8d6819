import { test } from 'node:test'
import { memory, postgres, sqlite } from '../../support/store/implementations.ts'
import { withoutPostgres } from '../../support/store/postgres.ts'
import { testContents } from './contract/contents.ts'
import { testEvidence } from './contract/evidence.ts'
import { testForgetting } from './contract/forgetting.ts'
import { testInstances } from './contract/instances.ts'
import { testJudgeQueue } from './contract/judge-queue.ts'
import { testKeys } from './contract/keys.ts'
import { testLifecycle } from './contract/lifecycle.ts'
import { testOutcomes } from './contract/outcomes.ts'
import { testProposals } from './contract/proposals.ts'
import { testReleases } from './contract/releases.ts'

const implementations = [memory, sqlite]
if (withoutPostgres) test('postgres', { skip: withoutPostgres })
else implementations.push(await postgres())

for (const implementation of implementations) {
  testReleases(implementation)
  testProposals(implementation)
  testOutcomes(implementation)
  testKeys(implementation)
  testInstances(implementation)
  testEvidence(implementation)
  testJudgeQueue(implementation)
  testContents(implementation)
  testForgetting(implementation)
  testLifecycle(implementation)
}
