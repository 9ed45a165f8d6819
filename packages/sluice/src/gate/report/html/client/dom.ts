/// <reference lib="dom" />

type Child = Node | string | undefined

/** An element with text and elements in it. Strings become text, never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string | undefined> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value)
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** A select with a first entry for everything. */
export function selection(label: string, options: readonly (readonly [value: string, text: string])[]) {
  const entries = options.map(([value, text]) => element('option', { value }, text))
  return element('select', { 'aria-label': label }, ...entries)
}
