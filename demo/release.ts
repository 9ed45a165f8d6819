import { run } from './command.ts'
import { startControlPlane } from './control-plane.ts'
import { type Fleet, startFleet } from './fleet.ts'
import type { Stage } from './stage.ts'
import { detail, good, heading, paragraph, say } from './tell.ts'

const feature = 'email-summary'
const instances = ['host-1', 'host-2', 'host-3']

/** What has passed is released, and taken back, while the application runs. Returns what to say of it in short. */
export async function tellTheRelease(stage: Stage): Promise<string> {
  heading('4  The release')
  say(paragraph('A control plane of their own, one process, keeps which version everybody gets.'))
  detail('', paragraph('Version 1.0 is older than the gate:'))
  const fleetAccess = await startControlPlane(stage)
  stage.switchTo('main')
  await run(stage, 'publish', feature)
  await run(
    stage,
    'activate',
    feature,
    '1.0',
    '--reason',
    'in production',
    '--override',
    'older than the gate',
    '--wait',
    '0s',
  )

  const fleet = await startFleet(stage, instances, fleetAccess)
  detail('')
  say(
    paragraph(`${instances.length} processes of the application run. The fixed version is published with its report:`),
  )
  stage.switchTo('upgrade')
  await run(stage, 'publish', feature)
  expectApplied(await run(stage, 'activate', feature, '1.2', '--reason', 'every action item, by owner and date'))
  detail('')
  detail(paragraph('No process was restarted. What they answered since then:'))
  await showTraffic(fleet, '1.2')

  heading('5  The way back')
  say(paragraph('Friday, 16:40. The new model takes 20 seconds for a summary. One command, no deploy:'))
  const took = expectApplied(await run(stage, 'rollback', feature, '--reason', 'sparrow-2026-08 takes 20 s'))
  detail('')
  detail(paragraph('Each process has confirmed the change, and answers with the old version again:'))
  await showTraffic(fleet, '1.0')
  const total = await fleet.stop()
  if (total.failed > 0) throw new Error(`${total.failed} requests of the application failed`)

  detail('')
  detail(paragraph('Who did what, and why, is on record. Each row holds the hash of the one before it:'))
  await run(stage, 'audit', feature)
  const verified = await run(stage, 'audit', feature, '--verify')
  if (!verified.includes('the log is whole, 5 rows')) throw new Error(`the log does not verify: ${verified}`)
  return `Taken back on ${instances.length} processes in ${took}, each confirmed; ${total.answered} requests in all, none failed.`
}

/** How long it took until all instances had confirmed. */
function expectApplied(output: string): string {
  const took = new RegExp(`applied by ${instances.length} of ${instances.length} instances in (.+)\\n`).exec(
    output,
  )?.[1]
  if (took === undefined) throw new Error('not every instance has confirmed the change')
  return took
}

/** What the instances answered from now on; all of it must be by one version. */
async function showTraffic(fleet: Fleet, label: string): Promise<void> {
  detail('')
  const answers: string[] = []
  for (const [instance, versions] of await fleet.traffic()) {
    const [only, ...others] = Object.keys(versions)
    const fits = only === label && others.length === 0
    const text = Object.entries(versions).map(([version, count]) => `${count} by version ${version}`)
    if (!fits) throw new Error(`${instance} should answer with ${label} alone, not ${text.join(', ')}`)
    answers.push(`${instance} ${text.join(', ')}`)
  }
  say(`   ${good('✓')} ${answers.join(' · ')}`)
}
