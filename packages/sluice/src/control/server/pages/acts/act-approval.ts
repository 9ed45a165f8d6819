import { type ReleaseRules, ruleFor } from '../../../approval/approval-rule.ts'
import type { ActForm, ActPage } from '../../../pages/act.ts'
import { ruleText } from '../../needed-approval.ts'

/** How the page of a release changes where the release needs approval. */
export interface ActApproval {
  notes: string[]
  form: Pick<ActForm, 'button' | 'isDanger'>
  hidden: Record<string, string>
  /** Why it cannot be sent; null where it can. */
  refusal: string | null
  others: ActPage['others']
}

/**
 * What the page of a release says of the approval that it needs, and of the environment that it would leave out; null
 * where neither is in its way.
 * @param address of the page, with its query
 * @param early why the environment before has to have it first; null where that has, or there is none
 */
export function actApproval(
  rules: ReleaseRules,
  feature: string,
  { breaksGlass, address, early }: { breaksGlass: boolean; address: string; early: string | null },
): ActApproval | null {
  const rule = ruleFor(rules, feature)
  if (!rule && early === null) return null
  const emergency = `${address}${address.includes('?') ? '&' : '?'}breakGlass=yes`
  if (breaksGlass) {
    const without = rule ? [`It needs ${ruleText(rule)}, and goes without.`] : []
    const skipped = [...(early === null ? [] : [early]), ...without].join(' ')
    return {
      notes: [
        `${skipped} Say why in the reason: all channels are told, and it is shown until somebody else has reviewed it.`,
      ],
      form: { button: rule ? 'Release without approval' : 'Release anyway', isDanger: true },
      hidden: { breakGlass: 'yes' },
      refusal: null,
      others: early === null ? [{ address, text: 'Propose it instead' }] : [],
    }
  }
  const needed = rule ? [`It needs ${ruleText(rule)}. Sending this proposes it: nothing is released until then.`] : []
  return {
    notes: needed,
    form: { button: 'Propose', isDanger: false },
    hidden: {},
    refusal: early,
    others: [
      {
        address: emergency,
        text: early === null ? 'Without approval, in an emergency' : 'All the same, in an emergency',
      },
    ],
  }
}
