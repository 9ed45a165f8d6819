import { parentPort, workerData } from 'node:worker_threads'
import { readCases } from '../../src/suite/cases.ts'
import { endlessSuite } from './endless-suite.ts'

let count = 0
for await (const _ of readCases(endlessSuite(workerData).files, 'evals/big.jsonl', { root: '/project' })) count++
parentPort?.postMessage(count)
