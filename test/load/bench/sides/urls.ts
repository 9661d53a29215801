/** Distinct URLs: a thousand of a host after each other, over so many hosts, then the next thousand of each. */
export interface UrlSet {
  readonly hosts: number;
  /** Part of the hosts' names. */
  readonly name: string;
}

const RUN = 1000;

export function urlsFrom({ hosts, name }: UrlSet, first: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const n = first + i;
    return `https://www${Math.floor(n / RUN) % hosts}.${name}.example.com/catalogue/2026/item-${n}.html`;
  });
}
