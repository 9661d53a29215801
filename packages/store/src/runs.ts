/** Neighbours of one domain, as scripts read them: `domain TAB count NEWLINE …`. */
export function domainRuns(domains: readonly string[]): string {
  let text = "";
  let from = 0;
  for (let at = 1; at <= domains.length; at += 1) {
    if (at < domains.length && domains[at] === domains[from]) continue;
    text += `${domains[from]}\t${at - from}\n`;
    from = at;
  }
  return text;
}
