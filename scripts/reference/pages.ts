import { checkPage } from './check-page.ts'
import { environmentPage } from './environment-page.ts'
import { exitCodePage } from './exit-code-page.ts'
import { filePages } from './file-pages.ts'
import { indexPage } from './index-page.ts'
import { providerPage } from './provider-page.ts'
import { reportPage } from './report-page.ts'
import { wrapped } from './wrap.ts'

/** The pages of the reference: their names in docs/reference, and their texts. */
export async function referencePages(): Promise<Map<string, string>> {
  const writers: Record<string, () => string | Promise<string>> = {
    'README.md': indexPage,
    ...filePages,
    'checks.md': checkPage,
    'providers.md': providerPage,
    'environment.md': environmentPage,
    'exit-codes.md': exitCodePage,
    'report-json.md': reportPage,
  }
  const written = '<!-- Written by npm run reference. Edit the schemas and scripts/reference instead. -->'
  const pages = new Map<string, string>()
  for (const [name, write] of Object.entries(writers)) pages.set(name, `${written}\n\n${wrapped(await write())}\n`)
  return pages
}
