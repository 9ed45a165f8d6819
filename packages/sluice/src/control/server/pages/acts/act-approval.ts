import { ruleFor } from '../../../approval/approval-rule.ts'
import type { ActForm, ActPage } from '../../../pages/act.ts'
import { ruleText } from '../../needed-approval.ts'
import type { Services } from '../../services.ts'

/** How the page of a release changes where the release needs approval. */
export interface ActApproval {
  notes: string[]
  form: Pick<ActForm, 'button' | 'isDanger'>
  hidden: Record<string, string>
  others: ActPage['others']
}

/**
 * What the page of a release says of the approval that it needs; null where it needs none.
 * @param address of the page, with its query
 */
export function actApproval(
  { approvals }: Pick<Services, 'approvals'>,
  feature: string,
  { breaksGlass, address }: { breaksGlass: boolean; address: string },
): ActApproval | null {
  const rule = ruleFor(approvals, feature)
  if (!rule) return null
  if (!breaksGlass)
    return {
      notes: [`It needs ${ruleText(rule)}. Sending this proposes it: nothing is released until then.`],
      form: { button: 'Propose', isDanger: false },
      hidden: {},
      others: [
        {
          address: `${address}${address.includes('?') ? '&' : '?'}breakGlass=yes`,
          text: 'Without approval, in an emergency',
        },
      ],
    }
  return {
    notes: [
      `It needs ${ruleText(rule)}, and goes without. Say why in the reason: all channels are told, and it is shown until somebody else has reviewed it.`,
    ],
    form: { button: 'Release without approval', isDanger: true },
    hidden: { breakGlass: 'yes' },
    others: [{ address, text: 'Propose it instead' }],
  }
}
