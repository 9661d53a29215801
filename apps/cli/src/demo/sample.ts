/** One intent of the demonstration, with the name that its bar shows. */
export interface Sample {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Every operation at every provider of demo.yaml, small enough that ten starts a day stay
 * within the shipped quotas (Alibaba: 100 directories) and that Huawei's 10 calls a minute
 * are no wait. `run` makes the URLs of this start differ from those of the last.
 */
export function sampleIntents(run: string): readonly Sample[] {
  const urls = (host: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, at) => `https://${host}/${run}/img/${at + 1}.jpg?v=2`);
  const media = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, at) => `${run}${at}`.padStart(32, "0"));
  const directories = (host: string): readonly string[] => [
    `https://${host}/${run}/css/`,
    `https://${host}/${run}/js/`,
  ];
  const sample = (name: string, body: Sample["body"]): Sample => ({
    name,
    body: { ...body, labels: { demo: run } },
  });
  return [
    sample("alibaba-cdn purge urls", { op: "purge", urls: urls("img.shop.example.com", 250) }),
    sample("alibaba-cdn purge directories", {
      op: "purge",
      directories: directories("www.shop.example.com"),
    }),
    sample("alibaba-cdn prefetch urls", { op: "prefetch", urls: urls("img.shop.example.com", 20) }),
    sample("alibaba-vod purge media", { op: "purge", media: media(25), account: "video" }),
    sample("alibaba-vod prefetch media", { op: "prefetch", media: media(5), account: "video" }),
    sample("tencent-cdn purge urls", {
      op: "purge",
      urls: urls("img.news.example.com", 120),
      priority: "urgent",
    }),
    sample("tencent-cdn purge directories", {
      op: "purge",
      directories: directories("www.news.example.com"),
    }),
    sample("tencent-cdn prefetch urls", { op: "prefetch", urls: urls("img.news.example.com", 20) }),
    sample("huawei-vod purge assets", { op: "purge", media: media(10), account: "huawei" }),
    sample("huawei-vod purge urls", { op: "purge", urls: urls("vod.example.com", 12) }),
    sample("huawei-vod prefetch urls", { op: "prefetch", urls: urls("vod.example.com", 5) }),
    sample("huawei-cdn purge urls", { op: "purge", urls: urls("img.static.example.com", 60) }),
    sample("huawei-cdn prefetch urls", { op: "prefetch", urls: urls("img.static.example.com", 20) }),
  ];
}
