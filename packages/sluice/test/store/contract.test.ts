import { testContents } from './contract/contents.ts'
import { testEvidence } from './contract/evidence.ts'
import { memory, sqlite } from './contract/implementations.ts'
import { testInstances } from './contract/instances.ts'
import { testJudgeQueue } from './contract/judge-queue.ts'
import { testLifecycle } from './contract/lifecycle.ts'
import { testOutcomes } from './contract/outcomes.ts'
import { testReleases } from './contract/releases.ts'

for (const implementation of [memory, sqlite]) {
  testReleases(implementation)
  testOutcomes(implementation)
  testInstances(implementation)
  testEvidence(implementation)
  testJudgeQueue(implementation)
  testContents(implementation)
  testLifecycle(implementation)
}
