/** Reading SVG and HTML strings in tests: balance, references, texts. */

const voidElements = new Set(["meta", "img", "link", "br", "hr", "input"])

/** Throws unless every element that opens closes, in order. */
export const checkBalance = (markup: string): void => {
  const open: string[] = []
  const body = markup.replace(/<!doctype html>/i, "").replace(/<(style|script)>[\s\S]*?<\/\1>/g, "<$1></$1>")
  for (const [tag, slash, name, , closed] of body.matchAll(
    /<(\/?)([a-zA-Z][\w-]*)((?:\s[^<>"'/]*|"[^"]*"|'[^']*')*?)(\/?)>/g,
  )) {
    if (slash === "/") {
      const last = open.pop()
      if (last !== name) throw new Error(`${tag} closes <${last}>`)
    } else if (closed !== "/" && !voidElements.has(name!)) open.push(name!)
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(", ")}`)
  if (/[<>]/.test(body.replace(/<[^<>]*>/g, ""))) throw new Error("a bare angle bracket is left")
}

/** Whatever a browser would fetch, or could follow, from a page: every address that is not a data address or a fragment. */
export const outsideReferences = (markup: string): string[] => {
  const named = [
    ...markup.matchAll(/(?:\bsrc|\bhref|\bsrcset|\baction|\bposter|xlink:href)\s*=\s*["']?([^"'\s>]+)/gi),
  ]
  const styled = [
    ...markup.matchAll(/url\(\s*["']?([^)"']+)/gi),
    ...markup.matchAll(/@import\s+["']?([^"';]+)/gi),
  ]
  const absolute = [
    ...markup.replaceAll('xmlns="http://www.w3.org/2000/svg"', "").matchAll(/(https?:\/\/[^\s"'<)]+)/g),
  ]
  return [...named, ...styled, ...absolute].map((match) => match[1]!).filter((to) => !/^(data:|#)/.test(to))
}

/** The text of each text element, in order, unescaped. */
export const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
    text!
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&"),
  )
