import { approve, listProposals, proposalEnds, propose, showProposal } from './approvals/proposal-routes.ts'
import { showAudit } from './audit.ts'
import { listContents } from './contents.ts'
import { showDrift } from './drift.ts'
import { rollBack, setActive } from './features/activate.ts'
import { listFeatures, showFeature } from './features/features.ts'
import { deleteUnit } from './forget.ts'
import { health, ready } from './health.ts'
import { acknowledge } from './instances/acknowledge.ts'
import { listInstances } from './instances/list-instances.ts'
import { showMetrics } from './metrics/metrics-route.ts'
import { evaluateFlag, evaluateFlags } from './ofrep.ts'
import { reportOutcomes } from './outcomes/report-outcomes.ts'
import { showForecast } from './rollouts/forecast-route.ts'
import { excludeToken, rolloutOperations, showRollout, startRollout } from './rollouts/rollout-routes.ts'
import { checkVerdict, showVerdict } from './rollouts/verdict-route.ts'
import type { HttpRoute } from './route/route.ts'
import { openStream, showSnapshot } from './snapshots/snapshot-routes.ts'
import { createToken, listTokens, reinstateToken, revokeToken } from './tokens.ts'
import { publish } from './versions/publish.ts'
import { showTraffic } from './versions/traffic-route.ts'

/** All routes of the control plane. */
export const routes: readonly HttpRoute[] = [
  health,
  ready,
  showMetrics,
  listFeatures,
  showFeature,
  publish,
  setActive,
  rollBack,
  startRollout,
  showRollout,
  ...rolloutOperations,
  excludeToken,
  propose,
  listProposals,
  showProposal,
  approve,
  ...proposalEnds,
  showForecast,
  showVerdict,
  checkVerdict,
  showAudit,
  listContents,
  showDrift,
  showTraffic,
  showSnapshot,
  openStream,
  reportOutcomes,
  acknowledge,
  listInstances,
  listTokens,
  createToken,
  revokeToken,
  reinstateToken,
  deleteUnit,
  evaluateFlag,
  evaluateFlags,
]
