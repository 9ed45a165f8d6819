import type { ApprovalRule, ApprovalRules } from '../../core/suite/config/approval-settings.ts'
import { type Environments, environmentName, partsOf, plainFeature } from '../../core/suite/config/environments.ts'
import { wildcardFit } from '../../core/suite/models/wildcards.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { ReleaseEvent } from '../release/release-event.ts'

/** What a control plane asks for, and the environments that it has. */
export interface ReleaseRules {
  approvals: ApprovalRules
  environments: Environments
}

/**
 * Who must approve releases of a feature in an environment, by its key; undefined where nobody must. The pattern counts
 * that says most of the name of the feature, and of several such the one that says most of the environment: so what is
 * asked for one feature is not undone by a rule for all that is in an environment. Of two that say as much the stricter
 * one counts.
 */
export function ruleFor({ approvals, environments }: ReleaseRules, key: string): ApprovalRule | undefined {
  const name = environmentName(key, environments) ?? ''
  const feature = plainFeature(key)
  const fitting = Object.entries(approvals).flatMap(([pattern, rule]) => {
    const { feature: ofFeature, environment } = partsOf(pattern)
    const fit = [wildcardFit(ofFeature, feature), wildcardFit(environment ?? '*', name)] as const
    return fit[0] === null || fit[1] === null ? [] : [{ feature: fit[0], environment: fit[1], rule }]
  })
  const [best] = fitting.sort(
    (a, b) => b.feature - a.feature || b.environment - a.environment || b.rule.approvals - a.rule.approvals,
  )
  return best && best.rule.approvals > 0 ? best.rule : undefined
}

/**
 * Whether an event gives somebody a version that they might not have got without it. What takes a version back never
 * does, so that it is never waited for, unless it goes to a version that was never active.
 */
export function widens({ active, history }: FeatureState, event: ReleaseEvent): boolean {
  switch (event.type) {
    case 'activate':
    case 'start':
    case 'advance':
    case 'promote':
      return true
    case 'rollBack':
      return event.to !== undefined && event.to !== active && !history.some(({ version }) => version === event.to)
    case 'hold':
    case 'exclude':
    case 'pause':
    case 'resume':
    case 'abort':
      return false
    default:
      return event satisfies never
  }
}
