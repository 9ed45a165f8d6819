/** A message in the form that every channel takes. Its texts may quote models and files: channels escape them. */
export interface ChannelMessage {
  /** What kind of event it is, e.g. `Nightly failed`. */
  label: string
  /** One line that says what happened. */
  title: string
  /** One sentence each, most important first. */
  details: readonly string[]
  /** Facts in a few words each. */
  facts: readonly string[]
  /** Which project this is, e.g. `acme/mail`. */
  project: string
  feature: string
  /** The page that shows more. */
  link: { href: string; text: string } | undefined
  /** ISO 8601. */
  time: string
  /** It stays the same each time this message is sent, so that a receiver recognises a repetition. */
  id: string
  /** All messages of one incident have the same key. */
  dedupKey: string
  /** `trigger` calls somebody, `resolve` ends the call; null does neither. */
  alarm: 'trigger' | 'resolve' | null
  severity: 'error' | 'warning'
  /** What raised it, e.g. `sluice nightly`. */
  source: string
  /** The reason in one word, e.g. `provider-drift`. */
  code: string
  /** For machines: the kind of event, e.g. `sluice.nightly.failed`, and what is known of it. */
  type: string
  data: Record<string, unknown>
}
