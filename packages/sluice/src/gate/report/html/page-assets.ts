import { bundledPage, type PageAssets } from '../../../bundled-page.ts'

/**
 * The report's script and style. From sources they are bundled when asked for; the build puts the finished texts here.
 */
export function pageAssets(): Promise<PageAssets> {
  return bundledPage(import.meta.dirname)
}
