import { visibleLine } from '../../text/untrusted.ts'
import type { Channel } from './channel.ts'
import type { ChannelMessage } from './message.ts'

/** Slack takes 150 characters in a header and 3,000 in a text, of which escaping may need five for one. */
const longestHeader = 150
const longestDetail = 500
const detailsShown = 8

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const zeroWidthSpace = '\u200b'

/** A Slack incoming webhook, in Block Kit. */
export function slackChannel({ id, addressId, url }: { id: string; addressId: string; url: string }): Channel {
  return {
    id,
    addressId,
    onlyAlarms: false,
    request: (message) => ({
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(slackMessage(message)),
    }),
  }
}

/** The message: a title in plain text, then what happened. No text of a model or a file has an effect in it. */
function slackMessage(message: ChannelMessage) {
  const { label, feature, details, link } = message
  const title = slackText(cut(message.title, longestDetail))
  const shown = details.slice(0, detailsShown).map((detail) => section(`• ${slackText(cut(detail, longestDetail))}`))
  const more = details.length > shown.length ? [section(`… and ${details.length - shown.length} more`)] : []
  const facts = message.facts.map((fact) => slackText(fact))
  return {
    text: title,
    blocks: [
      {
        type: 'header',
        text: {
          type: 'plain_text',
          emoji: false,
          text: cut(`${label}: ${visibleLine(feature)}`, longestHeader),
        },
      },
      section(`*${title}*`),
      ...shown,
      ...more,
      {
        type: 'context',
        elements: [mrkdwn([...facts, ...(link ? [`<${slackUrl(link.href)}|${link.text}>`] : [])].join(' · '))],
      },
    ],
  }
}

function section(text: string) {
  return { type: 'section', text: mrkdwn(text) }
}

/** A verbatim text: Slack makes no links of addresses, channels and names in it. */
function mrkdwn(text: string) {
  return { type: 'mrkdwn', verbatim: true, text }
}

/** Escaped text: nothing in it becomes a mention, a link, formatting or an emoji. */
function slackText(text: string): string {
  return visibleLine(text)
    .replace(/[&<>]/g, (character) => entities[character] ?? character)
    .replace(/[*_~`:@]/g, `$&${zeroWidthSpace}`)
}

/** An address, escaped for use inside <…|…>. */
function slackUrl(url: string): string {
  return new URL(url).href.replace(/[<>|]/g, encodeURIComponent)
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`
}
