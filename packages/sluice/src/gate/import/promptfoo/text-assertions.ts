import { type Assertion, type AssertionSite, approximated, dropped, same, type Translation } from './assertion.ts'
import { unicodePattern } from './javascript-pattern.ts'
import { checkText, listOfTexts, literalPattern, patternText, scalarText } from './text-value.ts'

/**
 * Assertions that compare the output with texts. promptfoo tells upper from lower case, unless a type begins with i.
 */
export const textAssertions: Record<string, (asked: Assertion, site: AssertionSite) => Translation> = {
  contains: (asked, site) => contains(asked, site, { caseSensitive: true }),
  icontains: (asked, site) => contains(asked, site, {}),
  'contains-any': (asked, site) => containsAny(asked, site, { caseSensitive: true }),
  'icontains-any': (asked, site) => containsAny(asked, site, {}),
  'contains-all': (asked, site) => containsAll(asked, site, { caseSensitive: true }),
  'icontains-all': (asked, site) => containsAll(asked, site, {}),
  equals,
  'starts-with': startsWith,
  regex,
}

type Case = { caseSensitive?: true }

const spaces = 'white space around the text makes no difference'
const noText = 'its value is no text'
const noList = 'its value is no list of texts'

function contains({ value, isInverse }: Assertion, { vars }: AssertionSite, letters: Case): Translation {
  const text = scalarText(value)
  if (text === undefined || text === '') return dropped(noText)
  const wanted = checkText(text, vars)
  if (wanted === '') return dropped('its value is an empty text with these variables')
  if (wanted.endsWith('\n')) {
    return same([{ [isInverse ? 'notMatches' : 'matches']: literalPattern(wanted), ...letters }])
  }
  return same([{ [isInverse ? 'notContains' : 'contains']: wanted, ...letters }])
}

function texts(value: unknown, { vars }: AssertionSite): string[] | undefined {
  const list = listOfTexts(value)?.map((text) => checkText(text, vars))
  // An empty text is found in any output.
  return list === undefined || list.length === 0 || list.includes('') ? undefined : list
}

function containsAny({ value, isInverse }: Assertion, site: AssertionSite, letters: Case): Translation {
  const list = texts(value, site)
  if (list === undefined) return dropped(noList)
  if (list.some((text) => text.endsWith('\n'))) {
    return same([{ [isInverse ? 'notMatches' : 'matches']: list.map(literalPattern).join('|'), ...letters }])
  }
  return same([{ [isInverse ? 'notContainsAny' : 'containsAny']: list, ...letters }])
}

/** All or nothing, as there: a must needs all of them anyway, and else a pattern looks for them together. */
function containsAll({ value, isInverse, isMust }: Assertion, site: AssertionSite, letters: Case): Translation {
  const list = texts(value, site)
  if (list === undefined) return dropped(noList)
  if (isMust && !isInverse && !list.some((text) => text.endsWith('\n')))
    return same([{ containsAll: list, ...letters }])
  const pattern = `^${list.map((text) => `(?=[^]*${literalPattern(text)})`).join('')}`
  return same([{ [isInverse ? 'notMatches' : 'matches']: pattern, ...letters }], 'all or nothing, by a pattern')
}

function equals({ value, isInverse }: Assertion, { vars }: AssertionSite): Translation {
  if (value !== null && typeof value === 'object') {
    return isInverse ? dropped('the opposite of equal JSON') : same([{ jsonPath: { path: '$', equals: value } }])
  }
  const text = scalarText(value)
  if (text === undefined) return dropped(noText)
  const wanted = checkText(text, vars)
  if (wanted.trim() === '') return same([{ [isInverse ? 'notMatches' : 'matches']: `^${literalPattern(wanted)}$` }])
  return approximated([{ [isInverse ? 'notEquals' : 'equals']: wanted, caseSensitive: true }], spaces)
}

function startsWith({ value, isInverse }: Assertion, { vars }: AssertionSite): Translation {
  const text = scalarText(value)
  if (text === undefined || text === '') return dropped(noText)
  const pattern = `^${literalPattern(checkText(text, vars))}`
  return same([{ [isInverse ? 'notMatches' : 'matches']: pattern, caseSensitive: true }], 'as a pattern')
}

function regex({ value, isInverse }: Assertion, { vars }: AssertionSite): Translation {
  const text = scalarText(value)
  if (text === undefined || text === '') return dropped(noText)
  const translated = unicodePattern(patternText(text, vars))
  if ('fault' in translated) return dropped(translated.fault)
  return same([{ [isInverse ? 'notMatches' : 'matches']: translated.pattern, caseSensitive: true }])
}
