import type { DefaultTreeAdapterTypes, ParserError } from 'parse5'
import type { HtmlCheck } from '../../suite/checks/check-spec.ts'
import { type Measure, passOrFail } from './measure.ts'
import { readWithin } from './time-limit.ts'

/**
 * `html`: the output is HTML as browsers read it, a document or a fragment: at least one element of HTML, no text
 * outside of the elements, and nothing cut off. `containsHtml`: a tag of HTML, or its doctype, stands in the output.
 */
export function measureHtml({ type, negate }: HtmlCheck): Measure {
  return async ({ output }) => {
    const parser = await import('parse5')
    return readWithin('the output as HTML', output.length, () => {
      if (type === 'containsHtml') {
        const tag = firstTag(output, parser)
        return passOrFail(
          (tag !== undefined) !== negate,
          tag ? `the output contains ${tag}` : 'the output contains no HTML',
        )
      }
      const fault = faultOf(output.trim(), parser)
      return passOrFail(
        (fault === undefined) !== negate,
        fault ? `the output is not HTML: ${fault}` : 'the output is HTML',
      )
    })
  }
}

type Parser = typeof import('parse5')
type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

/** Why a text is no HTML; undefined where it is. */
function faultOf(text: string, { parse, parseFragment, html }: Parser): string | undefined {
  if (/^<\?xml/i.test(text)) return 'it is XML'
  let cutOff: string | undefined
  const options = {
    sourceCodeLocationInfo: true,
    onParseError({ code }: ParserError) {
      if (code.startsWith('eof-in-')) cutOff ??= `it ends in the middle (${code})`
    },
  }
  const isDocument = /^(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype|html|head|body)[\s>]/is.test(text)
  const root = isDocument ? parse(text, options) : parseFragment(text, options)
  if (cutOff !== undefined) return cutOff
  let known = false
  // A stack of its own: elements may be nested more deeply than calls can be.
  const nodes: Node[] = [root]
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    if (node.nodeName === '#text' && isOutside(node as DefaultTreeAdapterTypes.TextNode, text))
      return 'there is text outside of the elements'
    if ('tagName' in node && node.sourceCodeLocation && node.namespaceURI === html.NS.HTML) {
      known ||= isHtmlName(node.tagName)
      if (!isClosed(node)) return `<${node.tagName}> is not closed`
    }
    if ('childNodes' in node) for (const child of node.childNodes) nodes.push(child)
  }
  return known ? undefined : 'there is no element of HTML in it'
}

/** Whether a text stands outside of all that is written: at the top of a fragment, or beside the body's own tags. */
function isOutside(node: DefaultTreeAdapterTypes.TextNode, text: string): boolean {
  const { parentNode, sourceCodeLocation } = node
  if (node.value.trim() === '' || parentNode === null) return false
  if (!('tagName' in parentNode)) return true
  if (parentNode.tagName !== 'body' && parentNode.tagName !== 'html') return false
  const { startTag, endTag } = parentNode.sourceCodeLocation ?? {}
  if (!startTag || !sourceCodeLocation) return true
  // A browser moves what follows </body> or </html> into the body.
  const written = text.slice(sourceCodeLocation.startOffset, sourceCodeLocation.endOffset)
  const end = sourceCodeLocation.endOffset - (written.length - written.trimEnd().length)
  return endTag !== undefined && end > endTag.startOffset
}

/** Elements that the standard lets end without a tag. */
const endOptional = new Set(
  (
    'html head body p li dt dd rt rp optgroup option colgroup caption thead tbody tfoot tr td th ' +
    'area base br col embed hr img input link meta param source track wbr basefont bgsound frame keygen'
  ).split(' '),
)

function isClosed({ tagName, sourceCodeLocation }: Element): boolean {
  return endOptional.has(tagName) || sourceCodeLocation?.endTag !== undefined
}

/** Elements of the HTML standard, those included that it has given up. */
const htmlNames = new Set(
  (
    'a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br button ' +
    'canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset ' +
    'figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins ' +
    'kbd label legend li link main map mark marquee math menu meta meter nav nobr noframes noscript object ol optgroup ' +
    'option output p param picture plaintext pre progress q rp rt ruby s samp script search section select slot small ' +
    'source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr ' +
    'track tt u ul var video wbr xmp'
  ).split(' '),
)

/** An element of HTML, or one that a page may define: those have a hyphen in their name. */
function isHtmlName(name: string): boolean {
  return htmlNames.has(name) || /^[a-z][^\s]*-/.test(name)
}

/** The first tag of HTML in a text of any kind, as it would be shown; undefined where there is none. */
function firstTag(text: string, { Tokenizer, TokenizerMode }: Parser): string | undefined {
  let found: string | undefined
  const ignore = () => {}
  const tag = (slash: string) => (token: { tagName: string }) => {
    if (isHtmlName(token.tagName)) found ??= `<${slash}${token.tagName}>`
  }
  const tokenizer = new Tokenizer(
    {},
    {
      onStartTag: tag(''),
      onEndTag: tag('/'),
      onDoctype: ({ name }) => {
        if (name === 'html') found ??= '<!doctype html>'
      },
      onComment: ignore,
      onEof: ignore,
      onCharacter: ignore,
      onNullCharacter: ignore,
      onWhitespaceCharacter: ignore,
    },
  )
  tokenizer.state = TokenizerMode.DATA
  tokenizer.write(text, true)
  return found
}
