import { parentPort, workerData } from 'node:worker_threads'
import { readCases } from '../../../../src/core/suite/cases/read-suite.ts'
import { endlessSuite } from './endless-suite.ts'

const { cases, form } = workerData
const { files } = endlessSuite(cases, form)
let count = 0
for await (const _ of readCases(files, `evals/big.${form}`, { root: '/project' })) count++
parentPort?.postMessage(count)
