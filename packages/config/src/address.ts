import { BlockList, isIPv4, isIPv6 } from "node:net";

/** A host name or an IP address to connect to or to listen on, without brackets; null: it is neither. */
export function parseAddress(text: string): string | null {
  const bare = text.replace(/^\[(.+)\]$/, "$1");
  return isIPv6(bare) || /^[A-Za-z0-9._-]+$/.test(bare) ? bare : null;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Is it this machine and no other? `localhost` counts: RFC 6761 keeps the name for it. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.+)\]$/, "$1");
  if (isIPv4(bare)) return LOOPBACK.check(bare, "ipv4");
  if (isIPv6(bare)) return LOOPBACK.check(bare, "ipv6");
  return bare.toLowerCase() === "localhost";
}
