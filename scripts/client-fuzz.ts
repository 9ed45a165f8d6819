// npm run client-fuzz -- [--calls n] [--seed n]: odd values through every public method of the
// client. Fails where an exception or a rejection reaches the caller that is not its own, an outcome leaves that the control plane's
// schema would not take, a request is lost, or memory is not bounded.
import { parseArgs } from 'node:util'
import { fuzzClient } from '../packages/client/test/support/client-fuzz.ts'

const { values } = parseArgs({ options: { calls: { type: 'string' }, seed: { type: 'string' } } })
const began = performance.now()
const { calls, requests, canary, feedback, diagnostics } = await fuzzClient({
  calls: Number(values.calls ?? 20_000),
  seed: Number(values.seed ?? 1),
})
const seconds = ((performance.now() - began) / 1000).toFixed(0)
console.log(
  `${calls} calls (seed ${values.seed ?? 1}) in ${seconds} s: ${requests} requests (${canary} by a canary) and ${feedback} judgements; told:`,
)
console.table(diagnostics)
