import { showApplied } from './applied-route.ts'
import { showAsset } from './asset-route.ts'
import { featureActRoutes } from './feature-act-routes.ts'
import { showFeaturePage } from './feature-route.ts'
import { showInstances } from './instances-route.ts'
import { openLive } from './live-route.ts'
import { showOverview } from './overview-route.ts'
import type { PageRoute } from './page-route.ts'
import { rolloutActRoutes } from './rollout-act-routes.ts'
import { showRolloutPage } from './rollout-route.ts'
import { showSettings } from './settings-route.ts'
import { showSignIn, signIn, signOut } from './sign-in-routes.ts'

/** All addresses that browsers ask for. */
export const pageRoutes: readonly PageRoute[] = [
  showOverview,
  showFeaturePage,
  showRolloutPage,
  showInstances,
  showApplied,
  ...rolloutActRoutes,
  ...featureActRoutes,
  showSettings,
  showSignIn,
  signIn,
  signOut,
  openLive,
  showAsset,
]
