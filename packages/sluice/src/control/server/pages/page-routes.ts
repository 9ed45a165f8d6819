import { featureActRoutes } from './acts/feature-act-routes.ts'
import { proposalActRoutes, showProposalPage } from './acts/proposal-act-routes.ts'
import { rolloutActRoutes } from './acts/rollout-act-routes.ts'
import { showApplied } from './applied-route.ts'
import { showAsset } from './asset-route.ts'
import { exportAudit, showAuditPage } from './audit/audit-route.ts'
import { showVerification } from './audit/verification-route.ts'
import { showCosts } from './costs-route.ts'
import { downloadVersion, showComparison } from './feature/compare-route.ts'
import { showFeaturePage } from './feature/feature-route.ts'
import { showRun } from './feature/run-route.ts'
import { showHelp } from './help-route.ts'
import { showInstances } from './instances-route.ts'
import { showJudges } from './judge-route.ts'
import { openLive } from './live-route.ts'
import { beginOidc, endOidc } from './oidc-routes.ts'
import { showOverview } from './overview-route.ts'
import type { PageRoute } from './page-route.ts'
import { showRolloutPage } from './rollout/rollout-route.ts'
import { showSettings } from './settings-route.ts'
import { showSignIn, signIn, signInByLink, signOut } from './sign-in-routes.ts'

/** All addresses that browsers ask for. */
export const pageRoutes: readonly PageRoute[] = [
  showOverview,
  showFeaturePage,
  showRolloutPage,
  showComparison,
  downloadVersion,
  showRun,
  showAuditPage,
  showVerification,
  exportAudit,
  showJudges,
  showCosts,
  showInstances,
  showApplied,
  ...rolloutActRoutes,
  ...featureActRoutes,
  showProposalPage,
  ...proposalActRoutes,
  showSettings,
  showHelp,
  showSignIn,
  signIn,
  signInByLink,
  signOut,
  beginOidc,
  endOidc,
  openLive,
  showAsset,
]
