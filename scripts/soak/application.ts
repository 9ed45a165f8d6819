// An application of the soak: `application.ts URL NOTES TOKEN NAME`. It routes and reports without end, and notes in a file what the control
// plane has acknowledged and which revisions it has applied, so that its notes outlive it.
import { appendFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { type OutcomesRequest, type OutcomesResponse, SluiceClient } from '../../packages/client/src/index.ts'

const [url = '', notes = '', token = '', name = ''] = process.argv.slice(2)
const note = (row: Record<string, unknown>) => appendFileSync(notes, `${JSON.stringify(row)}\n`)

let batches = 0

/** The client's own fetch, with a note of every outcome that was taken; every fifth batch is sent once more. */
const fetchAndNote: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  if (!String(input).endsWith('/v1/outcomes') || response.status !== 200) return response
  const { rejected } = (await response.clone().json()) as OutcomesResponse
  const refused = new Set(rejected.map(({ index }) => index))
  const { outcomes } = JSON.parse(String(init?.body)) as OutcomesRequest
  note({ acknowledged: outcomes.filter((_, index) => !refused.has(index)).map(({ id }) => id) })
  batches += 1
  if (batches % 5 === 0) await sendAgain(input, init)
  return response
}

/** What is acknowledged must be known when it comes again, also after a restart. */
async function sendAgain(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): Promise<void> {
  const again = await fetch(input, init).catch(() => undefined)
  if (again?.status !== 200) return
  const { accepted } = (await again.json()) as OutcomesResponse
  note({ acceptedAgain: accepted })
}

const client = new SluiceClient({ url, token, instance: name, fetch: fetchAndNote, flushMs: 200 })
client.onChange(({ epoch, revision }) => note({ epoch, revision }))
let running = true
process.on('SIGTERM', () => {
  running = false
})
await client.ready()
for (let request = 0; running; request += 1) {
  const route = client.route('mail', `${name}-user-${request % 500}`)
  await route.run(() => 'summary').catch(() => undefined)
  if (request % 2 === 0) route.done()
  if (request % 50 === 0) route.feedback({ thumb: 'up' })
  await wait(5)
}
await client.close()
