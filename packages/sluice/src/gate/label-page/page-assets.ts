import { bundledPage, type PageAssets } from '../../bundled-page.ts'

/**
 * Script and style of the page for labels. From sources they are bundled when asked for; the build puts the texts here.
 */
export function labelPageAssets(): Promise<PageAssets> {
  return bundledPage(import.meta.dirname)
}
