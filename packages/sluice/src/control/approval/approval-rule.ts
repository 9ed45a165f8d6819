import type { ApprovalRule, ApprovalRules } from '../../core/suite/config/approval-settings.ts'
import { wildcardMatch } from '../../core/suite/models/wildcards.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { ReleaseEvent } from '../release/release-event.ts'

/** Who must approve releases of a feature; undefined where nobody must. */
export function ruleFor(rules: ApprovalRules, feature: string): ApprovalRule | undefined {
  const rule = wildcardMatch(feature, rules)
  return rule && rule.approvals > 0 ? rule : undefined
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
