import { type Html, html } from '../../text/markup.ts'
import { timeText } from '../words/moments.ts'

/** What a page shows, without what is around it. */
export interface PageContent {
  /** In the title of the window. */
  title: string
  main: Html
}

/** Who has signed in, as the page says it. */
export interface SignedIn {
  /** Name of the token. */
  name: string
  scopes: readonly string[]
  /** Null: all. */
  features: readonly string[] | null
  /** Absent: all that there are. */
  environments?: readonly string[] | undefined
  formKey: string
}

export interface PageFrame {
  /** Null where nobody has signed in. */
  signedIn: SignedIn | null
  /** The path of the page, by which the navigation shows where one is. */
  path: string
  /** When the content was made, ms since the epoch. */
  at: number
  /** What distinguishes this content from another of the same page; absent if the page does not change by itself. */
  tag?: string | undefined
  /** Nothing that is shown is real: it is a demo. */
  isSimulated: boolean
  /** Paths of the style and the script. */
  assets: { style: string; script: string }
}

/** The pages that the navigation leads to. */
const navigation: readonly { path: string; title: string }[] = [
  { path: '/', title: 'Overview' },
  { path: '/judge', title: 'Judge' },
  { path: '/costs', title: 'Costs' },
  { path: '/instances', title: 'Instances' },
  { path: '/settings', title: 'Settings' },
  { path: '/help', title: 'Help' },
]

/** A whole page. Script and style are files of their own, so that nothing in a text can act. */
export function pageDocument({ title, main }: PageContent, frame: PageFrame): string {
  const { signedIn, path, at, tag, isSimulated, assets } = frame
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:image/svg+xml,${icon}">
<title>${title} · Sluice</title>
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}" defer></script>
</head>
<body>
<a class="skip" href="#main">To the content</a>
${isSimulated ? simulated : undefined}<header class="top"><div class="bar"><a class="home" href="/">Sluice</a>${signedIn ? bar(signedIn, path) : undefined}</div>
<p class="state" id="state"${tag === undefined ? undefined : html` data-live="/live" data-tag="${tag}"`} data-at="${String(at)}">As of ${timeText(at)}</p></header>
<p class="unseen" id="news" role="status"></p>
<main id="main" tabindex="-1">
${main}
</main>
</body>
</html>
`
  return markup
}

/** Stays in sight on every page of a demo. */
const simulated = html`<p class="simulated" role="note"><b>SIMULATED</b>: users, answers and scores are made up. <code>sluice serve</code> without <code>--demo</code> shows your own.</p>
`

/** What a page that is open already takes over: the content, and the title. */
export function pagePart({ title, main }: PageContent): string {
  const { markup } = html`<title>${title} · Sluice</title>
<main id="main" tabindex="-1">
${main}
</main>`
  return markup
}

function bar({ name, scopes, features, environments, formKey }: SignedIn, path: string): Html {
  const names = features === null ? 'all features' : `only ${features.join(', ')}`
  const limit = environments ? `${names} in ${environments.join(', ')}` : names
  return html`<nav aria-label="Pages"><ul>${navigation.map((to) => html`<li><a href="${to.path}"${isIn(to.path, path) ? html` aria-current="page"` : undefined}>${to.title}</a></li>`)}</ul></nav>
<div class="who"><span class="name"><b>${name}</b> <small>${scopes.join(', ')} · ${limit}</small></span><form method="post" action="/sign-out"><input type="hidden" name="formKey" value="${formKey}"><button>Sign out</button></form></div>`
}

function isIn(section: string, path: string): boolean {
  return section === '/' ? path === '/' : path === section || path.startsWith(`${section}/`)
}

const icon = encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 3h12v2H2zm2 4h3v7H4zm5 0h3v4H9z" fill="#2f6fb0"/></svg>',
)
