// Money in the browser: exact, as whole hundred-thousandths in a BigInt. Never a float.
const PLACES = 5;
const UNIT = 100000n;

export function parse(text: string): bigint {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!match) throw new Error(`no amount: ${text}`);
  const value = BigInt(match[2] || "0") * UNIT + BigInt((match[3] ?? "").slice(0, PLACES).padEnd(PLACES, "0"));
  return match[1] ? -value : value;
}

// 1,128,498.32; minus U+2212; more than two decimals are kept.
export function format(value: bigint): string {
  const size = value < 0n ? -value : value;
  const whole = (size / UNIT).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const decimals = (size % UNIT).toString().padStart(PLACES, "0").replace(/0+$/, "").padEnd(2, "0");
  return `${value < 0n ? "\u2212" : ""}${whole}.${decimals}`;
}

export function plain(value: bigint): string {
  return format(value).replace(/,/g, "").replace("\u2212", "-");
}
