import type { Route } from '../http/route.ts'
import { acknowledge } from './acks.ts'
import { rollBack, setActive } from './active.ts'
import { showAudit } from './audit.ts'
import { deleteUnit, listContents } from './contents.ts'
import { showDrift } from './drift.ts'
import { listFeatures, showFeature } from './features.ts'
import { health, ready } from './health.ts'
import { listInstances } from './instances.ts'
import { showMetrics } from './metrics.ts'
import { evaluateFlag, evaluateFlags } from './ofrep.ts'
import { reportOutcomes } from './outcomes.ts'
import { publish } from './publish.ts'
import { excludeToken, rolloutOperations, showRollout, startRollout } from './rollouts.ts'
import { showSnapshot } from './snapshot.ts'
import { openStream } from './stream.ts'
import { createToken, listTokens, revokeToken } from './tokens.ts'
import { showTraffic } from './traffic.ts'
import { checkVerdict, showVerdict } from './verdict.ts'

/** All that the control plane can be asked. */
export const routes: readonly Route[] = [
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
  deleteUnit,
  evaluateFlag,
  evaluateFlags,
]
