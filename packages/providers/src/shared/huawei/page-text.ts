/** What the page of each service of Huawei's begins with. */
export const IDENTITY_TEXT = `Requests are signed with SDK-HMAC-SHA256, or carry a token in \`X-Auth-Token\` that is given or
fetched from IAM, by a user's password or by a key pair, and renewed ten minutes before its end. More
than five wrong signatures in a row lock a key for five minutes, for everybody who uses it: that is why
few calls are under way at a time, and why a refused one stops the account until \`resume\`, new
credentials, or a probe ten minutes later.`;

export const SOURCES_TEXT = "Sources without a host are under `https://support.huaweicloud.com/`.";
