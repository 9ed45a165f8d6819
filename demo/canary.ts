import { run } from './command.ts'
import { expect, gated } from './gate.ts'
import type { Production } from './production.ts'
import { type RolloutView, rolloutOf } from './rollout-view.ts'
import type { Stage } from './stage.ts'
import { bad, detail, good, heading, paragraph, say, showChange } from './tell.ts'

const feature = 'email-summary'

/** What the golden cases miss is found on live traffic, and never missed again. Returns what to say of it in short. */
export async function tellTheCanary(stage: Stage, production: Production): Promise<string[]> {
  heading('6  What the golden cases do not know')
  say(paragraph('A change is to end the long summaries of nightly digests:'))
  stage.startBranch('machines')
  showChange(stage.commitPrompt('3-machines.prompt.yml', 'Keep summaries of automatic e-mails short'))
  detail('')
  say(paragraph('All golden cases are as good as before. None of them is a voicemail:'))
  await gated(stage, 0, 'verdict')

  heading('7  The canary')
  const scene = '20,000 simulated users on a virtual clock draw from eight recorded'
  say(paragraph(`${scene} e-mails; one in five is a voicemail.`))
  production.serves(stage)
  stage.switchTo('main')
  await run(stage, 'publish', feature)
  await run(stage, 'activate', feature, '1.2', '--reason', 'in production', '--wait', '0s')
  stage.switchTo('machines')
  const worse = await rollout(stage, production, '1.3')
  expect(worse.state === 'rolledBack', `the bad canary is not rolled back but ${worse.state}`)
  expect(worse.by === 'sluice', `the bad canary is rolled back by ${worse.by}`)

  const cases = await becomesCases(stage, worse)
  const promoted = await theGoodVersion(stage, production)
  return [
    `The gate let version 1.3 pass; its canary ended itself after ${worse.canary.requests} requests in ${worse.lasted}.`,
    `Its failures are ${cases} golden cases now. Version 1.4 went to everybody in ${promoted.lasted}.`,
  ]
}

/** Publishes a version, starts its canary and lets time pass until it ends. */
async function rollout(stage: Stage, production: Production, version: string): Promise<RolloutView> {
  await run(stage, 'publish', feature)
  await run(stage, 'rollout', 'start', feature, version)
  const requests = await production.pass(6)
  const view = await rolloutOf(stage, feature)
  detail('')
  say(paragraph(`${requests} requests and ${view.lasted} of virtual time later:`))
  await run(stage, 'rollout', 'status', feature)
  showEvidence(view)
  return view
}

function showEvidence({ stages, canary, incumbent, eValue, threshold, alpha, state }: RolloutView): void {
  detail('')
  detail(paragraph(`Share of the users: ${[...stages, ...(state === 'promoted' ? ['all'] : [])].join(', then ')}.`))
  detail('')
  for (const [name, { requests, users, judged }] of Object.entries({ canary, incumbent }))
    detail(`     ${name.padEnd(9)} ${requests} requests of ${users} users in all stages, ${judged} judged`)
  const rule = `At ${threshold.toFixed(0)} it is rolled back: at most ${100 * alpha} % of those no worse.`
  const mark = state === 'promoted' ? good('✓') : bad('✗')
  detail('')
  say(paragraph(`E-value against the canary: ${eValue.toFixed(2)}. ${rule}`, `   ${mark} `))
}

/** The worst answers of the canary are added to the suite; the change that caused them no longer passes. */
async function becomesCases(stage: Stage, { id }: RolloutView): Promise<number> {
  heading('8  The incident becomes a test')
  say(paragraph('Each e-mail whose answer was judged worst becomes a case that may not regress:'))
  const added = await run(
    stage,
    'case',
    'add',
    feature,
    '--from',
    `rollout:${id}`,
    '--critical',
    '--incident',
    'INC-204',
  )
  stage.commit('Add the voicemails of INC-204 to the golden cases')
  detail('')
  detail(paragraph('The same change, before the same gate:'))
  const { reasons } = await gated(stage, 1, 'verdict')
  const blocking = new Set(reasons.flatMap(({ code, case: id }) => (code === 'critical-case' && id ? [id] : [])))
  expect(blocking.size > 0, `the gate does not fail because of the new cases:\n${added}`)
  return blocking.size
}

async function theGoodVersion(stage: Stage, production: Production): Promise<RolloutView> {
  heading('9  The version that stays')
  showChange(stage.commitPrompt('4-voicemail.prompt.yml', 'Treat voicemails as e-mails of whoever speaks'))
  await gated(stage, 0, 'verdict')
  const view = await rollout(stage, production, '1.4')
  expect(view.state === 'promoted', `the good canary is not promoted but ${view.state}`)
  return view
}
