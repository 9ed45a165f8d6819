import { z } from 'zod'
import { shownKey } from '../../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../../records/feature.ts'
import type { Rollout } from '../../../../records/rollout/rollout.ts'
import { ruleFor } from '../../../approval/approval-rule.ts'
import { type ActFault, type ActPage, actPage } from '../../../pages/act.ts'
import { proposalAddress, rolloutActAddress, rolloutAddress } from '../../../pages/addresses.ts'
import type { NamedVersion, StateTone } from '../../../pages/elements.ts'
import type { PageContent } from '../../../pages/layout.ts'
import type { ReleaseEvent } from '../../../release/release-event.ts'
import { hasEnded, rolloutState, sharePpm } from '../../../release/rollout-state.ts'
import { transition } from '../../../release/transition.ts'
import type { Assessment } from '../../../rollout/assessment/assessment.ts'
import { type RolloutAct, rolloutConsequence } from '../../../words/act-text.ts'
import { knownEvidence } from '../../../words/figures-text.ts'
import { stageText, stateText } from '../../../words/rollout-state-text.ts'
import type { Caller } from '../../access/caller.ts'
import type { Session } from '../../access/sessions.ts'
import { proposeRelease } from '../../approvals/propose.ts'
import type { Changed } from '../../change-feature.ts'
import { applyRollback } from '../../features/activate.ts'
import { operateRollout } from '../../rollouts/change-rollout.ts'
import { findRollout } from '../../rollouts/find-rollout.ts'
import { knownAssessment, reportersFor } from '../../rollouts/who-reports.ts'
import { ofRollout } from '../../route/fields.ts'
import type { Services } from '../../services.ts'
import { defineAct, defineOwnPage, type PageRoute } from '../page-route.ts'
import { namedVersion, visibleFeature } from '../visible-feature.ts'
import { actApproval } from './act-approval.ts'
import { actFields, attempt, formBasics, nothingSent, refusalOf, type Sent } from './act-attempt.ts'
import { changeReach } from './act-reach.ts'

interface Described {
  /** With the canary's name. */
  title(canary: string): string
  button: string
  isDanger: boolean
}

const acts: Record<RolloutAct, Described> = {
  rollback: { title: (canary) => `Roll back ${canary}`, button: 'Roll back', isDanger: true },
  pause: { title: (canary) => `Pause the rollout of ${canary}`, button: 'Pause', isDanger: false },
  resume: { title: (canary) => `Resume the rollout of ${canary}`, button: 'Resume', isDanger: false },
  advance: { title: (canary) => `Advance ${canary} to the next stage`, button: 'Advance', isDanger: false },
  promote: { title: (canary) => `Give ${canary} to everybody`, button: 'Promote', isDanger: true },
  abort: { title: (canary) => `End the rollout of ${canary} without a verdict`, button: 'Abort', isDanger: true },
}

const scopes = ['operator'] as const
const query = z.object({ breakGlass: z.literal('yes').optional().catch(undefined) })

/** Both steps of each act on a rollout. */
export const rolloutActRoutes: readonly PageRoute[] = (Object.keys(acts) as RolloutAct[]).flatMap((act) => [
  defineOwnPage({
    path: `/rollouts/{rollout}/${act}`,
    scopes,
    params: ofRollout,
    query,
    show: async ({ params, query: { breakGlass }, caller, session }, services) => {
      const breaksGlass = breakGlass === 'yes'
      return pageOf(services, { act, id: params.rollout, breaksGlass, caller, session, sent: nothingSent, fault: null })
    },
  }),
  defineAct({
    path: `/rollouts/{rollout}/${act}`,
    scopes,
    params: ofRollout,
    form: actFields.extend({ breakGlass: z.literal('yes').optional() }),
    async act({ params, form: sentForm, request, requestId, caller, session }, services) {
      const { breakGlass, ...form } = sentForm
      const breaksGlass = breakGlass === 'yes'
      const rollout = await findRollout(services, params.rollout, caller)
      return attempt(
        { request, requestId, caller, form, more: { breaksGlass } },
        ({ write, reason, seen }) => perform(services, write, rollout, { act, reason, seen, breaksGlass }),
        (fault, sent) => pageOf(services, { act, id: rollout.id, breaksGlass, caller, session, sent, fault }),
      )
    },
  }),
])

const isWider = (act: RolloutAct): act is 'advance' | 'promote' => act === 'advance' || act === 'promote'

interface Decided {
  act: RolloutAct
  reason: string
  seen: number
  /** Without the approval that it needs. */
  breaksGlass: boolean
}

async function perform(
  services: Services,
  write: { request: Request; caller: Caller; body: unknown },
  rollout: Rollout,
  { act, reason, seen, breaksGlass }: Decided,
): Promise<Changed | string> {
  const { id, feature } = rollout
  if (act === 'rollback') return applyRollback(services, write, feature, { from: id, reason, seen })
  if (isWider(act) && !breaksGlass && ruleFor(services, feature)) {
    const proposed = { act, rollout: id, reason, expectedRevision: seen }
    return proposalAddress((await proposeRelease(services, write, feature, proposed)).proposal.id)
  }
  const breakGlass = breaksGlass ? { reason } : undefined
  return operateRollout(services, write, rollout, { type: act, reason, seen, breakGlass })
}

interface Asked {
  act: RolloutAct
  id: string
  breaksGlass: boolean
  caller: Caller
  session: Session
  sent: Sent
  fault: ActFault | null
}

async function pageOf(services: Services, asked: Asked): Promise<PageContent> {
  const { act, id, breaksGlass, caller, session, sent, fault } = asked
  const { feature } = await findRollout(services, id, caller)
  const state = await visibleFeature(feature, caller, services)
  // Read again, so that what is shown is of the revision that the form sends.
  const rollout = [...(state.rollout ? [state.rollout] : []), ...state.pastRollouts].find((one) => one.id === id)
  const shown = rollout ?? (await findRollout(services, id, caller))
  const [canary, incumbent, assessed, reporters] = await Promise.all([
    namedVersion(services, feature, shown.canary),
    namedVersion(services, feature, shown.incumbent),
    services.engineState.assessment(id),
    reportersFor(caller, services),
  ])
  const assessment = assessed && knownAssessment(assessed, reporters)
  const names = { canary: nameOf(canary), incumbent: nameOf(incumbent) }
  const described = acts[act]
  const users = assessment?.figures?.users ?? null
  const approval = isWider(act)
    ? actApproval(services, feature, { breaksGlass, address: rolloutActAddress(id, act), early: null })
    : null
  return actPage({
    title: described.title(names.canary),
    feature: shownKey(feature, services.environments),
    versions: [
      { role: 'canary', version: canary },
      { role: 'all others get', version: incumbent },
    ],
    state: stateOf(shown, assessment, services.clock.now()),
    consequence: rolloutConsequence(act, { rollout: shown, names, users }),
    reach: act === 'pause' || act === 'resume' ? null : await changeReach(services, state),
    known: knownOf(assessment),
    choices: [],
    others: [...othersOf(act, shown), ...(approval?.others ?? [])],
    notes: approval?.notes ?? [],
    refusal: refusalFor(act, state, id, services.clock.now()),
    fault,
    form: {
      ...formBasics(services, session, state, sent),
      button: described.button,
      isDanger: described.isDanger,
      ...approval?.form,
      hidden: { ...approval?.hidden },
      override: null,
      undecidable: null,
    },
    back: { address: rolloutAddress(id), text: 'the rollout' },
  })
}

const nameOf = ({ id, label }: NamedVersion) => label ?? id

function stateOf(rollout: Rollout, assessment: Assessment | null, now: number): { tone: StateTone; text: string } {
  const state = stateText({ ...rollout, state: rolloutState(rollout) })
  if (hasEnded(rollout)) return { tone: 'unknown', text: state }
  const stage = stageText({ ...rollout, ppm: sharePpm(rollout), assessment }, now)
  const isAlarmed = rollout.hold !== null || rollout.status === 'paused' || (assessment?.alerts.length ?? 0) > 0
  return { tone: isAlarmed ? 'watch' : 'unknown', text: `${state}: ${stage}` }
}

function knownOf(assessment: Assessment | null): string[] {
  if (!assessment) return ['Nothing is known about the canary yet.']
  const evidence = assessment.figures ? [`Evidence: ${knownEvidence(assessment.figures)}.`] : []
  return [assessment.words, ...evidence, ...assessment.alerts.map(({ message }) => message)]
}

/** Why it cannot be done in this state, by the same rules that would refuse it; null where it can. */
function refusalFor(act: RolloutAct, state: FeatureState, rolloutId: string, at: number): string | null {
  const event: ReleaseEvent = { type: act === 'rollback' ? 'rollBack' : act, rolloutId, reason: '-' }
  try {
    transition(state, event, { at, by: '-' })
    return null
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    return refusal
  }
}

/** What one may have meant instead. */
function othersOf(act: RolloutAct, rollout: Rollout): ActPage['others'] {
  if (hasEnded(rollout)) return []
  const link = (to: RolloutAct, text: string) => ({ address: rolloutActAddress(rollout.id, to), text })
  if (act === 'abort') return [link('rollback', 'Roll it back, if it is bad')]
  if (act === 'pause') return [link('rollback', 'Roll it back: users keep it while it is paused')]
  if (act === 'advance' && rollout.stage + 1 >= rollout.settings.stages.length)
    return [link('promote', 'Give it to everybody')]
  if ((act === 'advance' || act === 'promote') && rollout.status === 'paused')
    return [link('resume', 'Resume it first')]
  return []
}
