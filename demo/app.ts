/** One process of the application: asks for a summary every few ms, and prints 5 times a second what it has served. */
import { setTimeout as wait } from 'node:timers/promises'
import { SluiceClient } from '@sluice/client'

const { SLUICE_URL = '', SLUICE_TOKEN = '', INSTANCE = '' } = process.env
const sluice = new SluiceClient({ url: SLUICE_URL, token: SLUICE_TOKEN, instance: INSTANCE })
const everyMs = 5
const printMs = 200

let since = Date.now()
let versions: Record<string, number> = {}
let failed = 0
let stopped = false
process.once('SIGTERM', () => {
  stopped = true
})

function print(): void {
  console.log(JSON.stringify({ since, versions, failed }))
  since = Date.now()
  versions = {}
  failed = 0
}

async function summarise(user: string): Promise<void> {
  const route = sluice.route('email-summary', user)
  const { prompt } = route
  if (!prompt) throw new Error('nothing is released')
  await route.run(async () => prompt.render({ email: 'Please send the corrected invoice by Friday.' }))
  route.done()
  const label = prompt.label ?? prompt.id
  versions[label] = (versions[label] ?? 0) + 1
}

await sluice.ready()
const printing = setInterval(print, printMs)
for (let request = 0; !stopped; request += 1) {
  await summarise(`user-${request % 997}`).catch(() => {
    failed += 1
  })
  await wait(everyMs)
}
clearInterval(printing)
print()
await sluice.close()
