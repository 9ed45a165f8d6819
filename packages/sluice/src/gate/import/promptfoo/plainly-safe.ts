/**
 * Whether JavaScript plainly does nothing but look at values. It is judged by its words alone: only those below and
 * names of its own may occur, members are reached by their written names, and loops go through lists only. Code that is
 * merely unusual counts as unsafe too.
 * @returns why it is not plainly safe; undefined where it is
 */
export function unsafeReason(code: string): string | undefined {
  const words = wordsOf(code)
  if (typeof words === 'string') return words
  for (const [index, { kind, text }] of words.entries()) {
    const before = words[index - 1]?.text
    const after = words[index + 1]?.text
    if (/constructor|prototype|__\w+__/.test(text)) return `it holds "${text}"`
    if (kind === 'template' && text.includes('${')) {
      const inner = [...text.matchAll(/\$\{([^{}]*)\}/g)].map(([, expression = '']) => unsafeReason(expression))
      if (text.split('${').length - 1 !== inner.length) return 'it nests templates'
      const [reason] = inner.filter((each) => each !== undefined)
      if (reason !== undefined) return reason
    }
    if (kind === 'name' && before !== '.' && before !== '?.') {
      const isWalk = text === 'for' && walksList(words.slice(index + 1))
      const reason = isWalk ? undefined : nameFault(text, after)
      if (reason !== undefined) return reason
    }
    if (text === '[' && isMember(words[index - 1]) && !isPlainIndex(words.slice(index + 1, index + 3))) {
      return 'it reaches members by computed names'
    }
  }
  return undefined
}

interface Word {
  kind: 'name' | 'number' | 'string' | 'template' | 'pattern' | 'sign'
  text: string
}

const known = new Set(
  `JSON Math Number String Boolean Array Set Map RegExp Date parseInt parseFloat isNaN isFinite NaN Infinity undefined
  true false null const let var return if else typeof of in new try catch finally throw instanceof switch case default
  break continue function Error encodeURIComponent decodeURIComponent console`.split(/\s+/),
)
const forbidden = new Set(
  'require module exports import export eval arguments this await async yield while do with delete void class super goto'.split(
    ' ',
  ),
)

function nameFault(name: string, after: string | undefined): string | undefined {
  if (known.has(name)) return undefined
  if (name === 'for') return 'it loops by a condition'
  if (name === 'Object') return 'it uses Object'
  if (forbidden.has(name)) return `it uses ${name}`
  // Names of what every Node program can reach: the network, the process, the clock.
  return name in globalThis && after !== ':' ? `it uses ${name}` : undefined
}

/** Whether what follows `for` is `(const x of ...`. */
function walksList(words: readonly Word[]): boolean {
  const end = words.findIndex(({ text }) => text === 'of')
  const [opening, keyword] = words
  const names = words.slice(2, Math.max(2, end))
  return (
    opening?.text === '(' &&
    /^(?:const|let)$/.test(keyword?.text ?? '') &&
    names.length > 0 &&
    names.every(({ kind, text }) => kind === 'name' || ['[', ']', '{', '}', ','].includes(text))
  )
}

/** Whether `[` after this word reaches a member, and does not begin a list. */
function isMember(word: Word | undefined): boolean {
  if (word === undefined) return false
  if (word.kind === 'name') return !/^(?:return|case|in|of|typeof|new|throw|else|instanceof)$/.test(word.text)
  return word.kind === 'string' || word.kind === 'template' || [')', ']', '}', '?.'].includes(word.text)
}

function isPlainIndex([index, close]: Word[]): boolean {
  return (index?.kind === 'number' || index?.kind === 'string') && close?.text === ']'
}

const word =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<number>\d[\w.]*)|(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<template>`(?:\\.|[^`\\])*`)|(?<name>[A-Za-z_$][\w$]*)|(?<sign>\?\.(?!\d)|=>|\.\.\.|[-+*/%=<>!&|^~?:;,.()[\]{}])/y
const pattern = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y

/** The words of JavaScript without white space and comments, or why it cannot be read. */
function wordsOf(code: string): Word[] | string {
  const words: Word[] = []
  for (let at = 0; at < code.length; ) {
    const last = words.at(-1)
    const beginsPattern =
      code[at] === '/' &&
      !/^\/[/*]/.test(code.slice(at, at + 2)) &&
      (last === undefined || (last.kind === 'sign' && ![')', ']', '}'].includes(last.text)) || last.text === 'return')
    const matcher = beginsPattern ? pattern : word
    matcher.lastIndex = at
    const found = matcher.exec(code)
    if (found === null) return `it holds ${JSON.stringify(code.slice(at, at + 10))}`
    at += found[0].length
    if (beginsPattern) words.push({ kind: 'pattern', text: found[0] })
    const [kind, text] = Object.entries(found.groups ?? {}).find(([, each]) => each !== undefined) ?? []
    if (kind !== undefined && text !== undefined) words.push({ kind: kind as Word['kind'], text })
  }
  return words
}
