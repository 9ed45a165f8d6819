// npm run site: the pages of the project as a site that can be searched, in site/dist. Links that lead nowhere, and pages
// to which nothing leads, end the build.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { deadLinks, rewriteLinks, wayTo } from './links.js'
import { forPages } from './markdown.js'
import { readSite, root } from './pages.js'
import { contentsOf, sectionsOf, withAddressesOfRows } from './search-sections.js'

const output = process.env.SLUICE_SITE_DIR ?? 'dist'
/** For example https://github.com/owner/name: where the files are that are no pages. */
const repository = process.env.SLUICE_SITE_REPOSITORY

export default function site(eleventy) {
  const { pages, groups } = readSite()
  const used = new Set()
  const sections = []

  eleventy.setTemplateFormats(['md', 'njk'])
  eleventy.setUseGitIgnore(false)
  eleventy.ignores.add('node_modules/**')
  eleventy.ignores.add('dist/**')
  eleventy.amendLibrary('md', forPages)
  for (const page of pages.values())
    eleventy.addTemplate(page.file, page.text, { layout: 'layout.njk', permalink: page.address, file: page.file })
  eleventy.addGlobalData('groups', groups)

  eleventy.addFilter('wayTo', wayTo)
  eleventy.addFilter('pageOf', (file) => pages.get(file))
  eleventy.addFilter('contents', contentsOf)
  eleventy.addFilter('linked', (html, page) => {
    const body = withAddressesOfRows(rewriteLinks(html, { page, pages, repository, used }))
    sections.push(...sectionsOf(body, page))
    return body
  })

  eleventy.on('eleventy.after', () => {
    for (const file of used) cpSync(path.join(root, file), path.join(output, file.replace(/^docs\//, '')))
    const assets = path.join(output, 'assets')
    mkdirSync(assets, { recursive: true })
    cpSync('assets', assets, { recursive: true })
    cpSync('node_modules/minisearch/dist/umd/index.js', path.join(assets, 'minisearch.js'))
    writeFileSync(path.join(assets, 'search-sections.js'), `globalThis.searchSections = ${JSON.stringify(sections)}\n`)
    const dead = deadLinks(
      output,
      [...pages.values()].map(({ address }) => address),
    )
    if (dead.length > 0) throw new Error(`links of the site lead nowhere:\n${dead.join('\n')}`)
    console.log(`${pages.size} pages, ${sections.length} sections and rows to search in`)
  })

  return { dir: { input: '.', includes: 'layouts', output }, markdownTemplateEngine: false }
}
