const operators = /^(\|\||&&|;;|[|;&()`\n])/

/**
 * The simple commands of a shell script, each as its words: `a && b "c d" # e` is [[a], [b, 'c d']]. Redirections and
 * comments are left out. A `<placeholder>` and a `[choice]` of a command's notation stay one word.
 */
export function commandsOf(script: string): string[][] {
  const commands: string[][] = [[]]
  const text = script.replaceAll(/\\\n\s*/g, ' ')
  let word = ''
  let isWord = false
  const endWord = () => {
    if (isWord) commands.at(-1)?.push(word)
    word = ''
    isWord = false
  }
  let at = 0
  const take = (length: number) => {
    word += text.slice(at, at + length)
    isWord = true
    at += length
  }
  while (at < text.length) {
    const rest = text.slice(at)
    const [notation] = /^(<[\w./:| -]+>|\[[^\]\n]+\])/.exec(rest) ?? []
    const [quoted] = /^('[^']*'|"(?:\\.|[^"\\])*")/s.exec(rest) ?? []
    const [operator] = operators.exec(rest) ?? []
    const [redirection] = /^\d?(?:>>|[<>]&?)\s*(?:[^\s;|&()]+)?/.exec(rest) ?? []
    if (notation !== undefined) take(notation.length)
    else if (quoted !== undefined) {
      word += quoted.slice(1, -1)
      isWord = true
      at += quoted.length
    } else if (!isWord && rest.startsWith('#')) at += /^[^\n]*/.exec(rest)?.[0].length ?? 0
    else if (/^\w\|\w/.test(text.slice(at - 1)) && isWord) take(1)
    else if (operator !== undefined) {
      endWord()
      commands.push([])
      at += operator.length
    } else if (!isWord && redirection !== undefined) at += redirection.length
    else if (/^\s/.test(rest)) {
      endWord()
      at++
    } else if (rest.startsWith('\\')) {
      at++
      take(1)
    } else take(1)
  }
  endWord()
  return commands.filter((words) => words.length > 0)
}
